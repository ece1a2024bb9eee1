-- In the order of the key, as the pass was sorted.
INSERT INTO plan_label (
    run_id, parcel_id, county_code, rule_no, finance_rule_no, gates, unknown_gates, open_rules, unknown_facts
)
SELECT
    :run_id, parcel_id, :county_code, rule_no, finance_rule_no, gates, unknown_gates, open_rules, unknown_facts
FROM plan_pass;
