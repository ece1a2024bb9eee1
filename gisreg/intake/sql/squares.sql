-- The townships in the file's CRS (or, where there are none, the county). A border's straight line is bent there, so it
-- is cut into pieces that bend by centimetres only.
WITH areas AS MATERIALIZED (
    SELECT u.level, u.code, pg_temp.careful_transform(ST_Segmentize(u.boundary, 0.01), :srid) AS boundary
    FROM admin_unit AS u
    WHERE u.county_code = :county AND u.valid_to = 'infinity' AND u.boundary IS NOT NULL
        AND (u.level = 'township' OR (u.level = 'county' AND u.code = :county))
)
SELECT CASE WHEN level = 'township' THEN code ELSE '' END AS code, ST_AsBinary(boundary) AS boundary
FROM areas
WHERE (level = 'township' OR NOT EXISTS (SELECT FROM areas WHERE level = 'township'))
    AND ST_Area(boundary) < 'Infinity' AND ST_IsValid(boundary)  -- the county may lie outside what the CRS is for
ORDER BY code
