SELECT
    count(*) AS read,
    count(*) FILTER (WHERE f.fate = 'refused') AS refused,
    count(*) FILTER (WHERE f.fate = 'unchanged') AS unchanged,
    count(*) FILTER (WHERE f.fate IS NULL) AS new,
    count(*) FILTER (WHERE r.repairs IS NOT NULL AND (f.fate IS NULL OR f.fate = 'changed')) AS repaired,
    count(*) FILTER (
        WHERE (r.warnings IS NOT NULL OR r.bad IS NOT NULL OR r.unknown IS NOT NULL) AND (f.fate IS NULL OR f.fate = 'changed')
    ) AS warned
FROM {rows} AS r LEFT JOIN fate AS f USING (row_no)
