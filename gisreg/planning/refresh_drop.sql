-- Parcels that were closed, removed or taken back since have no label any more.
DELETE FROM plan_label AS l
USING plan_pass AS t
WHERE l.run_id = :label_run AND l.parcel_id = t.parcel_id AND t.state = ANY (:closed);
