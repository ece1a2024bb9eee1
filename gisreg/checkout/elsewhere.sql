-- Other open check-outs that hold some of the parcels of this one, with the first of these.
SELECT o.id, o.taken_by, o.checked_out_at, count(*) AS parcels,
    (array_agg(p.parcel_code ORDER BY p.parcel_code))[1 : CAST(:shown AS integer)] AS parcel_codes
FROM checkout_parcel AS mine
JOIN checkout_parcel AS other ON other.parcel_id = mine.parcel_id AND other.checkout_id <> mine.checkout_id
JOIN checkout AS o ON o.id = other.checkout_id AND o.state = 'open'
JOIN parcel AS p ON p.id = mine.parcel_id
WHERE mine.checkout_id = :checkout
GROUP BY o.id
ORDER BY o.checked_out_at, o.id
