-- A boundary as it will be stored, how big it is, and where it lies: townships, villages and zones with the largest share
-- first. :shape is EWKB in its own zone; :village and :zone are those stated so far.
WITH moved AS MATERIALIZED (
    SELECT ST_Multi(ST_Transform(ST_GeomFromEWKB(:shape), 4490)) AS boundary
),
made AS MATERIALIZED (
    -- a joint that was clean in the zone may lose it in degrees by less than a hair
    SELECT CASE WHEN ST_IsValid(boundary) THEN boundary
        ELSE ST_Multi(ST_CollectionExtract(ST_MakeValid(boundary, 'method=structure'), 3)) END AS boundary
    FROM moved
),
units AS MATERIALIZED (
    SELECT u.level, u.code, coalesce(u.parent_code, left(u.code, 9)) AS parent,
        CASE WHEN ST_CoveredBy(m.boundary, u.boundary) THEN 1
            ELSE ST_Area(ST_Intersection(u.boundary, m.boundary)) / ST_Area(m.boundary) END AS share
    FROM made AS m
    JOIN admin_unit AS u ON u.county_code = :county AND u.level IN ('township', 'village') AND u.valid_to = 'infinity'
        AND u.boundary && m.boundary AND ST_Intersects(u.boundary, m.boundary)
),
touched AS (SELECT code, share FROM units WHERE level = 'township'),
zones AS MATERIALIZED (
    SELECT z.code, ST_Area(ST_Intersection(z.boundary, m.boundary)) / ST_Area(m.boundary) AS share
    FROM made AS m
    JOIN zone AS z ON z.county_code = :county AND z.boundary && m.boundary AND ST_Intersects(z.boundary, m.boundary)
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
    (SELECT array_agg(ARRAY[code, parent] ORDER BY share DESC, code) FROM units WHERE level = 'village') AS villages,
    (
        SELECT coalesce(u.parent_code, left(u.code, 9)) FROM admin_unit AS u
        WHERE u.county_code = :county AND u.level = 'village' AND u.code = :village AND u.valid_to = 'infinity'
    ) AS village_parent,
    (SELECT code FROM zones WHERE share >= :half ORDER BY share DESC, code LIMIT 1) AS zone,
    -- a zone without a boundary is where its parcels are said to be
    NOT EXISTS (SELECT FROM zone AS z WHERE z.county_code = :county AND z.code = :zone AND z.boundary IS NOT NULL)
        OR EXISTS (SELECT FROM zones WHERE code = :zone AND share > :hair) AS zone_stands,
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
