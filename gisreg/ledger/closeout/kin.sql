-- The other parcels of one descent: those that a parcel came from, that came from it, and so on, in use or not.
WITH RECURSIVE family AS (
    SELECT CAST(:parcel AS bigint) AS id
    UNION
    SELECT l.id
    FROM family AS f
    CROSS JOIN LATERAL (
        SELECT successor_id AS id FROM parcel_lineage WHERE predecessor_id = f.id AND successor_id IS NOT NULL
        UNION ALL
        SELECT predecessor_id FROM parcel_lineage WHERE successor_id = f.id
    ) AS l
)
SELECT id FROM family WHERE id <> :parcel ORDER BY id
