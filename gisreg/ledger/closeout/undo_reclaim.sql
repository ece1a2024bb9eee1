-- Quotas that were taken back in part are the parcel's again: booked at the moment of the version that is undone.
UPDATE close_out SET status = 'withdrawn', decision_note = '撤销部分收回 · undone: taken back in part'
WHERE parcel_id = ANY (:parcels) AND status = 'accepted' AND recorded_at = :at
