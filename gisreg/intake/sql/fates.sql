-- What becomes of the rows that are not simply new. Whoever is not listed is new.
CREATE TEMPORARY TABLE fate (row_no int8 PRIMARY KEY, fate text NOT NULL, parcel_id int8, fault text, detail text)
    ON COMMIT DROP;

INSERT INTO fate (row_no, fate, fault, detail)
SELECT row_no, 'refused', split_part(refusal, ':', 1), nullif(split_part(refusal, ':', 2), '')
FROM {rows} WHERE refusal IS NOT NULL;

-- twice in one file: the first usable row counts
INSERT INTO fate (row_no, fate, fault, detail)
SELECT r.row_no, 'refused', 'duplicate_code', d.first_row::text
FROM (
    SELECT source_code, min(row_no) AS first_row FROM {rows}
    WHERE refusal IS NULL AND source_code IS NOT NULL
    GROUP BY source_code HAVING count(*) > 1
) AS d
JOIN {rows} AS r ON r.source_code = d.source_code AND r.refusal IS NULL AND r.row_no <> d.first_row;

INSERT INTO fate (row_no, fate, fault, detail)
SELECT r.row_no, 'refused', 'duplicate_row', d.first_row::text
FROM (
    SELECT content_hash, min(row_no) AS first_row FROM {rows}
    WHERE refusal IS NULL AND source_code IS NULL
    GROUP BY content_hash HAVING count(*) > 1
) AS d
JOIN {rows} AS r
    ON r.content_hash = d.content_hash AND r.refusal IS NULL AND r.source_code IS NULL AND r.row_no <> d.first_row;
