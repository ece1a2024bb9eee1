-- A boundary as it will be stored, how big it is, and where in the county it lies. :shape is EWKB in its own zone.
WITH moved AS MATERIALIZED (
    SELECT ST_Multi(ST_Transform(ST_GeomFromEWKB(:shape), 4490)) AS boundary
),
made AS MATERIALIZED (
    -- a joint that was clean in the zone may lose it in degrees by less than a hair
    SELECT CASE WHEN ST_IsValid(boundary) THEN boundary
        ELSE ST_Multi(ST_CollectionExtract(ST_MakeValid(boundary, 'method=structure'), 3)) END AS boundary
    FROM moved
),
touched AS MATERIALIZED (
    SELECT u.code,
        CASE WHEN ST_CoveredBy(m.boundary, u.boundary) THEN 1
            ELSE ST_Area(ST_Intersection(u.boundary, m.boundary)) / ST_Area(m.boundary) END AS share
    FROM made AS m
    JOIN admin_unit AS u ON u.county_code = :county AND u.level = 'township' AND u.valid_to = 'infinity'
        AND u.boundary && m.boundary AND ST_Intersects(u.boundary, m.boundary)
),
county AS (
    SELECT u.boundary FROM admin_unit AS u
    WHERE u.county_code = :county AND u.level = 'county' AND u.code = :county AND u.valid_to = 'infinity'
        AND u.boundary IS NOT NULL
),
townships_known AS (
    SELECT EXISTS (
        SELECT FROM admin_unit AS u
        WHERE u.county_code = :county AND u.level = 'township' AND u.valid_to = 'infinity' AND u.boundary IS NOT NULL
    ) AS known
)
SELECT
    ST_AsEWKB(m.boundary) AS boundary,
    ST_Area(m.boundary::geography) AS area_m2,
    (SELECT array_agg(code ORDER BY share DESC, code) FROM touched) AS townships,
    CASE
        WHEN EXISTS (SELECT FROM touched WHERE share = 1) THEN 1
        WHEN EXISTS (SELECT FROM county) THEN (
            SELECT max(CASE WHEN ST_CoveredBy(m.boundary, c.boundary) THEN 1
                ELSE ST_Area(ST_Intersection(c.boundary, m.boundary)) / ST_Area(m.boundary) END)
            FROM county AS c
        )
        WHEN t.known THEN coalesce((SELECT sum(share) FROM touched), 0)
        WHEN ST_Intersects(m.boundary, ST_MakeEnvelope(:west, :south, :east, :north, 4490)) THEN 1
        ELSE 0
    END AS share_inside
FROM made AS m CROSS JOIN townships_known AS t
