-- The labels that are no longer the same, reasons included, beside where each stands; nowhere, if the parcel had none. Only
-- who holds the lock on the county's runs writes labels, so each still stands there when it is replaced.
CREATE TEMPORARY TABLE plan_differs ON COMMIT DROP AS
SELECT t.*, l.ctid AS stands_at, l.rule_no AS rule_before
FROM plan_pass AS t
LEFT JOIN plan_label AS l ON l.run_id = :label_run AND l.parcel_id = t.parcel_id
WHERE t.state <> ALL (:closed) AND (l.rule_no, l.finance_rule_no, l.gates, l.unknown_gates, l.open_rules, l.unknown_facts)
    IS DISTINCT FROM (t.rule_no, t.finance_rule_no, t.gates, t.unknown_gates, t.open_rules, t.unknown_facts);
