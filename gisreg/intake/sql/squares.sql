-- Squares that lie wholly inside one township (or, where there are none, inside the county): a parcel whose corners all
-- lie in squares of one township needs no look at that township's border.
WITH areas AS MATERIALIZED (
    SELECT u.level, u.code, u.boundary FROM admin_unit AS u
    WHERE u.county_code = :county AND u.valid_to = 'infinity' AND u.boundary IS NOT NULL
        AND (u.level = 'township' OR (u.level = 'county' AND u.code = :county))
),
chosen AS (
    SELECT code, boundary FROM areas
    WHERE level = 'township' OR NOT EXISTS (SELECT FROM areas WHERE level = 'township')
),
frame AS (SELECT ST_Extent(boundary) AS box FROM chosen),
squares AS (
    SELECT i, j, ST_MakeEnvelope(
        ST_XMin(box) + i * w, ST_YMin(box) + j * h, ST_XMin(box) + (i + 1) * w, ST_YMin(box) + (j + 1) * h, 4490
    ) AS square
    FROM (
        SELECT box, (ST_XMax(box) - ST_XMin(box)) / :fineness AS w, (ST_YMax(box) - ST_YMin(box)) / :fineness AS h FROM frame
    ) AS sized, generate_series(0, :fineness - 1) AS i, generate_series(0, :fineness - 1) AS j
)
SELECT
    (SELECT ARRAY[ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)] FROM frame) AS frame,
    c.code,
    array_agg(s.i * :fineness + s.j) AS squares
FROM chosen AS c JOIN squares AS s ON c.boundary && s.square AND ST_Contains(c.boundary, s.square)
GROUP BY c.code
ORDER BY c.code
