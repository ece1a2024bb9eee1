-- Live plans decided by people whose label or measure the rules of this run see otherwise.
SELECT count(*)
FROM plan AS d
JOIN plan_pass AS t ON t.parcel_id = d.parcel_id
JOIN plan_rule AS x ON x.run_id = :run_id AND x.rule_no = t.rule_no
WHERE d.county_code = :county_code AND d.ended_at IS NULL AND (d.label, d.measure) IS DISTINCT FROM (x.label, x.measure);
