-- The label of a parcel in the run in force, with the rule that gave it, whatever people decided since.
SELECT r.id AS run_id, r.ruleset_toml, x.rule, x.label, x.measure, x.reason_zh, x.basis, x.agency, x.days_allowed
FROM parcel AS p
JOIN plan_run AS r ON r.county_code = p.county_code AND r.status = 'accepted'
JOIN plan_label AS l ON l.run_id = r.label_run_id AND l.parcel_id = p.id
JOIN plan_rule AS x ON x.run_id = r.label_run_id AND x.rule_no = l.rule_no
WHERE p.id = :parcel_id
