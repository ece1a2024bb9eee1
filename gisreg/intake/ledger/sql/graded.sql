-- Rows with a finding that the county wants refused.
INSERT INTO ledger_fate (row_no, fate, fault)
SELECT row_no, 'refused', 'graded' FROM unnest(CAST(:refused AS int8[])) AS row_no
ON CONFLICT (row_no) DO UPDATE SET fate = excluded.fate, fault = excluded.fault, parcel_id = NULL
    WHERE ledger_fate.fate NOT IN ('refused', 'left_out');
