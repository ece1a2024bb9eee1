-- How projects (项) and enterprises (户) that are left or not closed moved between two instants. Both ends are compared:
-- one that came and went in between does not show. At each end a thing stands as its best parcel does and is counted
-- whole in that parcel's row, as in counted.sql: one that is left, else not closed, else with the most land.
WITH known AS (
    SELECT DISTINCT code FROM admin_unit WHERE county_code = :county AND level = 'township'
),
ends AS (
    SELECT * FROM (VALUES ('opening', CAST(:since AS timestamptz)), ('closing', CAST(:until AS timestamptz))) AS e (at_end, at)
),
versions AS (
    SELECT
        id, parcel_code, recorded_at, 'infinity'::timestamptz AS superseded_at, state, kind, township_code, zone_code,
        coalesce(official_area_m2, area_m2, 0) AS land
    FROM parcel
    WHERE county_code = :county AND recorded_at < :until
    UNION ALL
    SELECT
        parcel_id, parcel_code, recorded_at, superseded_at, state, kind, township_code, zone_code,
        coalesce(official_area_m2, area_m2, 0)
    FROM parcel_version
    WHERE county_code = :county AND recorded_at < :until AND superseded_at >= :since
),
links AS (
    SELECT 'projects' AS what, project_code AS key, parcel_id, recorded_at, 'infinity'::timestamptz AS superseded_at
    FROM parcel_project WHERE county_code = :county
    UNION ALL
    SELECT 'enterprises', enterprise_id::text, parcel_id, recorded_at, 'infinity'
    FROM parcel_enterprise WHERE county_code = :county
    UNION ALL
    SELECT
        CASE table_name WHEN 'parcel_project' THEN 'projects' ELSE 'enterprises' END,
        coalesce(content ->> 'project_code', content ->> 'enterprise_id'), (content ->> 'parcel_id')::bigint, recorded_at,
        superseded_at
    FROM record_version
    WHERE county_code = :county AND table_name IN ('parcel_project', 'parcel_enterprise') AND superseded_at >= :since
),
standing AS (
    SELECT
        e.at_end, l.what, l.key, v.id, v.parcel_code, v.state, v.land,
        CASE :by WHEN 'township' THEN k.code WHEN 'zone' THEN v.zone_code ELSE v.kind END AS place,
        v.state IN ('registered', 'planned', 'in_progress', 'on_hold', 'returned', 'relapsed') AS is_left,
        v.state NOT IN ('suspected', 'removed', 'taken_back', 'closed') AS not_closed,
        v.state NOT IN ('suspected', 'removed', 'taken_back') AS is_registered
    FROM ends AS e
    JOIN links AS l ON l.recorded_at < e.at AND l.superseded_at >= e.at
    JOIN versions AS v ON v.id = l.parcel_id AND v.recorded_at < e.at AND v.superseded_at >= e.at
    LEFT JOIN known AS k ON k.code = v.township_code
),
whole AS (
    SELECT DISTINCT ON (at_end, what, key)
        at_end, what, key, id, place, state, CASE :measure WHEN 'left' THEN is_left ELSE not_closed END AS is_in
    FROM standing
    ORDER BY at_end, what, key, is_left DESC, not_closed DESC, is_registered DESC, land DESC, parcel_code
),
-- things whose parcels that were in at an end were there at the other end already: only the link came or went
relinked AS (
    SELECT DISTINCT s.what, s.key, s.at_end
    FROM standing AS s
    JOIN versions AS v ON v.id = s.id
    JOIN ends AS e ON e.at_end <> s.at_end AND v.recorded_at < e.at AND v.superseded_at >= e.at
    WHERE CASE :measure WHEN 'left' THEN s.is_left ELSE s.not_closed END
        AND v.state NOT IN ('suspected', 'removed', 'taken_back')
),
-- parcels that were found idle again within the span, or waited to be supplied again for a part of it: what is in at
-- the end among them came again, whatever plan it has got since
came_again AS (
    SELECT id FROM versions WHERE state = 'taken_back' OR state = 'relapsed' AND recorded_at >= :since
),
pairs AS (
    SELECT
        what, key, o.place AS o_place, c.place AS c_place, o.state AS o_state, c.state AS c_state, c.id AS c_id,
        coalesce(o.is_in, false) AS was, coalesce(c.is_in, false) AS is_in
    FROM (SELECT * FROM whole WHERE at_end = 'opening') AS o
    FULL JOIN (SELECT * FROM whole WHERE at_end = 'closing') AS c USING (what, key)
),
entries AS (
    SELECT what, 'opening' AS entry, o_place AS place, 1 AS count FROM pairs WHERE was
    UNION ALL
    SELECT what, 'closing', c_place, 1 FROM pairs WHERE is_in
    UNION ALL
    SELECT what, 'transferred', t.place, t.count
    FROM pairs
    CROSS JOIN LATERAL (VALUES (o_place, -1), (c_place, 1)) AS t (place, count)
    WHERE was AND is_in AND o_place IS DISTINCT FROM c_place
    UNION ALL
    SELECT
        what,
        CASE c_state WHEN 'removed' THEN 'removed' WHEN 'suspected' THEN 'corrected' ELSE 'revived' END,
        o_place, -1
    FROM pairs
    WHERE was AND NOT is_in AND c_state IS NOT NULL
    UNION ALL
    SELECT what, 'corrected', o_place, -1 FROM pairs WHERE was AND c_state IS NULL
    UNION ALL
    SELECT
        p.what,
        CASE
            WHEN p.o_state IS NULL AND r.what IS NOT NULL THEN 'corrected'
            WHEN p.o_state IS NULL OR p.o_state = 'suspected' THEN 'new'
            WHEN p.c_id IN (SELECT id FROM came_again) THEN 'relapsed'
            WHEN p.o_state = 'submitted' THEN 'revived' -- returned or withdrawn: less was revived
            ELSE 'corrected'
        END,
        p.c_place, 1
    FROM pairs AS p
    LEFT JOIN relinked AS r ON r.what = p.what AND r.key = p.key AND r.at_end = 'closing'
    WHERE p.is_in AND NOT p.was
)
SELECT
    e.what, e.entry, e.place, sum(e.count)::bigint AS count, t.name AS township_name, t.name_en AS township_name_en
FROM entries AS e
LEFT JOIN LATERAL (
    SELECT name, name_en FROM admin_unit
    WHERE county_code = :county AND level = 'township' AND code = e.place ORDER BY valid_to DESC LIMIT 1
) AS t ON true
GROUP BY e.what, e.entry, e.place, t.name, t.name_en
