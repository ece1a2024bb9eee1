-- The same code twice in one file: the first usable row counts.
INSERT INTO fate (row_no, fate, fault, detail)
SELECT r.row_no, 'refused', 'duplicate_code', d.first_row::text
FROM (
    SELECT source_code, min(row_no) AS first_row FROM {rows}
    WHERE refusal IS NULL AND source_code IS NOT NULL
    GROUP BY source_code HAVING count(*) > 1
) AS d
JOIN {rows} AS r ON r.source_code = d.source_code AND r.refusal IS NULL AND r.row_no <> d.first_row;
