-- Where an approval is drawn: in the middle of its parcels that are on the map.
SELECT l.approval_no, avg((ST_XMin(p.boundary) + ST_XMax(p.boundary)) / 2) AS longitude,
    avg((ST_YMin(p.boundary) + ST_YMax(p.boundary)) / 2) AS latitude
FROM parcel_approval AS l
JOIN parcel AS p ON p.id = l.parcel_id AND p.state <> 'removed' AND p.boundary IS NOT NULL
WHERE l.county_code = :county
GROUP BY l.approval_no
