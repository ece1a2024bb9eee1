-- What the county does not want to see is not told; rows with what it refuses are refused, for the first such finding.
DELETE FROM finding WHERE fault = ANY (:off);

INSERT INTO fate (row_no, fate, fault)
SELECT DISTINCT ON (row_no) row_no, 'refused', fault FROM finding WHERE fault = ANY (:refused) ORDER BY row_no, rank, field
ON CONFLICT (row_no) DO UPDATE SET fate = 'refused', fault = excluded.fault WHERE fate.fate = 'changed';

DELETE FROM finding AS g USING fate AS f
WHERE f.row_no = g.row_no AND (f.fate IN ('unchanged', 'left_out') OR (f.fate = 'refused' AND g.fault <> f.fault));

DELETE FROM neighbour AS n USING fate AS f WHERE f.row_no IN (n.row_no, n.other_row) AND f.fate = 'refused'
