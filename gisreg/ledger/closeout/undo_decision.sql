-- The submission waits again on which the decision that is undone was made: both were written at one moment.
UPDATE close_out SET status = 'submitted', decided_on = NULL, decision_note = NULL
WHERE parcel_id = ANY (:parcels) AND status <> 'submitted' AND recorded_at = :at
