-- The variants of one parcel: as it is (0), with one stored fact changed, and on each day up to a horizon; each with what
-- the clock's events move. Fenced (OFFSET 0), so that no value is worked out twice. Words in braces are expressions and
-- queries that gisreg.planning.variants fills in.
SELECT variant.no AS id, variant.day AS variant_day, {varied}, clock.clock_restart_on, clock.clock_paused
FROM (
    {known}
) AS known
CROSS JOIN (
    SELECT no, CAST(:as_of AS date) AS day, fact, value
    FROM unnest(CAST(:facts AS text[]), CAST(:values AS text[])) WITH ORDINALITY AS changed (fact, value, no)
    UNION ALL
    SELECT 0, CAST(:as_of AS date), NULL, NULL
    UNION ALL
    SELECT CAST(:changes AS integer) + ahead, CAST(:as_of AS date) + ahead, NULL, NULL
    FROM generate_series(1, CAST(:horizon AS integer)) AS ahead
) AS variant
LEFT JOIN (
    {events}
) AS clock ON clock.clock_parcel_id = :parcel_id
OFFSET 0
