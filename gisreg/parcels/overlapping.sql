-- What the parcels of pairs share, judged in metres of a zone: of the same kind a fault to be looked at (unless one of the
-- two is closed out), of another kind a link. The word in braces is a query for the ids of two parcels, one and other.
SELECT
    p.id AS parcel_id, o.id AS other_id, p.kind = o.kind AS same_kind,
    p.parcel_code, o.parcel_code AS other_code, s.area_m2,
    s.area_m2 / nullif(least(p.planar_area_m2, o.planar_area_m2), 0) AS share, s.place
FROM ({pairs}) AS near
JOIN parcel AS p ON p.id = near.one
JOIN parcel AS o ON o.id = near.other
CROSS JOIN LATERAL (SELECT common_zone(p.survey_crs, o.survey_crs, p.boundary) AS zone OFFSET 0) AS z
CROSS JOIN LATERAL on_the_ground(
    in_zone(p.boundary, p.survey_boundary, p.survey_crs, z.zone),
    in_zone(o.boundary, o.survey_boundary, o.survey_crs, z.zone), z.zone, 0
) AS s
WHERE p.county_code = o.county_code AND 'removed' NOT IN (p.state, o.state)
    AND (p.kind <> o.kind OR 'closed' NOT IN (p.state, o.state))
    AND s.area_m2 > :tolerance
