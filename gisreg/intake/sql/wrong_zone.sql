-- Rows outside the county that would lie inside it in another zone: the CRS says one thing, the coordinates another.
-- A sample of them finds the zone, which then is tried on all.
WITH astray AS MATERIALIZED (
    SELECT row_no, ST_PointOnSurface(ST_Envelope(ST_Force2D(survey_boundary))) AS spot
    FROM {rows} WHERE refusal IN ('outside_county', 'out_of_range') AND ST_XMax(survey_boundary) < 1e9
),
chosen AS MATERIALIZED (
    SELECT c.srid
    FROM (SELECT spot FROM astray LIMIT 200) AS a
    CROSS JOIN (VALUES {candidates}) AS c (rank, srid)
    WHERE EXISTS (
        SELECT FROM {extent} AS e
        WHERE ST_Intersects(e.piece, pg_temp.careful_transform(ST_SetSRID(a.spot, c.srid), 4490))
    )
    GROUP BY c.rank, c.srid ORDER BY count(*) DESC, c.rank LIMIT 1
)
UPDATE {rows} AS r SET refusal = 'wrong_zone:' || c.srid
FROM astray AS a CROSS JOIN chosen AS c
WHERE r.row_no = a.row_no AND EXISTS (
    SELECT FROM {extent} AS e WHERE ST_Intersects(e.piece, pg_temp.careful_transform(ST_SetSRID(a.spot, c.srid), 4490))
)
