-- Rows that were left out are counted by themselves: read = loaded + repaired + refused + unchanged.
SELECT
    :rows - count(*) FILTER (WHERE fate = 'left_out') AS read,
    count(*) FILTER (WHERE fate = 'left_out') AS left_out,
    count(*) FILTER (WHERE fate = 'refused') AS refused,
    count(*) FILTER (WHERE fate = 'unchanged') AS unchanged,
    :rows - count(*) AS new,
    (SELECT count(DISTINCT g.row_no) FROM finding AS g LEFT JOIN fate AS f USING (row_no)
        WHERE g.rank = 2 AND f.fate IS DISTINCT FROM 'refused') AS repaired,
    (SELECT count(DISTINCT g.row_no) FROM finding AS g LEFT JOIN fate AS f USING (row_no)
        WHERE g.rank > 2 AND f.fate IS DISTINCT FROM 'refused') AS warned
FROM fate
