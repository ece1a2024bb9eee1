-- Labels that are no longer the same, reasons included; the database keeps what they were.
UPDATE plan_label AS l
SET rule_no = t.rule_no, finance_rule_no = t.finance_rule_no, gates = t.gates, unknown_gates = t.unknown_gates,
    open_rules = t.open_rules, unknown_facts = t.unknown_facts, since_run_id = :run_id
FROM plan_pass AS t
WHERE l.run_id = :label_run AND l.parcel_id = t.parcel_id
    AND (l.rule_no, l.finance_rule_no, l.gates, l.unknown_gates, l.open_rules, l.unknown_facts)
        IS DISTINCT FROM (t.rule_no, t.finance_rule_no, t.gates, t.unknown_gates, t.open_rules, t.unknown_facts);
