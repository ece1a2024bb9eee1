SELECT ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)
FROM (SELECT ST_Extent(boundary) AS box FROM admin_unit WHERE level = 'township') AS units
