-- What is registered, left and not closed, in 宗, 项 and 户, each counted by itself, with land and floor apart (rules 1, 4).
-- A project or an enterprise is left while one of its parcels is. It is counted whole in one row, that of its parcel
-- which is left, else not closed, with the most land: so rows add up to the county. All as recorded before :until, which
-- is infinity for the registry as it stands.
WITH known AS (
    SELECT DISTINCT ON (code) code, name, name_en
    FROM admin_unit
    WHERE county_code = :county AND level = 'township'
    ORDER BY code, valid_to DESC
),
recorded AS (
    SELECT
        id, parcel_code, kind, state, township_code, zone_code, official_area_m2, area_m2, floor_area_m2
    FROM parcel
    WHERE county_code = :county AND recorded_at < CAST(:until AS timestamptz)
    UNION ALL
    SELECT
        parcel_id, parcel_code, kind, state, township_code, zone_code, official_area_m2, area_m2, floor_area_m2
    FROM parcel_version
    WHERE county_code = :county AND recorded_at < :until AND superseded_at >= :until AND :until < 'infinity'::timestamptz
),
links AS (
    SELECT 'projects' AS what, project_code AS key, parcel_id
    FROM parcel_project WHERE county_code = :county AND recorded_at < :until
    UNION ALL
    SELECT 'enterprises', enterprise_id::text, parcel_id
    FROM parcel_enterprise WHERE county_code = :county AND recorded_at < :until
    UNION ALL
    SELECT
        CASE table_name WHEN 'parcel_project' THEN 'projects' ELSE 'enterprises' END,
        coalesce(content ->> 'project_code', content ->> 'enterprise_id'), (content ->> 'parcel_id')::bigint
    FROM record_version
    WHERE county_code = :county AND table_name IN ('parcel_project', 'parcel_enterprise')
        AND recorded_at < :until AND superseded_at >= :until AND :until < 'infinity'::timestamptz
),
standing AS (
    SELECT
        p.id, p.parcel_code, p.kind,
        CASE :by WHEN 'township' THEN k.code WHEN 'zone' THEN p.zone_code ELSE p.kind END AS place,
        p.state IN ('registered', 'planned', 'in_progress', 'on_hold', 'returned', 'relapsed') AS is_left,
        p.state <> 'closed' AS not_closed,
        round(coalesce(p.official_area_m2, p.area_m2, 0)::numeric, 4) AS land,
        round(coalesce(p.floor_area_m2, 0)::numeric, 4) AS floor
    FROM recorded AS p
    LEFT JOIN known AS k ON k.code = p.township_code
    WHERE p.state NOT IN ('suspected', 'removed', 'taken_back')
),
thing AS (
    SELECT 'parcels' AS what, parcel_code AS key, id AS parcel_id FROM standing
    UNION ALL SELECT what, key, parcel_id FROM links
),
whole AS (
    SELECT DISTINCT ON (t.what, t.key)
        t.what, s.place, s.is_left, s.not_closed,
        CASE t.what WHEN 'parcels' THEN s.land ELSE 0 END AS land, CASE t.what WHEN 'parcels' THEN s.floor ELSE 0 END AS floor
    FROM thing AS t
    JOIN standing AS s ON s.id = t.parcel_id
    ORDER BY t.what, t.key, s.is_left DESC, s.not_closed DESC, s.land DESC, s.parcel_code
)
SELECT
    place, max(k.name) AS name, max(k.name_en) AS name_en, what, count(*) AS registered, count(*) FILTER (WHERE is_left) AS left,
    count(*) FILTER (WHERE not_closed) AS not_closed,
    coalesce(sum(land) FILTER (WHERE is_left), 0) AS left_m2, coalesce(sum(floor) FILTER (WHERE is_left), 0) AS left_floor_m2,
    coalesce(sum(land) FILTER (WHERE not_closed), 0) AS not_closed_m2,
    coalesce(sum(floor) FILTER (WHERE not_closed), 0) AS not_closed_floor_m2
FROM whole
LEFT JOIN known AS k ON :by = 'township' AND k.code = place
GROUP BY place, what
