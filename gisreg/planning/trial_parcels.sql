-- The parcels that a run labels or treats otherwise than another, the largest first; NULL where a run gave no label.
WITH before AS (
    SELECT l.parcel_id, x.label, x.measure, x.measure_zh, x.measure_en, x.rule
    FROM plan_labels_of(:before) AS l JOIN plan_rule AS x ON x.run_id = l.run_id AND x.rule_no = l.rule_no
),
after AS (
    SELECT l.parcel_id, x.label, x.measure, x.measure_zh, x.measure_en, x.rule
    FROM plan_labels_of(:after) AS l JOIN plan_rule AS x ON x.run_id = l.run_id AND x.rule_no = l.rule_no
)
SELECT
    p.parcel_code, p.kind, p.township_code,
    coalesce(p.official_area_m2, p.area_m2) / 10000 AS area_ha,
    coalesce(p.market_value_wan, p.price_wan) AS worth_wan,
    o.label AS from_label, o.measure AS from_measure, o.measure_zh AS from_zh, o.measure_en AS from_en,
    o.rule AS from_rule,
    n.label AS to_label, n.measure AS to_measure, n.measure_zh AS to_zh, n.measure_en AS to_en, n.rule AS to_rule
FROM before AS o
FULL JOIN after AS n USING (parcel_id)
JOIN parcel AS p ON p.id = parcel_id
WHERE (o.label, o.measure) IS DISTINCT FROM (n.label, n.measure)
ORDER BY coalesce(p.official_area_m2, p.area_m2) DESC NULLS LAST, p.parcel_code
LIMIT :first;
