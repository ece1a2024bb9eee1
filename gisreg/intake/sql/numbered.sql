-- Rows that name the registry's own number of their parcel: it is permanent, so it finds the parcel before all else.
INSERT INTO fate (row_no, fate, fault, detail)
SELECT r.row_no, 'refused', 'duplicate_code', d.first_row::text
FROM (
    SELECT parcel_code, min(row_no) AS first_row FROM {rows}
    WHERE refusal IS NULL AND parcel_code IS NOT NULL
    GROUP BY parcel_code HAVING count(*) > 1
) AS d
JOIN {rows} AS r ON r.parcel_code = d.parcel_code AND r.refusal IS NULL AND r.row_no <> d.first_row
ON CONFLICT (row_no) DO NOTHING;

-- a number out of use leads to its successors, one of another kind or with another number of its own is another parcel
INSERT INTO fate (row_no, fate, parcel_id, fault, detail)
SELECT
    r.row_no,
    CASE WHEN judged.fault IS NOT NULL THEN 'refused' WHEN p.source_hash = r.content_hash THEN 'unchanged' ELSE 'changed' END,
    p.id, judged.fault, p.parcel_code
FROM {rows} AS r
JOIN parcel AS p ON p.county_code = :county AND p.parcel_code = r.parcel_code
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN p.kind <> :kind THEN 'parcel_of_other_kind'
        WHEN p.state = 'removed' THEN 'number_retired'
        WHEN p.source_code <> r.source_code THEN 'codes_of_two_parcels'
    END AS fault
) AS judged
WHERE r.refusal IS NULL
ON CONFLICT (row_no) DO NOTHING;
