-- The read model as it was recorded at the end of a day: parcel_current with yesterday's rows, labels and units.
-- :as_of is the day, :until the first instant after it (Asia/Shanghai); the columns in braces are a parcel's own.
WITH recorded AS (
    SELECT id, {columns} FROM parcel
    WHERE recorded_at < :until
    UNION ALL
    SELECT parcel_id AS id, {columns} FROM parcel_version
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
    p.*,
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
    CASE WHEN d.id IS NULL OR d.reason = x.reason_zh THEN x.reason_en ELSE coalesce(
        (SELECT min(w.reason_en) FROM plan_rule AS w WHERE w.run_id = r.label_run_id AND w.reason_zh = d.reason),
        d.reason
    ) END AS reason_en,
    coalesce(d.basis, CASE WHEN d.id IS NULL OR d.measure = x.measure THEN x.basis ELSE (
        SELECT w.basis FROM plan_rule AS w
        WHERE w.run_id = r.label_run_id AND (w.kind, w.label, w.measure) = (p.kind, d.label, d.measure)
        ORDER BY w.rule_no LIMIT 1
    ) END) AS basis,
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
FROM recorded AS p
LEFT JOIN unit_then AS t ON t.county_code = p.county_code AND t.code = p.township_code
LEFT JOIN in_force AS r ON r.county_code = p.county_code
LEFT JOIN label_then AS l ON l.run_id = r.label_run_id AND l.parcel_id = p.id
LEFT JOIN plan_rule AS x ON x.run_id = r.label_run_id AND x.rule_no = l.rule_no
LEFT JOIN plan_rule AS f ON f.run_id = r.label_run_id AND f.rule_no = l.finance_rule_no
LEFT JOIN plan AS d
    ON d.parcel_id = p.id AND d.recorded_at < :until AND (d.ended_at IS NULL OR d.ended_at >= :until)
CROSS JOIN LATERAL (
    SELECT CASE WHEN d.id IS NULL THEN l.gates ELSE coalesce(
        (
            SELECT h.gates FROM plan_held AS h
            WHERE h.run_id = r.id AND h.plan_id = d.id AND h.recorded_at < :until
        ),
        l.gates
    ) END AS gates
) AS holding
