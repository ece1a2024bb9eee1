-- A million made-up parcels with labels for the export benchmark: eight-cornered boundaries of about 0.4 ha near
-- 113°E 36°N as surveyed in EPSG:4547, the columns of a well-kept ledger filled, no real place or person.
INSERT INTO county (code, name, name_en, invented) VALUES ('149901', '示例县', 'Example County', true)
ON CONFLICT (code) DO NOTHING;

INSERT INTO admin_unit (county_code, level, code, name, name_en)
SELECT '149901', 'township', (149901100 + n)::text, '示例' || n || '号镇', 'Example Town ' || n
FROM generate_series(0, 11) AS n;

INSERT INTO parcel (
    county_code, parcel_code, kind, state, name, address, source_code, cadastral_code, supervision_no, contract_no,
    approval_no, township_code, holder_name, holder_class, ownership_status, land_use_scheme, land_use_code, sector,
    official_area_m2, official_area_source, area_m2, planar_area_m2, approved_on, contract_on, agreed_start_on,
    price_wan, paid_wan, total_investment_wan, invested_wan, supply_ready, project_found, seized, mortgaged,
    survey_crs, survey_boundary, boundary
)
SELECT
    '149901', '149901-' || lpad(n::text, 7, '0'),
    (ARRAY['unsupplied_land', 'idle_land', 'half_finished_project', 'idle_factory'])[1 + n % 4],
    (ARRAY['registered', 'planned', 'in_progress', 'submitted', 'closed'])[1 + n % 5],
    '示例' || n || '号地块', '示例县示例' || n % 12 || '号镇建设路' || n % 900 || '号', 'SRC' || n,
    '149901' || lpad((n % 999)::text, 3, '0') || '002GB' || lpad((n % 99999)::text, 5, '0'),
    '149901' || lpad(n::text, 10, '0'), '示出让(' || 2015 + n % 10 || ')' || n || '号',
    '示政地字〔' || 2010 + n % 14 || '〕' || n % 500 || '号', (149901100 + n % 12)::text,
    '示例' || n % 5000 || '有限公司', (ARRAY['state', 'state_enterprise', 'collective', 'private'])[1 + n % 4],
    'registered', 'gb21010_2017', '0601', 'industry',
    round((3000 + n % 7919 + 0.25 * (n % 4))::numeric, 2)::float8, 'contract',
    ST_Area(ST_Transform(ring, 4490)::geography), ST_Area(ring),
    date '2010-01-01' + (n % 5000)::int, date '2011-01-01' + (n % 4800)::int, date '2012-01-01' + (n % 4500)::int,
    round((n % 100000 / 7.0)::numeric, 2)::float8, round((n % 50000 / 7.0)::numeric, 2)::float8,
    round((n % 70000 / 3.0)::numeric, 2)::float8, round((n % 60000 / 9.0)::numeric, 2)::float8,
    n % 2 = 0, CASE WHEN n % 3 > 0 THEN n % 3 = 1 END, false, n % 7 = 0,
    'EPSG:4547', ring, ST_Multi(ST_Transform(ring, 4490))
FROM (
    SELECT n, ST_SetSRID(ST_MakePolygon(ST_MakeLine(ARRAY[
        ST_MakePoint(x, y), ST_MakePoint(x - 2.117, y + 31.043), ST_MakePoint(x + 1.5, y + 62.871),
        ST_MakePoint(x + 28.333, y + 64.002), ST_MakePoint(x + 59.871, y + 61.119),
        ST_MakePoint(x + 62.404, y + 30.77), ST_MakePoint(x + 60.013, y - 1.25),
        ST_MakePoint(x + 30.129, y + 1.875), ST_MakePoint(x, y)
    ])), 4547) AS ring
    FROM (
        SELECT n, 400000.123 + (n % 1000) * 80 AS x, 3960000.321 + (n / 1000) * 80 AS y
        FROM generate_series(1, :parcels) AS n
    ) AS corner
) AS drawn;

UPDATE county SET last_parcel_no = :parcels WHERE code = '149901';

INSERT INTO plan_run (county_code, ruleset, ruleset_version, ruleset_sha256, ruleset_toml, as_of, status, parcels)
VALUES ('149901', 'bench', '1', 'x', 'x', '2026-01-01', 'accepted', :parcels);

INSERT INTO plan_rule (
    county_code, run_id, rule_no, rule, kind, label, measure, measure_zh, measure_en, reason_zh, reason_en, basis,
    agency, days_allowed
)
SELECT
    '149901', max(id), n, 'rule_' || n, 'idle_land', (ARRAY['use', 'sell', 'lease', 'finance'])[1 + n % 4],
    'measure_' || n, '措施' || n, 'Measure ' || n, '符合第' || n || '项条件,具备供地条件,已有意向项目',
    'Condition ' || n || ' holds: ready, and a project is found', '《示例办法》第' || n || '条', '自然资源局', 90 + n
FROM plan_run CROSS JOIN generate_series(0, 31) AS n GROUP BY n;

INSERT INTO plan_label (run_id, parcel_id, county_code, rule_no, finance_rule_no, gates, unknown_gates)
SELECT (SELECT max(id) FROM plan_run), id, '149901', id % 32, CASE WHEN id % 5 = 0 THEN 3 END, 0, 0 FROM parcel;
