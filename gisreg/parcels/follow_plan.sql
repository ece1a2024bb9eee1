-- What people decided goes on for what comes from the parcel, with who answers for it and its steps; where predecessors
-- were decided differently, nothing does.
WITH source AS (
    SELECT p.*
    FROM plan AS p
    WHERE p.parcel_id = ANY (:old) AND p.ended_at IS NULL
        AND (
            SELECT count(*) FROM plan AS q
            WHERE q.parcel_id = ANY (:old) AND q.ended_at IS NULL AND (q.label, q.measure) = (p.label, p.measure)
        ) = cardinality(:old)
    ORDER BY p.id
    LIMIT 1
),
followed AS (
    INSERT INTO plan (
        county_code, parcel_id, label, measure, reason, basis, agency, leader, due_on, document, approved_on
    )
    SELECT county_code, :new, label, measure, reason, basis, agency, leader, due_on, document, approved_on FROM source
    RETURNING id
),
charged AS (
    INSERT INTO plan_charge (county_code, plan_id, origin, run_id, rule, person)
    SELECT c.county_code, f.id, c.origin, c.run_id, c.rule, c.person
    FROM followed AS f, source AS s
    JOIN plan_charge AS c ON c.plan_id = s.id
),
held AS (
    INSERT INTO plan_held (run_id, plan_id, county_code, gates)
    SELECT h.run_id, f.id, h.county_code, h.gates
    FROM followed AS f, source AS s
    JOIN plan_held AS h ON h.plan_id = s.id
    JOIN plan_run AS r ON r.id = h.run_id AND r.status = 'accepted'
)
INSERT INTO plan_step (
    county_code, plan_id, step_no, title_zh, title_en, agency, person, leader, due_on, done_on, document_id, note
)
SELECT
    t.county_code, f.id, t.step_no, t.title_zh, t.title_en, t.agency, t.person, t.leader, t.due_on, t.done_on,
    t.document_id, t.note
FROM followed AS f, source AS s
JOIN plan_step AS t ON t.plan_id = s.id
