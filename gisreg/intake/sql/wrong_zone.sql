-- Rows outside the county that would lie inside it in another zone: the CRS says one thing, the coordinates another; or
-- both bear the number of the same other zone, and with the right one the coordinates are moved by the difference.
-- A sample of them finds the zone, which then is tried on all.
WITH astray AS MATERIALIZED (
    SELECT row_no, ST_PointOnSurface(ST_Envelope(ST_Force2D(survey_boundary))) AS spot
    FROM {rows} WHERE refusal IN ('outside_county', 'out_of_range') AND ST_XMax(survey_boundary) < 1e9
),
chosen AS MATERIALIZED (
    SELECT c.said, c.srid, c.east
    FROM (SELECT spot FROM astray LIMIT 200) AS a
    CROSS JOIN (VALUES {candidates}) AS c (rank, said, srid, east)
    WHERE EXISTS (
        SELECT FROM {extent} AS e
        WHERE ST_Intersects(
            e.piece, pg_temp.careful_transform(ST_SetSRID(ST_Translate(a.spot, c.east, 0), c.srid), 4490)
        )
    )
    GROUP BY c.rank, c.said, c.srid, c.east ORDER BY count(*) DESC, c.rank LIMIT 1
)
UPDATE {rows} AS r SET refusal = c.said
FROM astray AS a CROSS JOIN chosen AS c
WHERE r.row_no = a.row_no AND EXISTS (
    SELECT FROM {extent} AS e
    WHERE ST_Intersects(e.piece, pg_temp.careful_transform(ST_SetSRID(ST_Translate(a.spot, c.east, 0), c.srid), 4490))
)
