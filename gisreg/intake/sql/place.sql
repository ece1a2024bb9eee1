-- Where a county's parcels may lie, cut small once for all rows of an import:
-- pieces (townships), extent (the county, else its townships, else China).
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

CREATE INDEX ON {pieces} USING gist (piece);
CREATE INDEX ON {extent} USING gist (piece);
ANALYZE {pieces};
ANALYZE {extent};
