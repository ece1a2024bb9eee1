INSERT INTO batch (
    county_code, kind, file_name, file_sha256, file_bytes, layer, crs, encoding, mapping, rows_read, rows_loaded,
    rows_repaired, rows_refused, rows_unchanged, rows_warned, rows_left_out, problems
) VALUES (
    :county, :kind, :file, :sha256, :bytes, :layer, :crs, :encoding, CAST(:mapping AS jsonb), :read, :loaded, :repaired,
    :refused, :unchanged, :warned, :left_out, CAST(:problems AS jsonb)
) RETURNING id
