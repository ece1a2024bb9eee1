-- Parcels of different kinds on the same ground: lawful, linked, with the area that totals deduct once.
DELETE FROM parcel_overlap AS o USING parcel AS p
WHERE p.batch_id = :batch AND p.county_code = :county AND p.id IN (o.parcel_id, o.other_id);

INSERT INTO parcel_overlap (county_code, parcel_id, other_id, area_m2)
SELECT :county, least(p.id, n.other_id), greatest(p.id, n.other_id), max(n.area_m2)
FROM neighbour AS n
JOIN parcel AS p ON p.batch_id = :batch AND p.county_code = :county AND p.source_row = n.row_no
WHERE NOT n.same_kind
GROUP BY 2, 3
