-- Parcels without a zone, of which at least :share lies in this one, belong to it.
UPDATE parcel AS p SET zone_code = :code
FROM zone AS z
WHERE z.county_code = :county AND z.code = :code AND p.county_code = :county AND p.zone_code IS NULL
    AND p.state <> 'removed' AND p.boundary && z.boundary AND ST_Intersects(p.boundary, z.boundary)
    AND ST_Area(ST_Intersection(p.boundary, z.boundary)) >= :share * ST_Area(p.boundary)
RETURNING p.parcel_code
