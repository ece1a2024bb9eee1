SELECT
    count(*) FILTER (WHERE f.fate IS DISTINCT FROM 'left_out') AS read,
    count(*) FILTER (WHERE f.fate = 'left_out') AS left_out,
    count(*) FILTER (WHERE f.fate = 'refused') AS refused,
    count(*) FILTER (WHERE f.fate = 'unchanged') AS unchanged,
    count(*) FILTER (WHERE f.fate = 'joined') AS changed,
    count(*) FILTER (WHERE f.key IS NOT NULL AND f.fate <> 'refused') AS joined,
    count(*) FILTER (WHERE f.row_no IS NULL) AS new,
    count(*) FILTER (WHERE coalesce(f.fate, 'new') NOT IN ('refused', 'left_out') AND NOT ({keyed})) AS keyless
FROM ledger_row AS r LEFT JOIN ledger_fate AS f USING (row_no)
