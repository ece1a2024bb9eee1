-- One parcel, one row: what its number found first counts, not what another row finds by another code.
UPDATE fate AS f SET fate = 'refused', fault = 'duplicate_code', detail = d.first_row::text
FROM (
    SELECT parcel_id, min(row_no) AS first_row FROM fate
    WHERE fate IN ('changed', 'unchanged') GROUP BY parcel_id HAVING count(*) > 1
) AS d
WHERE f.parcel_id = d.parcel_id AND f.fate IN ('changed', 'unchanged') AND f.row_no <> d.first_row
