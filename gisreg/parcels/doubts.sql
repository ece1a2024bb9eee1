-- What the record of a parcel says against its boundary: a township that it does not touch (with the one of which it has
-- most), a stated area that is less than half or more than twice the measured one.
WITH standing AS (
    SELECT p.parcel_code, p.township_code, p.boundary,
        u.code IS NOT NULL AND ST_Intersects(u.boundary, p.boundary) AS touches
    FROM parcel AS p
    LEFT JOIN admin_unit AS u ON u.county_code = p.county_code AND u.level = 'township' AND u.code = p.township_code
        AND u.valid_to = 'infinity' AND u.boundary IS NOT NULL
    WHERE p.county_code = :county AND p.state <> 'removed' AND p.boundary IS NOT NULL
)
SELECT s.parcel_code, 'township_differs' AS fault, coalesce(s.township_code, '—') AS value, found.code AS detail
FROM standing AS s
CROSS JOIN LATERAL (
    SELECT u.code FROM admin_unit AS u
    WHERE u.county_code = :county AND u.level = 'township' AND u.valid_to = 'infinity'
        AND u.boundary && s.boundary AND ST_Intersects(u.boundary, s.boundary)
    ORDER BY ST_Area(ST_Intersection(u.boundary, s.boundary)) DESC, u.code
    LIMIT 1
) AS found
WHERE NOT s.touches
UNION ALL
SELECT parcel_code, 'area_disagrees', round(official_area_m2::numeric, 1)::text,
    round(coalesce(planar_area_m2, area_m2)::numeric, 1)::text
FROM parcel
WHERE county_code = :county AND state <> 'removed'
    AND NOT official_area_m2 / nullif(coalesce(planar_area_m2, area_m2), 0) BETWEEN 0.5 AND 2
ORDER BY 2, 1
