-- What a good hand would write after ogr2ogr has filled staging.by_hand: the same checks of shape, transformation, areas,
-- township, types and insert as an import does, into the same table, whose indexes are made again after the insert, in one
-- transaction.
SET work_mem = '128MB';
SET jit = off;
BEGIN;

CREATE UNLOGGED TABLE staging.by_hand_ready AS
SELECT
    s.*,
    ST_Area(clean) AS planar,
    ST_Area(boundary::geography) AS area
FROM (
    SELECT c.*, ST_Transform(clean, 4490) AS boundary
    FROM (
        SELECT b.*, CASE WHEN ST_IsValid(geom) THEN ST_Multi(geom)
            ELSE ST_Multi(ST_CollectionExtract(ST_MakeValid(geom, 'method=structure'), 3)) END AS clean
        FROM staging.by_hand AS b
        OFFSET 0
    ) AS c
    OFFSET 0
) AS s;

CREATE UNLOGGED TABLE staging.by_hand_town AS
SELECT r.ogc_fid, coalesce(
    max(u.code) FILTER (WHERE u.code = r.xzqdm), max(u.code)
) AS town
FROM staging.by_hand_ready AS r
JOIN gisreg.admin_unit AS u ON u.level = 'township' AND ST_Intersects(u.boundary, r.boundary)
GROUP BY r.ogc_fid;

CREATE TEMPORARY TABLE by_hand_index ON COMMIT DROP AS
SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition FROM pg_index AS i
WHERE i.indrelid = 'gisreg.parcel'::regclass AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid);
DO $$ DECLARE one text; BEGIN FOR one IN SELECT name FROM by_hand_index LOOP EXECUTE 'DROP INDEX ' || one; END LOOP; END $$;

WITH batch AS (
    INSERT INTO gisreg.batch (
        county_code, kind, file_name, file_sha256, file_bytes, crs, mapping, rows_read, rows_loaded, rows_repaired,
        rows_refused, rows_unchanged, rows_warned
    ) VALUES ('149901', 'idle_land', 'by hand', '', 0, 'EPSG:4547', '{}', 0, 0, 0, 0, 0, 0) RETURNING id
)
INSERT INTO gisreg.parcel (
    county_code, parcel_code, kind, state, name, address, source_code, cadastral_code, holder_name, township_code,
    land_use_scheme, land_use_code, official_area_m2, official_area_source, contract_on, agreed_start_on, price_wan, paid_wan,
    seized, mortgaged, area_m2, planar_area_m2, survey_crs, survey_boundary, batch_id, source_row, source_hash, boundary
)
SELECT
    '149901', '149901-' || lpad(r.ogc_fid::text, 7, '0'), 'idle_land', 'suspected', r.dkmc, r.zl, r.bsm, r.zddm, r.qlr,
    t.town, 'gb21010_2017', r.dlbm, r.pzmj::float8, 'ledger', r.htrq::date, r.yddgrq::date, r.tdjk::float8, r.yjjk::float8,
    r.sfcf = '是', r.ydy = '是', r.area, r.planar, 'EPSG:4547', r.geom, b.id, r.ogc_fid,
    md5(ROW(ST_AsBinary(r.clean), r.bsm, r.dkmc, r.zl, r.zddm, r.qlr, r.dlbm, r.pzmj, r.htrq, r.yddgrq, r.tdjk, r.yjjk, r.sfcf,
        r.ydy)::text)::uuid,
    r.boundary
FROM (
    SELECT q.*, row_number() OVER (PARTITION BY bsm ORDER BY ogc_fid) AS copy FROM staging.by_hand_ready AS q
) AS r
CROSS JOIN batch AS b
LEFT JOIN staging.by_hand_town AS t USING (ogc_fid)
WHERE r.copy = 1 AND r.area > 0
    AND NOT EXISTS (SELECT FROM gisreg.parcel AS p WHERE p.county_code = '149901' AND p.kind = 'idle_land' AND p.source_code = r.bsm);

DO $$ DECLARE one text; BEGIN FOR one IN SELECT definition FROM by_hand_index LOOP EXECUTE one; END LOOP; END $$;
UPDATE gisreg.county SET last_parcel_no = (SELECT count(*) FROM gisreg.parcel WHERE county_code = '149901') WHERE code = '149901';
DROP TABLE staging.by_hand, staging.by_hand_ready, staging.by_hand_town;
COMMIT;
ANALYZE gisreg.parcel;
