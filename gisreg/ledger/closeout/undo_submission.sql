-- A submission that was undone waits for nobody.
UPDATE close_out SET status = 'withdrawn', decision_note = '撤销上报 · the submission was undone'
WHERE parcel_id = ANY (:parcels) AND status = 'submitted'
