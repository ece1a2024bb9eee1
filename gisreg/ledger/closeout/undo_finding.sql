-- The investigation is open again.
UPDATE investigation AS i SET finding = NULL, found_on = NULL, finding_document_id = NULL
WHERE i.parcel_id = ANY (:parcels) AND i.finding IN ('determined', 'cleared')
    AND i.id = (SELECT max(other.id) FROM investigation AS other WHERE other.parcel_id = i.parcel_id)
