-- Parcels of different kinds on the same ground: lawful, linked, with the area that totals deduct once.
DELETE FROM parcel_overlap AS o USING parcel AS p
WHERE p.batch_id = :batch AND p.county_code = :county AND p.id IN (o.parcel_id, o.other_id);

INSERT INTO parcel_overlap (county_code, parcel_id, other_id, area_m2)
SELECT :county, least(p.id, o.id), greatest(p.id, o.id), max(s.area_m2)
FROM parcel AS p
JOIN parcel AS o ON o.county_code = :county AND o.kind <> p.kind AND o.boundary && p.boundary
    AND ST_Intersects(o.boundary, p.boundary)
CROSS JOIN LATERAL (
    SELECT ST_Area(ST_CollectionExtract(ST_Intersection(o.boundary, p.boundary), 3)::geography) AS area_m2
) AS s
WHERE p.batch_id = :batch AND p.county_code = :county AND s.area_m2 > :tolerance
GROUP BY 2, 3;
