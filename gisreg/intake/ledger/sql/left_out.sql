-- Rows that were not chosen.
INSERT INTO ledger_fate (row_no, fate, fault)
SELECT row_no, 'refused', 'left_out' FROM ledger_row WHERE NOT CAST(:chosen AS int8multirange) @> row_no
ON CONFLICT (row_no) DO UPDATE SET fate = excluded.fate, fault = excluded.fault, parcel_id = NULL;
