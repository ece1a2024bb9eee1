-- What the events that are known move, one row a parcel that has any: the newest agreed start, and the days that do not
-- count. As recorded before an instant (NULL: now) and as agreed by a day: what was agreed later is not seen.
-- A pause goes on until its end or the next resumption. Joined, without window, correlated query or kept CTE: any of
-- these would keep the whole labelling in one process.
WITH event AS NOT MATERIALIZED (
    SELECT id, parcel_id, event, agreed_on, from_on, until_on, new_start_on, withdrawn_reason
    FROM clock_event
    WHERE CAST(:instant AS timestamptz) IS NULL OR recorded_at < :instant
    UNION ALL
    SELECT o.id, o.parcel_id, o.event, o.agreed_on, o.from_on, o.until_on, o.new_start_on, o.withdrawn_reason
    FROM record_version AS kept
    CROSS JOIN LATERAL jsonb_to_record(kept.content) AS o (
        id bigint, parcel_id bigint, event text, agreed_on date, from_on date, until_on date, new_start_on date,
        withdrawn_reason text
    )
    WHERE CAST(:instant AS timestamptz) IS NOT NULL AND kept.table_name = 'clock_event'
        AND kept.recorded_at < :instant AND kept.superseded_at >= :instant
),
seen AS NOT MATERIALIZED (
    SELECT id, parcel_id, event, agreed_on, from_on, until_on, new_start_on
    FROM event
    WHERE withdrawn_reason IS NULL AND agreed_on <= :as_of
),
spans AS (
    SELECT s.id, s.parcel_id, s.event, s.agreed_on, s.from_on, s.new_start_on,
        least(s.until_on + 1, min(r.from_on)) AS before
    FROM seen AS s
    LEFT JOIN seen AS r ON r.parcel_id = s.parcel_id AND r.event = 'resumed' AND r.from_on >= s.from_on
    GROUP BY s.id, s.parcel_id, s.event, s.agreed_on, s.from_on, s.until_on, s.new_start_on
)
SELECT parcel_id AS clock_parcel_id,
    (array_agg(new_start_on ORDER BY agreed_on DESC, id DESC) FILTER (WHERE new_start_on IS NOT NULL))[1]
        AS clock_restart_on,
    range_agg(daterange(from_on, before)) FILTER (WHERE event IN ('pause', 'delivery_late')) AS clock_paused
FROM spans
GROUP BY parcel_id
