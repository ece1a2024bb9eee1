-- The variants of one parcel: as it is (0), with one stored fact changed, and on each day up to a horizon.
SELECT no, CAST(:as_of AS date) AS day, fact, value
FROM unnest(CAST(:facts AS text[]), CAST(:values AS text[])) WITH ORDINALITY AS changed (fact, value, no)
UNION ALL
SELECT 0, CAST(:as_of AS date), NULL, NULL
UNION ALL
SELECT CAST(:changes AS integer) + ahead, CAST(:as_of AS date) + ahead, NULL, NULL
FROM generate_series(1, CAST(:horizon AS integer)) AS ahead
