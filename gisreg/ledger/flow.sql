-- How what is left and what is not closed moved between two instants: the stock at both ends from the history, and in
-- between every change of every version, each of which is exactly one entry or two. Opening and entries therefore add
-- up to the closing stock, whatever happened. Land in m² as totals use it (rules 2), exact to four decimals.
WITH rows_at AS (
    SELECT
        id, version, recorded_at, 'infinity'::timestamptz AS superseded_at, recorded_from, state, kind, township_code,
        zone_code, round(coalesce(official_area_m2, area_m2, 0)::numeric, 4) AS land,
        round(coalesce(floor_area_m2, 0)::numeric, 4) AS floor
    FROM parcel
    WHERE county_code = :county AND recorded_at < :until
    UNION ALL
    SELECT
        parcel_id, version, recorded_at, superseded_at, recorded_from, state, kind, township_code, zone_code,
        round(coalesce(official_area_m2, area_m2, 0)::numeric, 4), round(coalesce(floor_area_m2, 0)::numeric, 4)
    FROM parcel_version
    WHERE county_code = :county AND recorded_at < :until AND superseded_at >= :since
),
measures AS (
    SELECT measure, states
    FROM (VALUES
        ('left', ARRAY['registered', 'planned', 'in_progress', 'on_hold', 'returned', 'relapsed']),
        ('not_closed', ARRAY['registered', 'planned', 'in_progress', 'on_hold', 'returned', 'relapsed', 'submitted'])
    ) AS m (measure, states)
    WHERE measure = :measure
),
stock AS (
    SELECT m.measure, s.entry, r.township_code, r.zone_code, r.kind, 1 AS parcels, r.land, r.floor
    FROM rows_at AS r
    JOIN measures AS m ON r.state = ANY (m.states)
    JOIN (VALUES ('opening', CAST(:since AS timestamptz)), ('closing', CAST(:until AS timestamptz))) AS s (entry, at)
        ON r.recorded_at < s.at AND r.superseded_at >= s.at
),
steps AS (
    SELECT
        n.id, n.recorded_from, n.state AS n_state, n.kind AS n_kind, n.township_code AS n_township,
        n.zone_code AS n_zone, n.land AS n_land, n.floor AS n_floor, o.state AS o_state, o.kind AS o_kind,
        o.township_code AS o_township, o.zone_code AS o_zone,
        round(coalesce(o.official_area_m2, o.area_m2, 0)::numeric, 4) AS o_land,
        round(coalesce(o.floor_area_m2, 0)::numeric, 4) AS o_floor,
        n.recorded_at
    FROM rows_at AS n
    LEFT JOIN parcel_version AS o ON o.parcel_id = n.id AND o.version = n.version - 1
    WHERE n.recorded_at >= :since
    UNION ALL
    -- parcels that are there no more: their import was taken back
    SELECT
        g.id, g.recorded_from, NULL, NULL, NULL, NULL, 0, 0, g.state, g.kind, g.township_code, g.zone_code, g.land,
        g.floor, g.superseded_at
    FROM rows_at AS g
    WHERE g.superseded_at >= :since AND g.superseded_at < :until
        AND NOT EXISTS (SELECT FROM parcel AS p WHERE p.id = g.id)
        AND NOT EXISTS (SELECT FROM parcel_version AS v WHERE v.parcel_id = g.id AND v.version = g.version + 1)
),
-- parcels that came from others, or went into others, and when
kin AS (
    SELECT k.id, e.recorded_at
    FROM parcel_lineage AS l
    JOIN parcel_edit AS e ON e.id = l.edit_id
    CROSS JOIN LATERAL (VALUES (l.predecessor_id), (l.successor_id)) AS k (id)
    WHERE e.county_code = :county AND e.recorded_at >= :since AND e.recorded_at < :until AND l.successor_id IS NOT NULL
),
judged AS (
    SELECT
        m.measure, s.*, coalesce(s.o_state = ANY (m.states), false) AS was,
        coalesce(s.n_state = ANY (m.states), false) AS is_in,
        (s.o_township, s.o_zone, s.o_kind) IS DISTINCT FROM (s.n_township, s.n_zone, s.n_kind) AS moved,
        s.recorded_from ~ '[:]undo$' AS undone,
        (s.id, s.recorded_at) IN (SELECT id, recorded_at FROM kin) AS kin
    FROM steps AS s
    CROSS JOIN measures AS m
    WHERE s.n_state IS DISTINCT FROM s.o_state OR s.n_land <> s.o_land OR s.n_floor <> s.o_floor
        OR (s.o_township, s.o_zone, s.o_kind) IS DISTINCT FROM (s.n_township, s.n_zone, s.n_kind)
),
entries AS (
    SELECT
        measure,
        CASE
            WHEN n_state IS NULL OR undone OR n_state = 'suspected' THEN 'corrected'
            WHEN n_state = 'removed' THEN CASE WHEN kin THEN 'corrected' ELSE 'removed' END
            ELSE 'revived'
        END AS entry,
        o_township AS township_code, o_zone AS zone_code, o_kind AS kind, -1 AS parcels, -o_land AS land,
        -o_floor AS floor
    FROM judged
    WHERE was AND NOT is_in
    UNION ALL
    SELECT
        measure,
        CASE
            WHEN undone THEN 'corrected'
            WHEN o_state IS NULL THEN CASE WHEN kin THEN 'corrected' ELSE 'new' END
            WHEN o_state = 'suspected' THEN 'new'
            WHEN o_state = 'taken_back' THEN 'relapsed' -- listed again: it was revived when it was closed or taken back
            WHEN o_state = 'submitted' THEN 'revived' -- returned or withdrawn: less was revived
            WHEN o_state = 'closed' AND n_state = 'relapsed' THEN 'relapsed'
            ELSE 'corrected'
        END,
        n_township, n_zone, n_kind, 1, n_land, n_floor
    FROM judged
    WHERE is_in AND NOT was
    UNION ALL
    SELECT measure, 'corrected', n_township, n_zone, n_kind, 0, n_land - o_land, n_floor - o_floor
    FROM judged
    WHERE was AND is_in AND (n_land <> o_land OR n_floor <> o_floor)
    UNION ALL
    SELECT measure, 'transferred', o_township, o_zone, o_kind, -1, -o_land, -o_floor
    FROM judged
    WHERE was AND is_in AND moved
    UNION ALL
    SELECT measure, 'transferred', n_township, n_zone, n_kind, 1, o_land, o_floor
    FROM judged
    WHERE was AND is_in AND moved
),
known AS (
    SELECT DISTINCT ON (code) code, name, name_en
    FROM admin_unit
    WHERE county_code = :county AND level = 'township'
    ORDER BY code, valid_to DESC
)
SELECT
    f.measure, f.entry, k.code AS township_code, k.name AS township_name, k.name_en AS township_name_en, f.zone_code,
    f.kind, sum(f.parcels)::bigint AS parcels, sum(f.land) AS land_m2, sum(f.floor) AS floor_m2
FROM (SELECT measure, entry, township_code, zone_code, kind, parcels, land, floor FROM stock
    UNION ALL SELECT * FROM entries) AS f
LEFT JOIN known AS k ON k.code = f.township_code
GROUP BY f.measure, f.entry, k.code, k.name, k.name_en, f.zone_code, f.kind
