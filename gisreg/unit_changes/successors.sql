-- Where a code leads: along the cross-walk in the order of the changes, but for those that were undone, to the units in
-- force.
WITH RECURSIVE standing AS (
    SELECT * FROM unit_change AS c
    WHERE c.county_code = :county AND c.level = :level
        AND NOT EXISTS (SELECT FROM unit_change_undo AS n WHERE n.change_id = c.id)
),
walk AS (
    SELECT CAST(:code AS text) AS code, '-infinity'::date AS since, 0 AS last_id
    UNION
    SELECT c.new_code, c.effective_on, c.id
    FROM walk AS w
    JOIN standing AS c ON c.old_code = w.code AND (c.effective_on, c.id) > (w.since, w.last_id)
)
SELECT DISTINCT u.code
FROM walk AS w
JOIN admin_unit AS u ON u.county_code = :county AND u.level = :level AND u.code = w.code AND u.valid_to = 'infinity'
WHERE w.last_id > 0 OR NOT EXISTS (
    SELECT FROM standing AS c WHERE c.old_code = w.code AND c.new_code <> w.code
)
ORDER BY u.code
