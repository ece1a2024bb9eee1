-- In the order of the key: the key's index then grows at its right end only.
INSERT INTO plan_label (
    run_id, parcel_id, county_code, rule_no, finance_rule_no, gates, unknown_gates, open_rules, unknown_facts
)
SELECT
    :run_id, parcel_id, :county_code, rule_no, finance_rule_no, gates, unknown_gates, open_rules, unknown_facts
FROM plan_pass;
