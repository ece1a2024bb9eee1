-- Other parcels on the ground of those edited: of the same kind a fault to be looked at, of another kind a link.
SELECT
    least(p.id, o.id) AS parcel_id, greatest(p.id, o.id) AS other_id, p.kind = o.kind AS same_kind,
    p.parcel_code, o.parcel_code AS other_code, s.area_m2, ST_AsText(ST_PointOnSurface(s.shared), 7) AS place
FROM parcel AS p
JOIN parcel AS o ON o.county_code = p.county_code AND o.id <> p.id AND o.state <> 'removed'
    AND o.boundary && p.boundary AND ST_Intersects(o.boundary, p.boundary)
CROSS JOIN LATERAL (
    SELECT shared, ST_Area(shared::geography) AS area_m2
    FROM (SELECT ST_CollectionExtract(ST_Intersection(o.boundary, p.boundary), 3) AS shared OFFSET 0) AS cut
    OFFSET 0
) AS s
WHERE p.id = ANY (:ids) AND p.state <> 'removed' AND s.area_m2 > :tolerance
