-- Raw rows of one part become judged, repaired, measured, typed rows. Each step is fenced (OFFSET 0), so that nothing
-- is computed twice. Words in braces are names and expressions that gisreg.intake.prepare fills in.
INSERT INTO {rows} (
    row_no, refusal, repairs, warnings, survey_boundary, boundary, area_m2, planar_area_m2, area_before, township_code,
    stated_township, content_hash, bad, unknown{targets}
)
SELECT
    row_no,
    refusal,
    repairs,
    nullif(concat_ws(
        ',',
        CASE WHEN refusal IS NULL AND deep THEN 'z_dropped' END,
        CASE WHEN refusal IS NULL AND share_inside < 0.9999 THEN 'crosses_county_line' END,
        CASE WHEN refusal IS NULL AND resolved_township <> ALL (touched) THEN 'township_differs' END,
        CASE WHEN stated_township IS NOT NULL AND resolved_township IS NULL AND {townships_known} THEN 'township_unknown' END,
        CASE WHEN refusal IS NULL AND NOT {official_area} / nullif(planar_area_m2, 0) BETWEEN 0.5 AND 2 THEN 'area_disagrees' END
    ), ''),
    survey_boundary,
    CASE WHEN refusal IS NULL THEN boundary END,
    area_m2,
    planar_area_m2,
    area_before,
    CASE
        WHEN resolved_township = ANY (touched) THEN resolved_township
        WHEN touched IS NOT NULL THEN touched[1]
        WHEN resolved_township IS NOT NULL AND NOT {township_polygons} ? resolved_township THEN resolved_township
        WHEN NOT {townships_known} THEN stated_township
    END,
    stated_township,
    -- the same content in another file format is the same content: the direction of rings does not count
    md5(record_send(ROW(ST_AsBinary(ST_ForcePolygonCCW(clean)), {srid}{values})))::uuid,
    bad,
    unknown{values}
FROM (
    SELECT
        measured.*,
        CASE
            WHEN measured.refused IS NOT NULL THEN measured.refused
            WHEN measured.boundary IS NULL AND NOT ST_IsEmpty(measured.clean) THEN 'out_of_range'
            WHEN measured.area_m2 IS NULL OR NOT measured.area_m2 > 0 THEN 'no_area'
            WHEN measured.cell IS NULL AND coalesce(place.share_inside, 0) < 1e-6 THEN '{outside}'
        END AS refusal,
        place.touched,
        place.share_inside,
        coalesce({township_names} ->> stated_township, {township_names} ->> left(stated_township, 9)) AS resolved_township
    FROM (
        SELECT
            transformed.*,
            {area} AS area_m2,
            {square} AS cell
        FROM (
            SELECT
                cleaned.*,
                {boundary} AS boundary,
                {planar} AS planar_area_m2
            FROM (
                SELECT
                    judged.*,
                    CASE
                        WHEN refused IS NOT NULL THEN NULL
                        WHEN valid AND NOT mixed THEN ST_Multi(flat)
                        WHEN valid THEN ST_Multi(ST_CollectionExtract(flat, 3))
                        ELSE pg_temp.careful_repair(flat)
                    END AS clean,
                    CASE WHEN refused IS NULL AND (curved OR mixed OR NOT valid) THEN array_remove(ARRAY[
                        CASE WHEN NOT valid THEN 'self_intersection' END,
                        CASE WHEN mixed THEN 'parts_dropped' END,
                        CASE WHEN curved THEN 'curves_straightened' END
                    ], NULL) END AS repairs,
                    CASE WHEN refused IS NULL AND NOT valid THEN ST_Area(flat) * {unit_area} END AS area_before
                FROM (
                    SELECT
                        looked.*,
                        CASE WHEN refused IS NULL THEN ST_IsValid(flat) END AS valid
                    FROM (
                        SELECT
                            typed.*,
                            ST_NDims(survey_boundary) > 2 AS deep,
                            shape_type = 'GEOMETRYCOLLECTION' AS mixed,
                            CASE
                                WHEN no_shape THEN 'null_geometry'
                                WHEN survey_boundary IS NULL THEN 'broken_geometry'
                                WHEN ST_IsEmpty(survey_boundary) THEN 'empty_geometry'
                                WHEN shape_type NOT IN ('POLYGON', 'MULTIPOLYGON', 'CURVEPOLYGON', 'MULTISURFACE', 'GEOMETRYCOLLECTION')
                                    OR ST_Dimension(survey_boundary) < 2 THEN 'not_polygon'
                                WHEN NOT ST_Area(flat) < 'Infinity' THEN 'bad_coordinates'
                                WHEN ST_XMin(flat) < {west} OR ST_YMin(flat) < {south}
                                    OR ST_XMax(flat) > {east} OR ST_YMax(flat) > {north} THEN 'out_of_range'
                            END AS refused
                        FROM (
                            SELECT
                                parsed.*,
                                ST_Force2D(
                                    -- a curve polygon may be made of straight lines only
                                    CASE WHEN curved OR GeometryType(survey_boundary) IN ('CURVEPOLYGON', 'MULTISURFACE')
                                        THEN ST_CurveToLine(survey_boundary) ELSE survey_boundary END
                                ) AS flat,
                                GeometryType(survey_boundary) AS shape_type,
                                concat_ws(',', damaged_fields, NULL{bad_checks}) AS bad,
                                concat_ws(',', NULL{unknown_checks}) AS unknown
                            FROM (
                                SELECT
                                    shaped.*,
                                    coalesce(ST_HasArc(survey_boundary), false) AS curved
                                FROM (
                                    SELECT
                                        r.row_no,
                                        r.wkb IS NULL AS no_shape,
                                        {damaged} AS damaged_fields,
                                        {shape} AS survey_boundary,
                                        {stated_township} AS stated_township{raws}{conversions}
                                    FROM {raw} AS r
                                    OFFSET 0
                                ) AS shaped
                                OFFSET 0
                            ) AS parsed
                            OFFSET 0
                        ) AS typed
                        OFFSET 0
                    ) AS looked
                    OFFSET 0
                ) AS judged
                OFFSET 0
            ) AS cleaned
            OFFSET 0
        ) AS transformed
        OFFSET 0
    ) AS measured
    LEFT JOIN LATERAL (
        SELECT
            CASE
                WHEN measured.cell <> '' THEN ARRAY[measured.cell]
                WHEN measured.cell IS NULL AND cardinality(near.codes) > 1 THEN (
                    SELECT array_agg(t.code ORDER BY t.share DESC, t.code)
                    FROM (
                        SELECT p.code, sum(ST_Area(ST_Intersection(p.piece, measured.boundary))) AS share
                        FROM {pieces} AS p
                        WHERE ST_Intersects(p.piece, measured.boundary)
                        GROUP BY p.code
                    ) AS t
                )
                WHEN measured.cell IS NULL THEN near.codes
            END AS touched,
            CASE WHEN measured.cell IS NULL THEN (
                SELECT sum(
                    CASE WHEN ST_CoveredBy(measured.boundary, e.piece) THEN 1
                        ELSE ST_Area(ST_Intersection(e.piece, measured.boundary)) / nullif(ST_Area(measured.boundary), 0) END
                )
                FROM {extent} AS e
                WHERE e.piece && measured.boundary AND ST_Intersects(e.piece, measured.boundary)
            ) END AS share_inside
        FROM (
            SELECT CASE WHEN measured.cell IS NULL THEN (
                SELECT array_agg(DISTINCT p.code) FROM {pieces} AS p WHERE ST_Intersects(p.piece, measured.boundary)
            ) END AS codes
            OFFSET 0
        ) AS near
    ) AS place ON measured.boundary IS NOT NULL
    OFFSET 0
) AS placed
