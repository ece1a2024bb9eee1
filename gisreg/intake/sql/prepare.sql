-- Raw rows of one part become judged, repaired, measured rows. Each step is fenced (OFFSET 0), so that nothing
-- is computed twice. Words in braces are names and expressions that gisreg.intake.prepare fills in.
INSERT INTO {rows} (
    row_no, refusal, repairs, warnings, survey_boundary, boundary, area_m2, planar_area_m2, area_before, township_code,
    stated_township, content_hash, bad, unknown, said, checks{targets}
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
    -- the same content in another file format is the same content: neither the direction of rings counts, nor a tenth of
    -- a millimetre; the first two digits number this recipe
    overlay(
        md5(record_send(ROW(ST_AsBinary(ST_ForcePolygonCCW(ST_SnapToGrid(clean, {finest}))), {srid}{content})))
        PLACING '{recipe}' FROM 1 FOR 2
    )::uuid,
    bad,
    unknown,
    said,
    checks{targets}
FROM (
    SELECT
        placed.*,
        CASE
            WHEN verdict NOT IN ('valid', 'invalid') THEN verdict
            WHEN boundary IS NULL AND NOT ST_IsEmpty(clean) THEN 'out_of_range'
            WHEN area_m2 IS NULL OR NOT area_m2 > 0 THEN 'no_area'
            WHEN cell IS NULL AND coalesce(share_inside, 0) < 1e-6 THEN '{outside}'
        END AS refusal,
        coalesce({township_names} ->> stated_township, {township_names} ->> left(stated_township, 9)) AS resolved_township
    FROM (
        SELECT
            measured.*,
            -- only the others are held against borders
            CASE
                WHEN cell <> '' THEN ARRAY[cell]
                WHEN cell IS NULL AND boundary IS NOT NULL THEN (
                    SELECT CASE WHEN cardinality(near.codes) > 1 THEN (
                        SELECT array_agg(t.code ORDER BY t.share DESC, t.code)
                        FROM (
                            SELECT p.code, sum(ST_Area(ST_Intersection(p.piece, measured.boundary))) AS share
                            FROM {pieces} AS p
                            WHERE ST_Intersects(p.piece, measured.boundary)
                            GROUP BY p.code
                        ) AS t
                    ) ELSE near.codes END
                    FROM (
                        SELECT array_agg(DISTINCT p.code) AS codes FROM {pieces} AS p
                        WHERE ST_Intersects(p.piece, measured.boundary)
                        OFFSET 0
                    ) AS near
                )
            END AS touched,
            CASE WHEN cell IS NULL AND boundary IS NOT NULL THEN (
                SELECT sum(
                    CASE WHEN ST_CoveredBy(measured.boundary, e.piece) THEN 1
                        ELSE ST_Area(ST_Intersection(e.piece, measured.boundary)) / nullif(ST_Area(measured.boundary), 0) END
                )
                FROM {extent} AS e
                WHERE e.piece && measured.boundary AND ST_Intersects(e.piece, measured.boundary)
            ) END AS share_inside
        FROM (
            SELECT
                transformed.*,
                {area} AS area_m2,
                -- the township that the parcel lies in for certain, away from all borders
                coalesce(CASE WHEN transformed.boundary IS NOT NULL THEN transformed.square END, (
                    SELECT p.code FROM {pieces} AS p WHERE ST_ContainsProperly(p.piece, transformed.boundary) LIMIT 1
                )) AS cell
            FROM (
                -- a star-shaped polygon stays valid; of curves what was looked at is not the same as what is kept
                SELECT moved.*, CASE WHEN star_shaped AND shape_type = 'POLYGON' OR ST_IsValid(moved_boundary) THEN moved_boundary
                    ELSE pg_temp.careful_repair(moved_boundary) END AS boundary
                FROM (
                SELECT
                    cleaned.*,
                    {transformed} AS moved_boundary,
                    {planar} AS planar_area_m2
                FROM (
                    SELECT
                        judged.*,
                        CASE
                            WHEN verdict = 'valid' AND mixed THEN ST_Multi(ST_CollectionExtract(flat, 3))
                            WHEN verdict = 'valid' THEN ST_Multi(flat)
                            WHEN verdict = 'invalid' THEN pg_temp.careful_repair(flat)
                        END AS clean,
                        CASE WHEN verdict = 'invalid' OR (verdict = 'valid' AND (curved OR mixed)) THEN array_remove(ARRAY[
                            CASE WHEN verdict = 'invalid' THEN 'self_intersection' END,
                            CASE WHEN mixed THEN 'parts_dropped' END,
                            CASE WHEN curved THEN 'curves_straightened' END
                        ], NULL) END AS repairs,
                        CASE WHEN verdict = 'invalid' THEN {planar_before} END AS area_before
                    FROM (
                        SELECT
                            parsed.*,
                            shape_type = 'GEOMETRYCOLLECTION' AS mixed,
                            -- valid, invalid (to be repaired), or why not even that
                            CASE
                                WHEN no_shape THEN 'null_geometry'
                                WHEN survey_boundary IS NULL THEN 'broken_geometry'
                                WHEN ST_IsEmpty(survey_boundary) THEN 'empty_geometry'
                                WHEN shape_type NOT IN ('POLYGON', 'MULTIPOLYGON')
                                    AND (shape_type NOT IN ('CURVEPOLYGON', 'MULTISURFACE', 'GEOMETRYCOLLECTION')
                                        OR ST_Dimension(survey_boundary) < 2) THEN 'not_polygon'
                                WHEN NOT ST_Area(flat) < 'Infinity' THEN 'bad_coordinates'
                                WHEN ST_XMin(flat) < {west} OR ST_YMin(flat) < {south}
                                    OR ST_XMax(flat) > {east} OR ST_YMax(flat) > {north} THEN 'out_of_range'
                                WHEN checks LIKE '%"too_tangled"%' THEN 'too_tangled'  -- repairing it would take minutes
                                -- of curves what was read is not the same as what is kept
                                WHEN CASE WHEN shape_type IN ('POLYGON', 'MULTIPOLYGON') AND sound IS NOT NULL THEN sound
                                    ELSE ST_IsValid(flat) END THEN 'valid'
                                ELSE 'invalid'
                            END AS verdict
                        FROM (
                            SELECT
                                read.*,
                                GeometryType(survey_boundary) AS shape_type,
                                ST_NDims(survey_boundary) > 2 AS deep,
                                GeometryType(survey_boundary) NOT IN ('POLYGON', 'MULTIPOLYGON')
                                    AND ST_HasArc(survey_boundary) AS curved,
                                CASE
                                    WHEN GeometryType(survey_boundary) IN ('POLYGON', 'MULTIPOLYGON')
                                        AND ST_NDims(survey_boundary) = 2 THEN survey_boundary
                                    -- a curve polygon may be made of straight lines only
                                    WHEN GeometryType(survey_boundary) IN ('CURVEPOLYGON', 'MULTISURFACE')
                                        OR ST_HasArc(survey_boundary) THEN ST_Force2D(ST_CurveToLine(survey_boundary))
                                    ELSE ST_Force2D(survey_boundary)
                                END AS flat
                            FROM (
                                SELECT
                                    r.row_no,
                                    r.wkb IS NULL AS no_shape,
                                    {shape} AS survey_boundary,
                                    r.stated_township,
                                    r.bad,
                                    r.unknown,
                                    r.said,
                                    r.sound,
                                    r.star_shaped,
                                    r.square,
                                    r.checks{read}
                                FROM {raw} AS r
                                OFFSET 0
                            ) AS read
                            OFFSET 0
                        ) AS parsed
                        OFFSET 0
                    ) AS judged
                    OFFSET 0
                ) AS cleaned
                OFFSET 0
                ) AS moved
                OFFSET 0
            ) AS transformed
            OFFSET 0
        ) AS measured
        OFFSET 0
    ) AS placed
    OFFSET 0
) AS decided
