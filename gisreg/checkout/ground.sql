-- Versions of parcels and their boundaries as a check-out hands them out: the survey's own coordinates where they are in
-- the file's CRS and still are the boundary, else the stored boundary transformed.
WITH wanted AS (
    SELECT * FROM unnest(CAST(:codes AS text[]), CAST(:versions AS integer[])) AS w (parcel_code, version)
),
found AS (
    SELECT p.parcel_code, p.version, p.recorded_at, p.survey_boundary, p.boundary
    FROM wanted AS w JOIN parcel AS p USING (parcel_code, version)
    UNION ALL
    SELECT v.parcel_code, v.version, v.recorded_at, v.survey_boundary, v.boundary
    FROM wanted AS w JOIN parcel_version AS v USING (parcel_code, version)
)
SELECT parcel_code, version, to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') AS recorded,
    ST_AsBinary(CASE WHEN boundary IS NULL THEN NULL
        WHEN ST_SRID(survey_boundary) = :srid THEN
            CASE WHEN ST_Transform(ST_Multi(ST_Force2D(survey_boundary)), 4490) = boundary
                THEN ST_Multi(ST_Force2D(survey_boundary)) ELSE ST_Transform(boundary, CAST(:srid AS integer)) END
        ELSE ST_Transform(boundary, CAST(:srid AS integer)) END, 'NDR') AS ground,
    CASE WHEN ST_SRID(survey_boundary) = :srid THEN ST_AsBinary(ST_Force2D(survey_boundary), 'NDR') END AS surveyed
FROM found
