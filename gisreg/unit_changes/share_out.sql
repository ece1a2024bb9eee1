-- Each parcel of a split unit goes to the part that has its village, else to the part in which most of it lies; where
-- neither tells, its place is yet to be found. {column} is township_code or village_code.
WITH owner AS (
    SELECT * FROM unnest(CAST(:villages AS text[]), CAST(:owners AS text[])) AS o (village, part)
),
part AS (
    SELECT code, boundary FROM admin_unit
    WHERE county_code = :county AND level = :level AND valid_to = 'infinity' AND code = ANY (:codes)
),
placed AS (
    SELECT p.id, coalesce(o.part, g.code) AS part
    FROM parcel AS p
    LEFT JOIN owner AS o ON o.village = p.village_code
    LEFT JOIN LATERAL (
        SELECT part.code FROM part
        WHERE o.part IS NULL AND ST_Intersects(part.boundary, p.boundary)
        ORDER BY ST_Area(ST_Intersection(part.boundary, p.boundary)) DESC, part.code
        LIMIT 1
    ) AS g ON true
    WHERE p.county_code = :county AND p.{column} = :old
)
UPDATE parcel AS p SET {column} = placed.part
FROM placed
WHERE p.id = placed.id
RETURNING p.parcel_code, placed.part
