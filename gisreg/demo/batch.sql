INSERT INTO batch (
    county_code, kind, file_name, file_sha256, file_bytes, layer, crs, encoding, mapping,
    rows_read, rows_loaded, rows_repaired, rows_refused, rows_unchanged, rows_warned
)
VALUES (
    :county, :kind, 'gisreg demo', :sha256, 0, NULL, :crs, NULL, CAST(:mapping AS jsonb),
    :rows, :rows, 0, 0, 0, 0
)
RETURNING id
