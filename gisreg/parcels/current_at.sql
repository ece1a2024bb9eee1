-- The read model as it was recorded at the end of a day: parcel_current with yesterday's rows, labels and units.
-- :as_of is the day, :until the first instant after it (Asia/Shanghai).
WITH recorded AS (
    SELECT
        id, version, recorded_at, recorded_by, recorded_from, county_code, parcel_code, kind, subkind,
        state, name, address, remark, tags, source_code, cadastral_code, real_estate_unit_code,
        supervision_no, contract_no, approval_no, project_code, township_code, village_code, zone_code,
        holder_name, holder_class, ownership_status, ownership_nature, right_type, right_nature,
        land_use_scheme, land_use_code, sector, official_area_m2, official_area_source, area_m2,
        planar_area_m2, floor_area_m2, supplied_area_m2, started_area_m2, due_area_m2, approved_on,
        contract_on, agreed_start_on, actual_start_on, agreed_completion_on, halted_on, completed_on,
        determined_on, vacated_on, price_wan, paid_wan, total_investment_wan, invested_wan,
        market_value_wan, land_cost_wan, debt_wan, funding_gap_wan, yearly_income_wan, energy_quota_tce,
        water_quota_t, income_years, idle_cause, demand, owner_intent, supply_ready, project_found,
        plan_changed, county_verified, procedures_complete, can_start, swap_land_found, farmland_restorable,
        buyer_found, tenant_found, investor_found, buy_back_funds, reserve_agency_listed, creditors_agree,
        building_sound, technology_obsolete, in_developed_area, price_paid_in_full, seized, mortgaged,
        mortgagee_notified, on_red_line, on_farmland, contaminated, hearing_held, hoarder, collective_vote,
        valuation_done, coordinate_source, survey_crs, batch_id, source_row, boundary
    FROM parcel
    WHERE recorded_at < :until
    UNION ALL
    SELECT
        parcel_id AS id, version, recorded_at, recorded_by, recorded_from, county_code, parcel_code, kind,
        subkind, state, name, address, remark, tags, source_code, cadastral_code, real_estate_unit_code,
        supervision_no, contract_no, approval_no, project_code, township_code, village_code, zone_code,
        holder_name, holder_class, ownership_status, ownership_nature, right_type, right_nature,
        land_use_scheme, land_use_code, sector, official_area_m2, official_area_source, area_m2,
        planar_area_m2, floor_area_m2, supplied_area_m2, started_area_m2, due_area_m2, approved_on,
        contract_on, agreed_start_on, actual_start_on, agreed_completion_on, halted_on, completed_on,
        determined_on, vacated_on, price_wan, paid_wan, total_investment_wan, invested_wan,
        market_value_wan, land_cost_wan, debt_wan, funding_gap_wan, yearly_income_wan, energy_quota_tce,
        water_quota_t, income_years, idle_cause, demand, owner_intent, supply_ready, project_found,
        plan_changed, county_verified, procedures_complete, can_start, swap_land_found, farmland_restorable,
        buyer_found, tenant_found, investor_found, buy_back_funds, reserve_agency_listed, creditors_agree,
        building_sound, technology_obsolete, in_developed_area, price_paid_in_full, seized, mortgaged,
        mortgagee_notified, on_red_line, on_farmland, contaminated, hearing_held, hoarder, collective_vote,
        valuation_done, coordinate_source, survey_crs, batch_id, source_row, boundary
    FROM parcel_version
    WHERE recorded_at < :until AND superseded_at >= :until
),
-- the unit of a code that day; where it had ended by then and nobody had yet recorded it, as it was last
unit_then AS (
    SELECT DISTINCT ON (county_code, code) county_code, code, name, name_en
    FROM admin_unit AS u
    WHERE level = 'township' AND valid_from <= :as_of AND (
        valid_to > :as_of
        OR EXISTS (
            SELECT FROM unit_change AS c
            WHERE c.county_code = u.county_code AND c.level = u.level AND c.old_code = u.code
                AND c.effective_on = u.valid_to AND c.recorded_at >= :until
        )
    )
    ORDER BY county_code, code, valid_to DESC
),
in_force AS (
    SELECT DISTINCT ON (county_code) id, label_run_id, county_code, as_of, ruleset, ruleset_version
    FROM plan_run
    WHERE accepted_at < :until
    ORDER BY county_code, accepted_at DESC
),
-- labels as they were in that run: a later one that shares them may have replaced some
label_then AS (
    SELECT l.* FROM in_force AS r
    JOIN plan_label AS l ON l.run_id = r.label_run_id AND coalesce(l.since_run_id, l.run_id) <= r.id
    UNION ALL
    SELECT
        o.run_id, o.parcel_id, o.county_code, o.rule_no, o.finance_rule_no, o.gates, o.unknown_gates, o.open_rules,
        o.unknown_facts, o.since_run_id
    FROM in_force AS r
    JOIN plan_label_replaced AS o
        ON o.run_id = r.label_run_id AND coalesce(o.since_run_id, o.run_id) <= r.id AND o.until_run_id > r.id
)
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
    l.gates <> 0 AS gated,
    CASE WHEN l.gates <> 0 THEN (
        SELECT array_agg(g.gate ORDER BY g.gate_no) FROM plan_gate AS g
        WHERE g.run_id = r.label_run_id AND l.gates & (1::bigint << g.gate_no) <> 0
    ) END AS blockers,
    1 - bit_count(l.unknown_facts::bit(64))::float8 / nullif(x.facts_needed, 0) AS confidence
FROM recorded AS p
LEFT JOIN unit_then AS t ON t.county_code = p.county_code AND t.code = p.township_code
LEFT JOIN in_force AS r ON r.county_code = p.county_code
LEFT JOIN label_then AS l ON l.run_id = r.label_run_id AND l.parcel_id = p.id
LEFT JOIN plan_rule AS x ON x.run_id = r.label_run_id AND x.rule_no = l.rule_no
LEFT JOIN plan_rule AS f ON f.run_id = r.label_run_id AND f.rule_no = l.finance_rule_no
LEFT JOIN plan AS d
    ON d.parcel_id = p.id AND d.recorded_at < :until AND (d.ended_at IS NULL OR d.ended_at >= :until)
