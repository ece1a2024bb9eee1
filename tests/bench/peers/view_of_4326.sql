-- pygeoapi takes longitude before latitude for EPSG:4326 alone: the read model under that name, with its own index.
CREATE INDEX IF NOT EXISTS bench_boundary_4326 ON gisreg.parcel
USING gist ((ST_SetSRID(boundary, 4326)::geometry(MultiPolygon, 4326)));
CREATE OR REPLACE VIEW gisreg.parcel_of_4326 AS
SELECT {columns}, ST_SetSRID(boundary, 4326)::geometry(MultiPolygon, 4326) AS boundary FROM gisreg.parcel_current;
ANALYZE gisreg.parcel;
