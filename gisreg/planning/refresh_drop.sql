-- Parcels that were closed, removed or taken back since have no label any more.
DELETE FROM plan_label AS l
USING plan_changed AS c
WHERE l.run_id = :label_run AND l.parcel_id = c.id AND NOT EXISTS (SELECT FROM plan_pass AS t WHERE t.parcel_id = c.id);
