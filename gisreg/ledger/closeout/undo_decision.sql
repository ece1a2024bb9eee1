-- The last submission waits again: what was decided about it is undone.
UPDATE close_out AS c SET status = 'submitted', decided_on = NULL, decision_note = NULL
WHERE c.parcel_id = ANY (:parcels) AND c.status <> 'submitted'
    AND c.id = (SELECT max(other.id) FROM close_out AS other WHERE other.parcel_id = c.parcel_id)
