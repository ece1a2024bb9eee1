-- The county, its townships and zones. Boundaries come in EPSG:4526 and are moved vertex by vertex, so that borders that
-- were shared stay shared; the county is what its townships cover.
WITH drawn AS (
    SELECT u.level, u.code, u.name, u.name_en, u.parent_code,
        ST_Multi(ST_Transform(ST_GeomFromWKB(decode(u.wkb, 'hex'), 4526), 4490)) AS boundary
    FROM json_to_recordset(CAST(:units AS json))
        AS u (level text, code text, name text, name_en text, parent_code text, wkb text)
), zones AS (
    INSERT INTO zone (county_code, code, name, name_en, boundary)
    SELECT :county, code, name, name_en, boundary FROM drawn WHERE level = 'zone'
)
INSERT INTO admin_unit (county_code, level, code, name, name_en, parent_code, area_m2, boundary)
SELECT :county, level, code, name, name_en, parent_code, ST_Area(boundary::geography), boundary
FROM drawn WHERE level <> 'zone'
UNION ALL
SELECT :county, 'county', :county, :name, :name_en, NULL, ST_Area(ST_Union(boundary)::geography),
    ST_Multi(ST_Union(boundary))
FROM drawn WHERE level = 'township'
