-- what the ledger states is there already
UPDATE ledger_fate AS f SET fate = 'unchanged'
FROM ledger_row AS r, parcel AS p
WHERE f.fate = 'joined' AND r.row_no = f.row_no AND p.id = f.parcel_id AND NOT ({differs});
