-- Labels of parcels that had none in the run before: new ones, and those that came back.
INSERT INTO plan_label (
    run_id, parcel_id, county_code, rule_no, finance_rule_no, gates, unknown_gates, open_rules, unknown_facts,
    since_run_id
)
SELECT
    :label_run, parcel_id, :county_code, rule_no, finance_rule_no, gates, unknown_gates, open_rules, unknown_facts,
    :run_id
FROM plan_differs
WHERE stands_at IS NULL
ORDER BY parcel_id;
