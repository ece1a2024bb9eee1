-- What the events that are known move, one row a parcel that has any: the newest agreed start, and the days that do not
-- count. As recorded before an instant (NULL: now) and as agreed by a day: what was agreed later is not seen.
-- A pause goes on until its end or the next resumption.
WITH event AS (
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
seen AS (
    SELECT id, parcel_id, event, agreed_on, from_on, new_start_on,
        least(until_on + 1, min(from_on) FILTER (WHERE event = 'resumed') OVER (
            PARTITION BY parcel_id ORDER BY from_on RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
        )) AS before
    FROM event
    WHERE withdrawn_reason IS NULL AND agreed_on <= :as_of
)
SELECT parcel_id AS clock_parcel_id,
    (array_agg(new_start_on ORDER BY agreed_on DESC, id DESC) FILTER (WHERE new_start_on IS NOT NULL))[1]
        AS clock_restart_on,
    range_agg(daterange(from_on, before)) FILTER (WHERE event IN ('pause', 'delivery_late')) AS clock_paused
FROM seen
GROUP BY parcel_id
