-- The columns that follow from the books, for many parcels at once; each gets a new version.
UPDATE parcel AS p
SET ownership_status = f.ownership_status, seized = f.seized, mortgaged = f.mortgaged
FROM unnest(
    CAST(:ids AS bigint[]), CAST(:ownership_status AS text[]), CAST(:seized AS boolean[]), CAST(:mortgaged AS boolean[])
) AS f (id, ownership_status, seized, mortgaged)
WHERE p.id = f.id
