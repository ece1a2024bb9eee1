-- What people decided goes on for what comes from the parcel; where predecessors were decided differently, nothing is.
INSERT INTO plan (county_code, parcel_id, label, measure, reason, basis, agency, leader, due_on)
SELECT p.county_code, :new, p.label, p.measure, p.reason, p.basis, p.agency, p.leader, p.due_on
FROM plan AS p
WHERE p.parcel_id = ANY (:old) AND p.ended_at IS NULL
    AND (
        SELECT count(*) FROM plan AS q
        WHERE q.parcel_id = ANY (:old) AND q.ended_at IS NULL AND (q.label, q.measure) = (p.label, p.measure)
    ) = cardinality(:old)
ORDER BY p.id
LIMIT 1
