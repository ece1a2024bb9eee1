-- Units of a file: judged, repaired to polygons, transformed, and rows of one code merged (a county and its islands).
CREATE TEMPORARY TABLE judged_unit ON COMMIT DROP AS
SELECT
    row_no, code, name, name_en, repaired, boundary,
    CASE
        WHEN wkb IS NULL THEN NULL
        WHEN shape IS NULL THEN 'broken_geometry'
        WHEN NOT usable THEN 'not_polygon'
        WHEN boundary IS NULL OR ST_IsEmpty(boundary) THEN 'out_of_range'
    END AS fault
FROM (
    SELECT *, CASE WHEN usable THEN pg_temp.careful_transform(clean, 4490) END AS boundary
    FROM (
        SELECT
            *,
            CASE
                WHEN NOT usable THEN NULL
                WHEN ST_IsValid(flat) THEN ST_Multi(ST_CollectionExtract(flat, 3))
                ELSE pg_temp.careful_repair(flat)
            END AS clean,
            usable AND NOT ST_IsValid(flat) AS repaired
        FROM (
            SELECT
                *,
                ST_Force2D(CASE WHEN ST_HasArc(shape) OR GeometryType(shape) IN ('CURVEPOLYGON', 'MULTISURFACE') THEN ST_CurveToLine(shape) ELSE shape END) AS flat,
                shape IS NOT NULL AND NOT ST_IsEmpty(shape) AND ST_Dimension(shape) = 2 AND ST_Area(shape) < 'Infinity'
                    AND ST_Envelope(ST_Force2D(shape)) @ ST_MakeEnvelope({limits}, {srid}) AS usable
            FROM (SELECT *, pg_temp.careful_shape(wkb, {srid}) AS shape FROM staged_unit OFFSET 0) AS parsed
            OFFSET 0
        ) AS looked
        OFFSET 0
    ) AS cleaned
    OFFSET 0
) AS transformed;

CREATE TEMPORARY TABLE merged_unit ON COMMIT DROP AS
SELECT code, name, name_en, boundary, pg_temp.careful_area(boundary) AS area_m2
FROM (
    SELECT
        code,
        (array_agg(name ORDER BY row_no))[1] AS name,
        (array_agg(name_en ORDER BY row_no))[1] AS name_en,
        CASE WHEN count(boundary) = 1 THEN (array_agg(boundary ORDER BY boundary IS NULL))[1]
            ELSE ST_Multi(ST_Union(boundary)) END AS boundary
    FROM judged_unit
    WHERE fault IS NULL
    GROUP BY code
    OFFSET 0
) AS merged;
