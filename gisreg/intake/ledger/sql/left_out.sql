-- Rows that were not chosen are none of this batch's.
INSERT INTO ledger_fate (row_no, fate)
SELECT row_no, 'left_out' FROM ledger_row WHERE NOT CAST(:chosen AS int8multirange) @> row_no
ON CONFLICT (row_no) DO UPDATE SET fate = excluded.fate, fault = NULL, parcel_id = NULL, key = NULL;
