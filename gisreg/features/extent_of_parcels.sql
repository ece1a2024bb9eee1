-- Read off the root of the spatial index: no row is looked at, and the box is never too small.
SELECT ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)
FROM _postgis_index_extent('parcel', 'boundary') AS box
