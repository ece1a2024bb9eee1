SELECT ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)
FROM (
    SELECT ST_Extent(p.boundary) AS box FROM parcel AS p
    WHERE p.id IN (SELECT parcel_id FROM plan WHERE ended_at IS NULL)
) AS planned
