-- By how many parcels this run's labels differ from those in force (NULL where a parcel had none).
SELECT old_rule.label AS "from", new_rule.label AS "to", count(*) AS parcels
FROM plan_label AS n
JOIN plan_rule AS new_rule ON new_rule.run_id = n.run_id AND new_rule.rule_no = n.rule_no
LEFT JOIN plan_run AS r ON r.county_code = :county_code AND r.status = 'accepted'
LEFT JOIN plan_label AS o ON o.run_id = r.id AND o.parcel_id = n.parcel_id
LEFT JOIN plan_rule AS old_rule ON old_rule.run_id = o.run_id AND old_rule.rule_no = o.rule_no
WHERE n.run_id = :run_id AND old_rule.label IS DISTINCT FROM new_rule.label
GROUP BY 1, 2
ORDER BY 1, 2;
