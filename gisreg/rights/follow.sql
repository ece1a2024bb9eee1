-- The columns that follow from the books, set where they are not as they should be; each such parcel gets a new version.
-- Words in braces: title.sql.
UPDATE parcel AS p
SET ownership_status = t.status_holds, seized = t.seized_holds, mortgaged = t.mortgaged_holds
FROM ({title}) AS t
WHERE p.id = t.id
    AND (t.ownership_status, t.seized, t.mortgaged) IS DISTINCT FROM (t.status_holds, t.seized_holds, t.mortgaged_holds)
RETURNING t.*
