-- Rows whose parcel the registry has already: by the file's own code, else by their whole content.
INSERT INTO fate (row_no, fate, parcel_id)
SELECT r.row_no, CASE WHEN p.source_hash = r.content_hash THEN 'unchanged' ELSE 'changed' END, p.id
FROM {rows} AS r
JOIN parcel AS p ON p.county_code = :county AND p.kind = :kind AND p.source_code = r.source_code
WHERE r.refusal IS NULL
ON CONFLICT (row_no) DO NOTHING;

INSERT INTO fate (row_no, fate, parcel_id)
SELECT r.row_no, 'unchanged', min(p.id)
FROM {rows} AS r
JOIN parcel AS p
    ON p.county_code = :county AND p.kind = :kind AND p.source_code IS NULL AND p.source_hash = r.content_hash
WHERE r.refusal IS NULL AND r.source_code IS NULL
GROUP BY r.row_no
ON CONFLICT (row_no) DO NOTHING;
