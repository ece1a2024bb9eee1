-- Rows that were not chosen; what was found wrong with them before does not matter either.
INSERT INTO fate (row_no, fate, fault)
SELECT row_no, 'refused', 'left_out' FROM {rows} WHERE NOT CAST(:chosen AS int8multirange) @> row_no
ON CONFLICT (row_no) DO UPDATE SET fate = 'refused', fault = 'left_out', detail = NULL
