-- A number of its own that stands in two rows: the first counts.
INSERT INTO ledger_fate (row_no, fate, fault, value, others)
SELECT row_no, 'refused', 'ledger_repeated', value, first_row
FROM (
    SELECT r.row_no, {value} AS value, min(r.row_no) OVER (PARTITION BY {value}) AS first_row
    FROM ledger_row AS r LEFT JOIN ledger_fate AS f USING (row_no)
    WHERE {value} IS NOT NULL AND (f.row_no IS NULL OR f.fate = 'joined') AND {when}
) AS compared
WHERE row_no <> first_row
ON CONFLICT (row_no) DO UPDATE
    SET fate = excluded.fate, fault = excluded.fault, value = excluded.value, others = excluded.others;
