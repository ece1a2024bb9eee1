-- One line per finding. Places are longitude and latitude where there is a boundary, else the file's own coordinates.
WITH faults AS (
    SELECT row_no, 1 AS rank, fault, NULL AS field, detail, NULL AS value, NULL AS place FROM fate AS f
    WHERE fate = 'refused' AND fault <> ALL (:noted)
        AND NOT EXISTS (SELECT FROM finding AS g WHERE g.row_no = f.row_no AND g.fault = f.fault)
    UNION ALL
    SELECT * FROM finding
)
SELECT
    r.row_no,
    coalesce(r.source_code, r.parcel_code) AS source_code,
    f.field,
    f.fault,
    coalesce(
        f.detail,
        CASE f.fault
            WHEN 'not_polygon' THEN lower(GeometryType(r.survey_boundary))
            WHEN 'self_intersection' THEN (ST_IsValidDetail(ST_Force2D(r.survey_boundary))).reason
        END
    ) AS detail,
    f.value,
    round(r.area_before::numeric, 2)::text AS before,
    round(coalesce(r.planar_area_m2, r.area_m2)::numeric, 2)::text AS after,
    CASE
        WHEN f.place IS NOT NULL THEN f.place
        WHEN f.fault = 'self_intersection' THEN (
            SELECT concat_ws(' ', round(ST_X(l)::numeric, 7), round(ST_Y(l)::numeric, 7))
            FROM (
                SELECT pg_temp.careful_transform(ST_SetSRID(
                    location(ST_IsValidDetail(ST_Force2D(r.survey_boundary))), ST_SRID(r.survey_boundary)
                ), 4490) AS l
            ) AS spot
        )
        WHEN r.boundary IS NOT NULL THEN (
            SELECT concat_ws(' ', round(ST_X(c)::numeric, 7), round(ST_Y(c)::numeric, 7))
            FROM (SELECT ST_Centroid(ST_Envelope(r.boundary)) AS c) AS spot
        )
        WHEN ST_XMin(r.survey_boundary) BETWEEN -1e15 AND 1e15 AND ST_YMin(r.survey_boundary) BETWEEN -1e15 AND 1e15 THEN
            concat_ws(' ', round(ST_XMin(r.survey_boundary)::numeric, 3), round(ST_YMin(r.survey_boundary)::numeric, 3))
    END AS place
FROM faults AS f
JOIN {rows} AS r USING (row_no)
ORDER BY f.row_no, f.rank, f.field, f.fault
