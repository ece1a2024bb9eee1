-- One line per finding. Places are longitude and latitude where there is a boundary, else the file's own coordinates.
WITH found AS (
    SELECT
        r.row_no, r.source_code, r.repairs, r.warnings, r.bad, r.unknown, r.said, r.survey_boundary, r.boundary, r.township_code,
        r.stated_township, r.planar_area_m2, r.area_before, {official_area} AS official_area, f.fate, f.fault AS refused_for, f.detail AS refused_detail
    FROM {rows} AS r LEFT JOIN fate AS f USING (row_no)
    WHERE f.fate = 'refused'
        OR ((f.fate IS NULL OR f.fate = 'changed')
            AND (r.repairs IS NOT NULL OR r.warnings IS NOT NULL OR r.bad IS NOT NULL OR r.unknown IS NOT NULL))
),
faults AS (
    SELECT row_no, 1 AS rank, refused_for AS fault, NULL AS field, refused_detail AS detail FROM found WHERE fate = 'refused'
    UNION ALL
    SELECT row_no, 2, repair, NULL, NULL FROM found CROSS JOIN unnest(repairs) AS repair WHERE fate IS DISTINCT FROM 'refused'
    UNION ALL
    SELECT row_no, 3, warning, NULL, NULL
    FROM found CROSS JOIN unnest(string_to_array(warnings, ',')) AS warning WHERE fate IS DISTINCT FROM 'refused'
    UNION ALL
    SELECT row_no, 4, CASE WHEN name LIKE '!%' THEN 'damaged_text' ELSE 'bad_value' END, ltrim(name, '!'), NULL
    FROM found CROSS JOIN unnest(string_to_array(bad, ',')) AS name WHERE fate IS DISTINCT FROM 'refused'
    UNION ALL
    SELECT row_no, 5, 'unknown_code', name, NULL
    FROM found CROSS JOIN unnest(string_to_array(unknown, ',')) AS name WHERE fate IS DISTINCT FROM 'refused'
)
SELECT
    o.row_no,
    o.source_code,
    f.field,
    f.fault,
    coalesce(
        f.detail,
        CASE f.fault
            WHEN 'not_polygon' THEN lower(GeometryType(o.survey_boundary))
            WHEN 'self_intersection' THEN (ST_IsValidDetail(ST_Force2D(o.survey_boundary))).reason
            WHEN 'township_differs' THEN o.township_code
            WHEN 'area_disagrees' THEN round(o.planar_area_m2::numeric, 1)::text
        END
    ) AS detail,
    CASE f.fault
        WHEN 'bad_value' THEN o.said::jsonb ->> f.field
        WHEN 'unknown_code' THEN o.said::jsonb ->> f.field
        WHEN 'township_differs' THEN o.stated_township
        WHEN 'township_unknown' THEN o.stated_township
        WHEN 'area_disagrees' THEN o.official_area
    END AS value,
    round(o.area_before::numeric, 2)::text AS before,
    round(o.planar_area_m2::numeric, 2)::text AS after,
    CASE
        WHEN f.fault = 'self_intersection' THEN (
            SELECT concat_ws(' ', round(ST_X(l)::numeric, 7), round(ST_Y(l)::numeric, 7))
            FROM (
                SELECT pg_temp.careful_transform(ST_SetSRID(
                    location(ST_IsValidDetail(ST_Force2D(o.survey_boundary))), ST_SRID(o.survey_boundary)
                ), 4490) AS l
            ) AS spot
        )
        WHEN o.boundary IS NOT NULL THEN (
            SELECT concat_ws(' ', round(ST_X(c)::numeric, 7), round(ST_Y(c)::numeric, 7))
            FROM (SELECT ST_Centroid(ST_Envelope(o.boundary)) AS c) AS spot
        )
        WHEN ST_XMin(o.survey_boundary) BETWEEN -1e15 AND 1e15 AND ST_YMin(o.survey_boundary) BETWEEN -1e15 AND 1e15 THEN
            concat_ws(' ', round(ST_XMin(o.survey_boundary)::numeric, 3), round(ST_YMin(o.survey_boundary)::numeric, 3))
    END AS place
FROM faults AS f
JOIN found AS o USING (row_no)
ORDER BY f.row_no, f.rank, f.field
