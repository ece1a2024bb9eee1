-- The gates that hold a parcel, as the run in force sees them, with its rules, by which those of a measure are told.
SELECT g.gate, g.title_zh, g.title_en, p.kind, r.ruleset_toml
FROM parcel AS p
JOIN plan_run AS r ON r.county_code = p.county_code AND r.status = 'accepted'
JOIN plan_label AS l ON l.run_id = r.label_run_id AND l.parcel_id = p.id
JOIN plan_gate AS g ON g.run_id = r.label_run_id AND l.gates & (1::bigint << g.gate_no) <> 0
WHERE p.id = :parcel_id
ORDER BY g.gate_no
