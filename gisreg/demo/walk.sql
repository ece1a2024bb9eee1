-- Parcels that are taken through the steps one by one, in the same order for the same parcels; the first ones, which
-- examples name, are left as they are.
WITH free AS MATERIALIZED (
    SELECT p.*, md5('walk' || parcel_code) AS lot
    FROM parcel AS p
    WHERE county_code = :county AND parcel_code > :first AND parcel_code <= :last
        AND NOT EXISTS (SELECT FROM plan AS d WHERE d.parcel_id = p.id)
),
labels AS MATERIALIZED (
    SELECT l.parcel_id, x.measure
    FROM plan_run AS r
    JOIN plan_label AS l ON l.run_id = r.label_run_id AND l.gates = 0 AND l.parcel_id IN (SELECT id FROM free)
    JOIN plan_rule AS x ON x.run_id = l.run_id AND x.rule_no = l.rule_no
    WHERE r.county_code = :county AND r.status = 'accepted' AND x.measure = ANY (:closing)
),
advised AS (
    SELECT f.*
    FROM free AS f
    JOIN labels AS l ON l.parcel_id = f.id
    WHERE f.state = 'registered' AND (f.kind <> 'unsupplied_land' OR l.measure = 'revoke_approval')
),
chosen AS (
    SELECT 'inquiry' AS part, parcel_code, row_number() OVER (ORDER BY lot) AS place, 6 AS most
    FROM free
    WHERE kind = 'idle_land' AND state = 'suspected'
        AND NOT EXISTS (SELECT FROM investigation AS i WHERE i.parcel_id = free.id)
    UNION ALL
    SELECT 'part', parcel_code, row_number() OVER (ORDER BY lot), 1
    FROM advised
    WHERE kind IN ('idle_land', 'unsupplied_land') AND ST_NumGeometries(survey_boundary) = 1
        AND ST_NumInteriorRings(ST_GeometryN(survey_boundary, 1)) = 0 AND official_area_m2 > 20000
        AND NOT EXISTS (SELECT FROM parcel_overlap AS o WHERE advised.id IN (o.parcel_id, o.other_id))
    UNION ALL
    SELECT 'quota', parcel_code, row_number() OVER (ORDER BY lot), 1
    FROM free
    WHERE kind = 'idle_factory' AND state = 'registered' AND energy_quota_tce > 10 AND water_quota_t > 10
    UNION ALL
    SELECT 'advised', parcel_code, row_number() OVER (ORDER BY lot DESC), 10
    FROM advised
)
SELECT part, parcel_code FROM chosen WHERE place <= most ORDER BY part, place
