-- All that was found about the rows, one line each, in one look at them. What refused a row by itself stands in fate.
CREATE TEMPORARY TABLE finding (
    row_no int8 NOT NULL, rank int NOT NULL, fault text NOT NULL, field text, detail text, value text, place text
) ON COMMIT DROP;

INSERT INTO finding
WITH told AS MATERIALIZED (
    SELECT
        r.row_no, r.repairs, r.warnings, r.bad, r.unknown, r.said::jsonb AS said, r.checks::jsonb AS checks, r.township_code,
        r.stated_township, r.planar_area_m2, {official_area} AS official_area
    FROM {rows} AS r
    WHERE r.repairs IS NOT NULL OR r.warnings IS NOT NULL OR r.bad IS NOT NULL OR r.unknown IS NOT NULL OR r.checks IS NOT NULL
)
SELECT row_no, 2, repair, NULL, NULL, NULL, NULL FROM told CROSS JOIN unnest(repairs) AS repair
UNION ALL
SELECT
    row_no, 3, warning, NULL,
    CASE warning WHEN 'township_differs' THEN township_code WHEN 'area_disagrees' THEN round(planar_area_m2::numeric, 1)::text END,
    CASE warning WHEN 'township_differs' THEN stated_township WHEN 'township_unknown' THEN stated_township
        WHEN 'area_disagrees' THEN official_area END,
    NULL
FROM told CROSS JOIN unnest(string_to_array(warnings, ',')) AS warning
UNION ALL
SELECT
    row_no, 4, CASE WHEN name LIKE '!%' THEN 'damaged_text' ELSE 'bad_value' END, ltrim(name, '!'), NULL,
    said ->> ltrim(name, '!'), NULL
FROM told CROSS JOIN unnest(string_to_array(bad, ',')) AS name
UNION ALL
SELECT row_no, 5, 'unknown_code', name, NULL, said ->> name, NULL
FROM told CROSS JOIN unnest(string_to_array(unknown, ',')) AS name
UNION ALL
SELECT row_no, 6, c.fault, c.field, c.detail, c.value, c.place
FROM told CROSS JOIN jsonb_to_recordset(checks) AS c (fault text, field text, detail text, value text, place text)
