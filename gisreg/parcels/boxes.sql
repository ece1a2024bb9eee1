-- Ids and boxes of the parcels in use, in degrees, as columns of PostgreSQL's binary numbers: a million of them never pass
-- through text.
SELECT
    string_agg(int8send(id), NULL),
    string_agg(float8send(ST_XMin(boundary)), NULL),
    string_agg(float8send(ST_YMin(boundary)), NULL),
    string_agg(float8send(ST_XMax(boundary)), NULL),
    string_agg(float8send(ST_YMax(boundary)), NULL)
FROM parcel
WHERE county_code = :county AND boundary IS NOT NULL AND state <> 'removed'
