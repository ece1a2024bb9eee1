-- Parcels of a county whose copy may be wrong: written since, decided on since, or labelled anew by a run that brought up
-- to date the one that the copy knows. Unknown times and a first look take all.
SELECT p.id
FROM parcel AS p
LEFT JOIN parcel_drawn AS d ON d.id = p.id
WHERE p.county_code = :county
    AND (:everything OR CAST(:seen AS timestamptz) IS NULL OR p.recorded_at >= CAST(:seen AS timestamptz))
    AND (:everything OR d.version IS DISTINCT FROM p.version)
    AND (d.id IS NOT NULL OR (p.state <> 'removed' AND p.boundary IS NOT NULL))
UNION
SELECT parcel_id FROM plan
WHERE county_code = :county
    AND (
        CAST(:seen AS timestamptz) IS NULL OR recorded_at >= CAST(:seen AS timestamptz)
        OR ended_at >= CAST(:seen AS timestamptz)
    )
UNION
SELECT parcel_id FROM plan_label WHERE run_id = :label_run AND since_run_id > :run_then
UNION
SELECT parcel_id FROM plan_label_replaced WHERE run_id = :label_run AND until_run_id > :run_then
UNION
SELECT d.parcel_id FROM plan_held AS h
JOIN plan AS d ON d.id = h.plan_id
WHERE h.county_code = :county AND h.run_id >= :run_then
