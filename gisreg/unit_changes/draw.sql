-- A part of a split unit: its own boundary, else that of its villages where all of them have one; and its area.
UPDATE admin_unit AS u SET boundary = d.boundary, area_m2 = ST_Area(d.boundary::geography)
FROM (
    SELECT coalesce(
        p.boundary,
        (
            SELECT ST_Multi(ST_CollectionExtract(ST_MakeValid(ST_Union(v.boundary)), 3))
            FROM admin_unit AS v
            WHERE v.county_code = :county AND v.level = 'village' AND v.valid_to = 'infinity'
                AND v.code = ANY (:villages)
            HAVING bool_and(v.boundary IS NOT NULL)
        )
    ) AS boundary, p.id
    FROM admin_unit AS p
    WHERE p.county_code = :county AND p.level = :level AND p.code = :code AND p.valid_to = 'infinity'
) AS d
WHERE u.id = d.id
