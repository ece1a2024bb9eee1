-- Where a county's parcels may lie, cut small once for all rows of an import:
-- pieces (townships), extent (the county, else its townships, else China), cells (squares wholly inside a township).
CREATE UNLOGGED TABLE {pieces} AS
SELECT u.code, ST_Subdivide(u.boundary, 96)::geometry(Polygon, 4490) AS piece
FROM admin_unit AS u
WHERE u.county_code = :county AND u.level = 'township' AND u.valid_to = 'infinity' AND u.boundary IS NOT NULL;

CREATE UNLOGGED TABLE {extent} AS
SELECT ST_Subdivide(u.boundary, 96)::geometry(Polygon, 4490) AS piece
FROM admin_unit AS u
WHERE u.county_code = :county AND u.level = 'county' AND u.code = :county AND u.valid_to = 'infinity' AND u.boundary IS NOT NULL;

INSERT INTO {extent} SELECT piece FROM {pieces} WHERE NOT EXISTS (SELECT FROM {extent});

INSERT INTO {extent} SELECT ST_MakeEnvelope(:west, :south, :east, :north, 4490) WHERE NOT EXISTS (SELECT FROM {extent});

CREATE UNLOGGED TABLE {cells} (code text, box geometry(Polygon, 4490));

INSERT INTO {cells}
WITH frame AS (SELECT ST_SetSRID(ST_Extent(piece)::geometry, 4490) AS box FROM {extent}),
squares AS (
    SELECT (ST_SquareGrid(greatest(ST_XMax(box) - ST_XMin(box), ST_YMax(box) - ST_YMin(box)) / 100, box)).geom AS box
    FROM frame
    WHERE :cells
),
towns AS (
    SELECT u.code, u.boundary FROM admin_unit AS u
    WHERE u.county_code = :county AND u.level = 'township' AND u.valid_to = 'infinity' AND u.boundary IS NOT NULL
),
county AS (
    SELECT NULL::text, u.boundary FROM admin_unit AS u
    WHERE u.county_code = :county AND u.level = 'county' AND u.code = :county AND u.valid_to = 'infinity'
        AND u.boundary IS NOT NULL AND NOT EXISTS (SELECT FROM towns)
),
areas AS MATERIALIZED (SELECT * FROM towns UNION ALL SELECT * FROM county)
SELECT a.code, s.box FROM areas AS a JOIN squares AS s ON a.boundary && s.box AND ST_Contains(a.boundary, s.box);

CREATE INDEX ON {pieces} USING gist (piece);
CREATE INDEX ON {extent} USING gist (piece);
CREATE INDEX ON {cells} USING gist (box);
ANALYZE {pieces};
ANALYZE {extent};
ANALYZE {cells};
