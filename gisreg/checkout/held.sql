-- The parcels of a file by their codes, at the versions that it holds.
INSERT INTO checkout_parcel (county_code, checkout_id, parcel_id, version)
SELECT :county, :checkout, p.id, w.version
FROM unnest(CAST(:codes AS text[]), CAST(:versions AS integer[])) AS w (parcel_code, version)
JOIN parcel AS p USING (parcel_code)
ON CONFLICT DO NOTHING
