-- The gates that hold the measure of a plan, as the run in force sees them; none where the advice is another measure.
SELECT g.gate, g.title_zh, g.title_en
FROM parcel AS p
JOIN plan_run AS r ON r.county_code = p.county_code AND r.status = 'accepted'
JOIN plan_label AS l ON l.run_id = r.label_run_id AND l.parcel_id = p.id
JOIN plan_rule AS x ON x.run_id = r.label_run_id AND x.rule_no = l.rule_no
JOIN plan_gate AS g ON g.run_id = r.label_run_id AND l.gates & (1::bigint << g.gate_no) <> 0
WHERE p.id = :parcel_id AND x.measure = :measure
ORDER BY g.gate_no
