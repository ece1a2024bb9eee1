-- How many of the parcels looked at again go from which label to which.
SELECT o.label AS "from", n.label AS "to", count(*) AS parcels
FROM plan_pass AS t
JOIN plan_rule AS n ON n.run_id = :label_run AND n.rule_no = t.rule_no
LEFT JOIN plan_label AS l ON l.run_id = :label_run AND l.parcel_id = t.parcel_id
LEFT JOIN plan_rule AS o ON o.run_id = :label_run AND o.rule_no = l.rule_no
WHERE o.label IS DISTINCT FROM n.label
GROUP BY 1, 2
ORDER BY 1, 2;
