-- Numbers in the registry's column that it never gave: another registry's, or written by hand.
INSERT INTO finding
SELECT r.row_no, 5, 'parcel_code_unknown', 'parcel_code', NULL, r.parcel_code, NULL
FROM {rows} AS r
WHERE r.refusal IS NULL AND r.parcel_code IS NOT NULL
    AND NOT EXISTS (SELECT FROM parcel AS p WHERE p.county_code = :county AND p.parcel_code = r.parcel_code)
