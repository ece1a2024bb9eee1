-- How many of the parcels looked at again go from which label to which; counted by rule first, since rules are few.
WITH moved AS MATERIALIZED (
    SELECT rule_before, rule_no, count(*) AS parcels FROM plan_differs GROUP BY 1, 2
)
SELECT o.label AS "from", n.label AS "to", CAST(sum(m.parcels) AS bigint) AS parcels
FROM moved AS m
JOIN plan_rule AS n ON n.run_id = :label_run AND n.rule_no = m.rule_no
LEFT JOIN plan_rule AS o ON o.run_id = :label_run AND o.rule_no = m.rule_before
WHERE o.label IS DISTINCT FROM n.label
GROUP BY 1, 2
ORDER BY 1, 2;
