-- Totals of a run by rule, from the pass's own small table.
SELECT x.label, x.measure, t.parcels, t.area_mu, t.gated, t.to_find_out
FROM (
    SELECT
        rule_no,
        count(*) AS parcels,
        coalesce(sum(land_area_m2), 0) * 0.0015 AS area_mu,
        count(*) FILTER (WHERE gates <> 0) AS gated,
        count(*) FILTER (WHERE unknown_gates <> 0) AS to_find_out
    FROM plan_pass
    GROUP BY rule_no
) AS t
JOIN plan_rule AS x ON x.run_id = :run_id AND x.rule_no = t.rule_no
ORDER BY x.rule_no;
