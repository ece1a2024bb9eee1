-- One step of the parcels' history: the survey is repeated, the title is cleared, a decision is taken. The database's
-- own trigger keeps the superseded version.
UPDATE parcel AS p SET
    state = CASE WHEN c.changes = :step THEN c.state ELSE 'planned' END,
    ownership_status = c.ownership_status,
    holder_name = c.holder_name,
    determined_on = c.determined_on,
    demand = c.demand,
    survey_boundary = c.survey_boundary,
    boundary = t.boundary,
    planar_area_m2 = ST_Area(c.survey_boundary),
    area_m2 = ST_Area(t.boundary::geography)
FROM demo_parcel_change AS c
CROSS JOIN LATERAL (SELECT ST_Transform(c.survey_boundary, 4490) AS boundary OFFSET 0) AS t
WHERE p.parcel_code = c.parcel_code AND c.changes >= :step AND p.version = :step
