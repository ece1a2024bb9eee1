-- The merged unit covers what its units covered; unknown where the ground of one of them is.
UPDATE admin_unit AS u SET boundary = m.boundary, area_m2 = ST_Area(m.boundary::geography)
FROM (
    SELECT ST_Multi(ST_CollectionExtract(ST_MakeValid(ST_Union(boundary)), 3)) AS boundary
    FROM admin_unit WHERE id = ANY (:ids)
    HAVING bool_and(boundary IS NOT NULL)
) AS m
WHERE u.county_code = :county AND u.level = :level AND u.code = :code AND u.valid_to = 'infinity'
