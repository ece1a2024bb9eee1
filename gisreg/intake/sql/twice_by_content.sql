-- Rows without a code that say the same: the first usable one counts.
INSERT INTO fate (row_no, fate, fault, detail)
SELECT r.row_no, 'refused', 'duplicate_row', d.first_row::text
FROM (
    SELECT content_hash, min(row_no) AS first_row FROM {rows}
    WHERE refusal IS NULL AND source_code IS NULL
    GROUP BY content_hash HAVING count(*) > 1
) AS d
JOIN {rows} AS r
    ON r.content_hash = d.content_hash AND r.refusal IS NULL AND r.source_code IS NULL AND r.row_no <> d.first_row;
