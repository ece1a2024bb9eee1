-- Rows whose parcel the registry has already: by the file's own code, else by their whole content.
-- A number out of use (split, merged, struck off) takes nothing new: its successors would not hear of it.
INSERT INTO fate (row_no, fate, parcel_id, fault, detail)
SELECT
    r.row_no,
    CASE WHEN p.source_hash = r.content_hash THEN 'unchanged' WHEN p.state = 'removed' THEN 'refused' ELSE 'changed' END,
    p.id,
    CASE WHEN p.state = 'removed' THEN 'number_retired' END,
    p.parcel_code
FROM {rows} AS r
JOIN parcel AS p ON p.county_code = :county AND p.kind = :kind AND p.source_code = r.source_code
WHERE r.refusal IS NULL
ON CONFLICT (row_no) DO NOTHING;

-- A parcel without a number of its own is exported under the registry's number, and known again by it.
INSERT INTO fate (row_no, fate, parcel_id, fault, detail)
SELECT
    r.row_no,
    CASE WHEN p.source_hash = r.content_hash THEN 'unchanged' WHEN p.state = 'removed' THEN 'refused' ELSE 'changed' END,
    p.id,
    CASE WHEN p.state = 'removed' THEN 'number_retired' END,
    p.parcel_code
FROM {rows} AS r
JOIN parcel AS p
    ON p.county_code = :county AND p.kind = :kind AND p.source_code IS NULL AND p.parcel_code = r.source_code
WHERE r.refusal IS NULL AND starts_with(r.source_code, :county)
ON CONFLICT (row_no) DO NOTHING;

INSERT INTO fate (row_no, fate, parcel_id)
SELECT r.row_no, 'unchanged', min(p.id)
FROM {rows} AS r
JOIN parcel AS p
    ON p.county_code = :county AND p.kind = :kind AND p.source_code IS NULL AND p.source_hash = r.content_hash
WHERE r.refusal IS NULL AND r.source_code IS NULL
GROUP BY r.row_no
ON CONFLICT (row_no) DO NOTHING;
