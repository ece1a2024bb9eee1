-- A parcel's boundary in metres, as surveyed where it still is the survey, and the same in the CRS that a program uses.
SELECT ST_AsBinary(ground, 'NDR') AS ground, ST_SRID(ground) AS srid,
    ST_AsBinary(ST_Transform(ground, CAST(:srid AS integer)), 'NDR') AS served
FROM (
    SELECT CASE
        WHEN p.boundary IS NULL THEN NULL
        WHEN ST_SRID(p.survey_boundary) BETWEEN 4491 AND 4554
            AND ST_Transform(ST_Multi(ST_Force2D(p.survey_boundary)), 4490) = p.boundary
            THEN ST_Multi(ST_Force2D(p.survey_boundary))
        -- the 3° zone of its longitude
        ELSE ST_Transform(p.boundary, 4509 + CAST(floor((ST_X(ST_Centroid(p.boundary)) + 1.5) / 3) AS integer))
        END AS ground
    FROM parcel AS p WHERE p.parcel_code = :parcel_code
) AS parcel
