-- How many parcels move from which label and measure to which between two runs, their land and what they are worth;
-- NULL where a run gave none. Land and worth are those of today.
WITH before AS (
    SELECT l.parcel_id, x.label, x.measure, x.measure_zh, x.measure_en
    FROM plan_labels_of(:before) AS l JOIN plan_rule AS x ON x.run_id = l.run_id AND x.rule_no = l.rule_no
),
after AS (
    SELECT l.parcel_id, x.label, x.measure, x.measure_zh, x.measure_en
    FROM plan_labels_of(:after) AS l JOIN plan_rule AS x ON x.run_id = l.run_id AND x.rule_no = l.rule_no
)
SELECT
    o.label AS from_label, o.measure AS from_measure, min(o.measure_zh) AS from_zh, min(o.measure_en) AS from_en,
    n.label AS to_label, n.measure AS to_measure, min(n.measure_zh) AS to_zh, min(n.measure_en) AS to_en,
    count(*) AS parcels,
    coalesce(sum(coalesce(p.official_area_m2, p.area_m2)), 0) / 10000 AS area_ha,
    count(*) FILTER (WHERE coalesce(p.official_area_m2, p.area_m2) IS NULL) AS area_unknown,
    sum(coalesce(p.market_value_wan, p.price_wan)) AS worth_wan,
    count(*) FILTER (WHERE coalesce(p.market_value_wan, p.price_wan) IS NULL) AS worth_unknown
FROM before AS o
FULL JOIN after AS n USING (parcel_id)
JOIN parcel AS p ON p.id = parcel_id
WHERE (o.label, o.measure) IS DISTINCT FROM (n.label, n.measure)
GROUP BY o.label, o.measure, n.label, n.measure
ORDER BY parcels DESC, o.label, o.measure, n.label, n.measure;
