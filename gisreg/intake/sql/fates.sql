-- What becomes of the rows that are not simply new. Whoever is not listed is new.
CREATE TEMPORARY TABLE fate (row_no int8 PRIMARY KEY, fate text NOT NULL, parcel_id int8, fault text, detail text)
    ON COMMIT DROP;

INSERT INTO fate (row_no, fate, fault, detail)
SELECT row_no, 'refused', split_part(refusal, ':', 1), nullif(split_part(refusal, ':', 2), '')
FROM {rows} WHERE refusal IS NOT NULL;
