-- Rows that were not chosen are none of this batch's; what was found wrong with them before does not matter either.
INSERT INTO fate (row_no, fate)
SELECT row_no, 'left_out' FROM {rows} WHERE NOT CAST(:chosen AS int8multirange) @> row_no
ON CONFLICT (row_no) DO UPDATE SET fate = 'left_out', fault = NULL, detail = NULL
