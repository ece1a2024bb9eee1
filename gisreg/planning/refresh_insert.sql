-- Labels of parcels that had none in the run before: new ones, and those that came back.
INSERT INTO plan_label (
    run_id, parcel_id, county_code, rule_no, finance_rule_no, gates, unknown_gates, open_rules, unknown_facts,
    since_run_id
)
SELECT
    :label_run, t.parcel_id, :county_code, t.rule_no, t.finance_rule_no, t.gates, t.unknown_gates, t.open_rules,
    t.unknown_facts, :run_id
FROM plan_pass AS t
WHERE NOT EXISTS (SELECT FROM plan_label AS l WHERE l.run_id = :label_run AND l.parcel_id = t.parcel_id)
ORDER BY t.parcel_id;
