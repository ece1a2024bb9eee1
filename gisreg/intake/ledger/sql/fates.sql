-- What becomes of each row of a ledger. Whoever is not listed becomes a new parcel without a boundary.
CREATE TEMPORARY TABLE ledger_fate (
    row_no int8 PRIMARY KEY, fate text NOT NULL, parcel_id int8, fault text, key text, value text, codes text, others int8
) ON COMMIT DROP;

-- a number of the registry's own that nobody bears
INSERT INTO ledger_fate (row_no, fate, fault, value)
SELECT r.row_no, 'refused', 'ledger_parcel_unknown', r.parcel_code
FROM ledger_row AS r
WHERE r.parcel_code IS NOT NULL
    AND NOT EXISTS (SELECT FROM ledger_hit AS h WHERE h.row_no = r.row_no AND h.key = 'parcel_code');

-- keys that each fit one parcel, but not the same
INSERT INTO ledger_fate (row_no, fate, fault, codes)
SELECT row_no, 'refused', 'ledger_keys_disagree', string_agg(DISTINCT parcel_code, '、' ORDER BY parcel_code)
FROM (
    SELECT row_no, key, min(id) AS id, min(parcel_code) AS parcel_code
    FROM ledger_hit
    WHERE key = ANY (CAST(:identifying AS text[]))
    GROUP BY row_no, key HAVING count(*) = 1
) AS sure
GROUP BY row_no HAVING count(DISTINCT id) > 1
ON CONFLICT (row_no) DO NOTHING;

-- the first key that fits one parcel decides
INSERT INTO ledger_fate (row_no, fate, parcel_id, key, value, codes)
SELECT DISTINCT ON (row_no) row_no, 'joined', id, key, value, parcel_code
FROM (
    SELECT row_no, rank, key, value, min(id) AS id, min(parcel_code) AS parcel_code
    FROM ledger_hit
    GROUP BY row_no, rank, key, value HAVING count(*) = 1
) AS sure
ORDER BY row_no, rank
ON CONFLICT (row_no) DO NOTHING;

INSERT INTO ledger_fate (row_no, fate, fault, key, value, codes, others)
SELECT DISTINCT ON (row_no) row_no, 'refused', 'ledger_ambiguous', key, value, codes, fitting
FROM (
    SELECT
        row_no, rank, key, value, count(*) AS fitting,
        array_to_string((array_agg(parcel_code ORDER BY parcel_code))[1:10], '、')
            || CASE WHEN count(*) > 10 THEN '…' ELSE '' END AS codes
    FROM ledger_hit
    GROUP BY row_no, rank, key, value
) AS several
ORDER BY row_no, rank
ON CONFLICT (row_no) DO NOTHING;

-- one parcel, one row
UPDATE ledger_fate AS f SET fate = 'refused', fault = 'ledger_repeated', value = f.codes, others = d.first_row
FROM (
    SELECT parcel_id, min(row_no) AS first_row FROM ledger_fate WHERE fate = 'joined' GROUP BY parcel_id HAVING count(*) > 1
) AS d
WHERE f.fate = 'joined' AND f.parcel_id = d.parcel_id AND f.row_no <> d.first_row;

-- from here on about rows that would be new
INSERT INTO ledger_fate (row_no, fate, fault)
SELECT r.row_no, 'refused', 'ledger_unidentified' FROM ledger_row AS r WHERE NOT ({identified})
ON CONFLICT (row_no) DO NOTHING;

INSERT INTO ledger_fate (row_no, fate, fault, value, codes)
SELECT r.row_no, 'refused', 'ledger_retired', r.source_code, p.parcel_code
FROM ledger_row AS r
JOIN parcel AS p ON p.county_code = :county AND p.kind = :kind AND p.source_code = r.source_code
ON CONFLICT (row_no) DO NOTHING;

-- without a key a row is known by its content
INSERT INTO ledger_fate (row_no, fate, parcel_id)
SELECT r.row_no, 'unchanged', min(p.id)
FROM ledger_row AS r
JOIN parcel AS p
    ON p.county_code = :county AND p.kind = :kind AND p.source_code IS NULL AND p.source_hash = r.content_hash
WHERE NOT ({keyed})
GROUP BY r.row_no
ON CONFLICT (row_no) DO NOTHING;
