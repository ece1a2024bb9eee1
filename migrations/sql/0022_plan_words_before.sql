-- The read model as 0021 left it.
CREATE OR REPLACE VIEW parcel_current WITH (security_invoker = true) AS
SELECT
    p.id, p.version, p.recorded_at, p.recorded_by, p.recorded_from, p.county_code, p.parcel_code, p.kind,
    p.subkind, p.state, p.name, p.address, p.remark, p.tags, p.source_code, p.cadastral_code,
    p.real_estate_unit_code, p.supervision_no, p.contract_no, p.approval_no, p.project_code, p.township_code,
    p.village_code, p.zone_code, p.holder_name, p.holder_class, p.ownership_status, p.ownership_nature,
    p.right_type, p.right_nature, p.land_use_scheme, p.land_use_code, p.sector, p.official_area_m2,
    p.official_area_source, p.area_m2, p.planar_area_m2, p.floor_area_m2, p.supplied_area_m2,
    p.started_area_m2, p.due_area_m2, p.approved_on, p.contract_on, p.agreed_start_on, p.actual_start_on,
    p.agreed_completion_on, p.halted_on, p.completed_on, p.determined_on, p.vacated_on, p.price_wan,
    p.paid_wan, p.total_investment_wan, p.invested_wan, p.market_value_wan, p.land_cost_wan, p.debt_wan,
    p.funding_gap_wan, p.yearly_income_wan, p.energy_quota_tce, p.water_quota_t, p.income_years, p.idle_cause,
    p.demand, p.owner_intent, p.supply_ready, p.project_found, p.plan_changed, p.county_verified,
    p.procedures_complete, p.can_start, p.swap_land_found, p.farmland_restorable, p.buyer_found,
    p.tenant_found, p.investor_found, p.buy_back_funds, p.reserve_agency_listed, p.creditors_agree,
    p.building_sound, p.technology_obsolete, p.in_developed_area, p.price_paid_in_full, p.seized, p.mortgaged,
    p.mortgagee_notified, p.on_red_line, p.on_farmland, p.contaminated, p.hearing_held, p.hoarder,
    p.collective_vote, p.valuation_done, p.coordinate_source, p.survey_crs, p.batch_id, p.source_row,
    p.boundary,
    t.name AS township_name,
    t.name_en AS township_name_en,
    coalesce(p.official_area_m2, p.area_m2) AS land_area_m2,
    coalesce(p.official_area_m2, p.area_m2) * 0.0015 AS area_mu,
    p.official_area_m2 IS NOT NULL AS area_is_official,
    p.state IN ('registered', 'planned', 'in_progress', 'on_hold', 'returned', 'relapsed') AS is_left,
    p.state IN ('registered', 'planned', 'in_progress', 'on_hold', 'returned', 'relapsed', 'submitted') AS is_not_closed,
    r.id AS run_id,
    r.as_of AS plan_as_of,
    r.ruleset || ' ' || r.ruleset_version AS ruleset,
    x.rule,
    coalesce(d.label, x.label) AS label,
    coalesce(d.measure, x.measure) AS measure,
    CASE WHEN d.id IS NULL OR d.measure = x.measure THEN x.measure_zh ELSE coalesce(
        (SELECT min(w.measure_zh) FROM plan_rule AS w WHERE w.run_id = r.label_run_id AND w.measure = d.measure),
        d.measure
    ) END AS measure_zh,
    CASE WHEN d.id IS NULL OR d.measure = x.measure THEN x.measure_en ELSE coalesce(
        (SELECT min(w.measure_en) FROM plan_rule AS w WHERE w.run_id = r.label_run_id AND w.measure = d.measure),
        d.measure
    ) END AS measure_en,
    coalesce(d.reason, x.reason_zh) AS reason_zh,
    coalesce(d.reason, x.reason_en) AS reason_en,
    coalesce(d.basis, x.basis) AS basis,
    coalesce(d.agency, x.agency) AS agency,
    coalesce(d.due_on, r.as_of + x.days_allowed) AS due_on,
    d.id IS NOT NULL AS decided_by_person,
    f.measure AS finance_option,
    holding.gates <> 0 AS gated,
    CASE WHEN holding.gates <> 0 THEN (
        SELECT array_agg(g.gate ORDER BY g.gate_no) FROM plan_gate AS g
        WHERE g.run_id = r.label_run_id AND holding.gates & (1::bigint << g.gate_no) <> 0
    ) END AS blockers,
    1 - bit_count(l.unknown_facts::bit(64))::float8 / nullif(x.facts_needed, 0) AS confidence
FROM parcel AS p
LEFT JOIN admin_unit AS t
    ON t.county_code = p.county_code AND t.level = 'township' AND t.code = p.township_code AND t.valid_to = 'infinity'
LEFT JOIN plan_run AS r ON r.county_code = p.county_code AND r.status = 'accepted'
LEFT JOIN plan_label AS l ON l.run_id = r.label_run_id AND l.parcel_id = p.id
LEFT JOIN plan_rule AS x ON x.run_id = r.label_run_id AND x.rule_no = l.rule_no
LEFT JOIN plan_rule AS f ON f.run_id = r.label_run_id AND f.rule_no = l.finance_rule_no
LEFT JOIN plan AS d ON d.parcel_id = p.id AND d.ended_at IS NULL
CROSS JOIN LATERAL (
    SELECT CASE WHEN d.id IS NULL THEN l.gates ELSE coalesce(
        (SELECT h.gates FROM plan_held AS h WHERE h.run_id = r.id AND h.plan_id = d.id), l.gates
    ) END AS gates
) AS holding;

ALTER TABLE plan DROP COLUMN approved_on;
