-- 宗, 项, 户 and batches of approval, each counted by itself (rules 1, 4). A project, an enterprise and an approval is left
-- while one of its parcels is; it is revived when all of them are; suspected, removed and taken back are outside.
WITH standing AS (
    SELECT id, parcel_code, zone_code,
        state IN ('registered', 'planned', 'in_progress', 'on_hold', 'returned', 'relapsed') AS is_left,
        state <> 'closed' AS not_closed
    FROM parcel
    WHERE county_code = :county AND state NOT IN ('suspected', 'removed', 'taken_back')
),
thing AS (
    SELECT 'parcel' AS what, parcel_code AS key, id AS parcel_id FROM standing
    UNION ALL SELECT 'approval', approval_no, parcel_id FROM parcel_approval WHERE county_code = :county
    UNION ALL SELECT 'project', project_code, parcel_id FROM parcel_project WHERE county_code = :county
    UNION ALL SELECT 'enterprise', enterprise_id::text, parcel_id FROM parcel_enterprise WHERE county_code = :county
    UNION ALL SELECT 'zone', zone_code, id FROM standing WHERE zone_code IS NOT NULL
),
counted AS (
    SELECT t.what, t.key, bool_or(s.is_left) AS is_left, bool_or(s.not_closed) AS not_closed
    FROM thing AS t JOIN standing AS s ON s.id = t.parcel_id
    GROUP BY t.what, t.key
)
SELECT what, count(*) AS registered, count(*) FILTER (WHERE is_left) AS left,
    count(*) FILTER (WHERE NOT is_left) AS revived, count(*) FILTER (WHERE not_closed) AS not_closed
FROM counted
GROUP BY what
