-- Live plans decided by people whose label or measure the rules of a run see otherwise. Each plan looks up its own label:
-- right after a run the planner does not know its labels yet and would read them all.
SELECT
    p.parcel_code, p.name, p.kind, d.id AS plan_id,
    d.label, d.measure, d.reason, d.document, d.recorded_by AS decided_by, d.recorded_at AS decided_at,
    x.label AS rules_label, x.measure AS rules_measure, x.measure_zh AS rules_measure_zh,
    x.measure_en AS rules_measure_en, x.rule
FROM plan AS d
JOIN parcel AS p ON p.id = d.parcel_id
CROSS JOIN LATERAL (SELECT o.* FROM plan_labels_of(:run_id) AS o WHERE o.parcel_id = d.parcel_id LIMIT 1) AS l
JOIN plan_rule AS x ON x.run_id = l.run_id AND x.rule_no = l.rule_no
WHERE d.county_code = :county_code AND d.ended_at IS NULL AND (d.label, d.measure) IS DISTINCT FROM (x.label, x.measure)
ORDER BY p.parcel_code;
