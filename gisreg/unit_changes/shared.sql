-- The two parts that share the most ground, if it is more than :share of the smaller one.
SELECT a.code AS one, b.code AS other, s.area_m2
FROM admin_unit AS a
JOIN admin_unit AS b ON b.county_code = a.county_code AND b.level = a.level AND b.valid_to = 'infinity'
    AND b.code > a.code AND b.code = ANY (:codes) AND ST_Intersects(a.boundary, b.boundary)
CROSS JOIN LATERAL (
    SELECT ST_Area(ST_CollectionExtract(ST_Intersection(a.boundary, b.boundary), 3)::geography) AS area_m2 OFFSET 0
) AS s
WHERE a.county_code = :county AND a.level = :level AND a.valid_to = 'infinity' AND a.code = ANY (:codes)
    AND s.area_m2 > :share * least(a.area_m2, b.area_m2)
ORDER BY s.area_m2 DESC
LIMIT 1
