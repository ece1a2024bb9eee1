-- Made-up parcels of all four kinds with every fact that rules ask for: yes, no and unknown in turn, dates over eight
-- years, a boundary and its survey, so that rows are as wide as real ones. No real place or person.
INSERT INTO county (code, name, name_en, invented) VALUES ('149901', '示例县', 'Example County', true);

INSERT INTO parcel (
    county_code, parcel_code, kind, subkind, state, name, address, source_code, cadastral_code, contract_no, approval_no,
    township_code, holder_name, holder_class, ownership_status, ownership_nature, right_type, right_nature, sector,
    official_area_m2, official_area_source, area_m2, planar_area_m2, floor_area_m2, supplied_area_m2, started_area_m2,
    due_area_m2, approved_on, contract_on, agreed_start_on, actual_start_on, halted_on, completed_on, determined_on,
    vacated_on, price_wan, paid_wan, total_investment_wan, invested_wan, market_value_wan, debt_wan, funding_gap_wan,
    yearly_income_wan, energy_quota_tce, water_quota_t, income_years, idle_cause, demand, owner_intent, supply_ready,
    project_found, plan_changed, county_verified, procedures_complete, can_start, swap_land_found, farmland_restorable,
    buyer_found, tenant_found, investor_found, buy_back_funds, reserve_agency_listed, creditors_agree, building_sound,
    technology_obsolete, in_developed_area, price_paid_in_full, seized, mortgaged, mortgagee_notified, on_red_line,
    on_farmland, contaminated, hearing_held, hoarder, collective_vote, valuation_done, coordinate_source, survey_crs,
    survey_boundary, boundary
)
SELECT
    '149901', '149901-' || lpad(n::text, 7, '0'),
    (ARRAY['unsupplied_land', 'idle_land', 'half_finished_project', 'idle_factory'])[1 + n % 4],
    CASE n % 4
        WHEN 2 THEN (ARRAY['halted_works', 'completed_unused', 'halted_enterprise_works'])[1 + n % 3]
        WHEN 3 THEN (ARRAY['idle_building', 'halted_enterprise'])[1 + n % 2]
    END,
    (ARRAY['registered', 'planned', 'in_progress', 'on_hold', 'submitted'])[1 + n % 5],
    '示例' || n || '号地块', '示例县示例' || n % 12 || '号镇建设路' || n % 900 || '号', 'SRC' || n,
    '149901' || lpad((n % 999)::text, 3, '0') || '002GB' || lpad((n % 99999)::text, 5, '0'),
    '示出让(' || 2015 + n % 10 || ')' || n || '号', '示政地字〔' || 2010 + n % 14 || '〕' || n % 500 || '号',
    (149901100 + n % 12)::text, '示例' || n % 5000 || '有限公司',
    (ARRAY['state', 'state_enterprise', 'collective', 'private', NULL])[1 + (h >> 3 & 1023) % 5],
    (ARRAY['registered', 'confirmed', 'unconfirmed', 'disputed', 'unknown'])[1 + (h >> 5 & 1023) % 5], '20', '3',
    (ARRAY['101', '102'])[1 + n % 2],
    (ARRAY['industry', 'commerce', 'housing', 'public', 'infrastructure'])[1 + (h >> 7 & 1023) % 5],
    1000 + (h >> 9 & 65535), 'contract', 1001.5 + (h >> 9 & 65535), 1000.7 + (h >> 9 & 65535), h >> 11 & 8191, 0,
    CASE WHEN n % 3 = 0 THEN (h >> 13 & 4095) + 1 END, 3000, d - 900, d - 400, d,
    CASE WHEN n % 3 = 0 THEN d + 30 END, CASE WHEN n % 4 = 0 THEN d + 300 END, CASE WHEN n % 5 = 0 THEN d + 600 END,
    CASE WHEN n % 2 = 0 THEN d + 500 END, d + 200, h >> 15 & 1023, h >> 16 & 1023, 1000, h >> 17 & 1023, h >> 18 & 2047,
    h >> 19 & 2047, h >> 20 & 127, h >> 21 & 127, h >> 22 & 127, h >> 23 & 127, h >> 24 & 7,
    (ARRAY['government', 'force_majeure', 'enterprise', 'enterprise', NULL])[1 + (h >> 25 & 1023) % 5],
    (ARRAY['office', 'turnover_housing', 'welfare', 'industry', 'none', NULL])[1 + (h >> 27 & 1023) % 6],
    (ARRAY['restart', 'convert', 'subdivide', 'sell', 'lease', 'joint_venture', 'none', NULL])[1 + (h >> 29 & 1023) % 8],
    f[1 + (g & 7)], f[1 + (g >> 2 & 7)], f[1 + (g >> 4 & 7)], f[1 + (g >> 6 & 7)], f[1 + (g >> 8 & 7)],
    f[1 + (g >> 10 & 7)], f[1 + (g >> 12 & 7)], f[1 + (g >> 14 & 7)], f[1 + (g >> 16 & 7)], f[1 + (g >> 18 & 7)],
    f[1 + (g >> 20 & 7)], f[1 + (g >> 22 & 7)], f[1 + (g >> 24 & 7)], f[1 + (g >> 26 & 7)], f[1 + (g >> 28 & 7)],
    f[1 + (g >> 30 & 7)], f[1 + (g >> 32 & 7)], f[1 + (g >> 34 & 7)], f[1 + (g >> 36 & 7)], f[1 + (g >> 38 & 7)],
    f[1 + (g >> 40 & 7)], f[1 + (g >> 42 & 7)], f[1 + (g >> 44 & 7)], f[1 + (g >> 46 & 7)], f[1 + (g >> 48 & 7)],
    f[1 + (g >> 50 & 7)], f[1 + (g >> 52 & 7)], f[1 + (g >> 54 & 7)], '勘测定界', 'EPSG:4547',
    ST_SetSRID(ST_Multi(ST_MakeEnvelope(x, y, x + 41.3, y + 35.7)), 4547),
    ST_Multi(ST_MakeEnvelope(113 + n % 1000 * 6e-4, 36 + n / 1000 * 6e-4, 113 + n % 1000 * 6e-4 + 5e-4,
                             36 + n / 1000 * 6e-4 + 5e-4, 4490))
FROM (
    SELECT
        n, hashint8extended(n, 1) & 9223372036854775807 AS h, hashint8extended(n, 2) & 9223372036854775807 AS g,
        date '2018-01-01' + (n::bigint * 7919 % 2900)::int AS d, 427959.5 + n % 1000 * 60 AS x, 3996935.0 + n / 1000 * 60 AS y,
        ARRAY[true, true, true, false, false, false, NULL, NULL] AS f
    FROM generate_series(1, :parcels) AS n
) AS drawn;

ANALYZE parcel;
