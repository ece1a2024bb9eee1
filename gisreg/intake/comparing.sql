-- What an import would do, one statement a group: the group's keys first, then all about the first of them.
-- Shapes are GeoJSON for a map; a shape of very many points is drawn a little simpler.

-- name: new
WITH keys AS MATERIALIZED (
    SELECT r.row_no FROM {rows} AS r WHERE NOT EXISTS (SELECT FROM fate AS f WHERE f.row_no = r.row_no)
)
SELECT
    (SELECT count(*) FROM keys) AS total, r.row_no AS row, r.source_code AS id, r.township_code, r.area_m2,
    pg_temp.drawn(r.boundary, {most}) AS shape
FROM (SELECT row_no FROM keys ORDER BY row_no LIMIT :drawn) AS k
JOIN {rows} AS r USING (row_no)
ORDER BY r.row_no

-- name: changed
WITH keys AS MATERIALIZED (
    SELECT f.row_no, f.parcel_id FROM fate AS f JOIN parcel AS p ON p.id = f.parcel_id
    WHERE f.fate = 'changed' AND p.kind = :kind AND p.county_code = :county
)
SELECT
    (SELECT count(*) FROM keys) AS total, r.row_no AS row, r.source_code AS id, p.parcel_code,
    to_jsonb((SELECT x FROM (SELECT {after}) AS x)) AS after,
    to_jsonb((SELECT x FROM (SELECT {before}) AS x)) AS before,
    r.area_m2 - p.area_m2 AS area_change_m2,
    CASE WHEN ST_Equals(r.boundary, p.boundary) THEN 0 ELSE
        ST_HausdorffDistance(ST_Transform(r.boundary, {zone}), ST_Transform(p.boundary, {zone})) END AS moved_m,
    pg_temp.drawn(r.boundary, {most}) AS shape,
    CASE WHEN NOT ST_Equals(r.boundary, p.boundary) THEN pg_temp.drawn(p.boundary, {most}) END AS before_shape
FROM (SELECT * FROM keys ORDER BY row_no LIMIT :drawn) AS k
JOIN {rows} AS r USING (row_no)
JOIN parcel AS p ON p.id = k.parcel_id
ORDER BY r.row_no

-- name: same
WITH keys AS MATERIALIZED (SELECT row_no, parcel_id FROM fate WHERE fate = 'unchanged')
SELECT
    (SELECT count(*) FROM keys) AS total, k.row_no AS row, p.source_code AS id, p.parcel_code, p.township_code,
    p.area_m2, pg_temp.drawn(p.boundary, {most}) AS shape
FROM (SELECT * FROM keys ORDER BY row_no LIMIT :drawn) AS k
JOIN parcel AS p ON p.id = k.parcel_id
ORDER BY k.row_no

-- name: missing
WITH keys AS MATERIALIZED (
    SELECT p.id, p.parcel_code FROM parcel AS p
    WHERE p.county_code = :county AND p.kind = :kind AND p.source_code IS NOT NULL
        AND p.state NOT IN ('removed', 'closed')
        AND NOT EXISTS (SELECT FROM {rows} AS r WHERE r.source_code = p.source_code)
        AND NOT EXISTS (SELECT FROM fate AS f WHERE f.parcel_id = p.id)
)
SELECT
    (SELECT count(*) FROM keys) AS total, p.parcel_code, p.source_code AS id, p.township_code, p.area_m2,
    pg_temp.drawn(p.boundary, {most}) AS shape
FROM (SELECT id FROM keys ORDER BY parcel_code LIMIT :drawn) AS k
JOIN parcel AS p USING (id)
ORDER BY p.parcel_code

-- name: refused
WITH keys AS MATERIALIZED (
    SELECT row_no FROM fate WHERE fate = 'refused'
)
SELECT
    (SELECT count(*) FROM keys) AS total, r.row_no AS row, r.source_code AS id, r.township_code, r.area_m2,
    pg_temp.drawn(
        coalesce(r.boundary, pg_temp.careful_transform(ST_Force2D(r.survey_boundary), 4490)), {most}
    ) AS shape
FROM (SELECT row_no FROM keys ORDER BY row_no LIMIT :drawn) AS k
JOIN {rows} AS r USING (row_no)
ORDER BY r.row_no
