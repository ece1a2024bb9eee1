-- SQLite, in the GeoPackage: what the check-out says of itself, the mark of each row, and the styles table as QGIS makes it.
CREATE TABLE gisreg_checkout (name TEXT PRIMARY KEY NOT NULL, value TEXT);
CREATE TABLE gisreg_checkout_row (
    fid INTEGER PRIMARY KEY NOT NULL, parcel_code TEXT NOT NULL, version INTEGER NOT NULL, recorded TEXT NOT NULL,
    digest BLOB NOT NULL
);
CREATE UNIQUE INDEX gisreg_checkout_row_parcel_code ON gisreg_checkout_row (parcel_code);
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
    f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
    useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
    update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
-- named here, so that QGIS lists neither this table nor the other two as layers
INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('layer_styles', 'attributes', 'layer_styles');
