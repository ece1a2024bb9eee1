-- Staged rows become parcels. The boundary in storage is the survey's own, transformed once, here; parcels that will
-- have a history come in as they were first known.
INSERT INTO parcel ({columns}, batch_id, planar_area_m2, area_m2, boundary)
SELECT {values}, b.id, ST_Area(g.survey), ST_Area(t.boundary::geography), t.boundary
FROM demo_parcel AS d
JOIN batch AS b ON b.id = ANY (:batches) AND b.kind = d.kind
CROSS JOIN LATERAL (SELECT {survey} AS survey OFFSET 0) AS g
CROSS JOIN LATERAL (SELECT ST_Transform(g.survey, 4490) AS boundary OFFSET 0) AS t
ORDER BY d.parcel_code
