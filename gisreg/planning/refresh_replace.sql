-- Labels that are no longer the same; the database keeps what they were.
UPDATE plan_label AS l
SET rule_no = d.rule_no, finance_rule_no = d.finance_rule_no, gates = d.gates, unknown_gates = d.unknown_gates,
    open_rules = d.open_rules, unknown_facts = d.unknown_facts, since_run_id = :run_id
FROM plan_differs AS d
WHERE l.ctid = d.stands_at;
