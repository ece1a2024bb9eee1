-- The parcels in use that a retired number leads to, through as many retirements as there were.
WITH RECURSIVE walked AS (
    SELECT p.id, p.parcel_code, p.state, 0 AS depth FROM parcel AS p WHERE p.parcel_code = :parcel_code
    UNION
    SELECT s.id, s.parcel_code, s.state, w.depth + 1
    FROM walked AS w
    JOIN LATERAL (
        SELECT l.edit_id FROM parcel_lineage AS l WHERE l.predecessor_id = w.id ORDER BY l.edit_id DESC LIMIT 1
    ) AS last ON true
    JOIN parcel_lineage AS l ON l.predecessor_id = w.id AND l.edit_id = last.edit_id
    JOIN parcel AS s ON s.id = l.successor_id
    WHERE w.state = 'removed' AND w.depth < 1000
)
SELECT DISTINCT parcel_code FROM walked WHERE depth > 0 AND state <> 'removed' ORDER BY parcel_code
