-- Steps of plans in force that are not done, the earliest due first; a parcel that is closed or struck off needs none.
SELECT
    p.parcel_code, p.name, p.kind, p.state, p.township_code, d.measure, s.step_no, s.title_zh, s.title_en, s.agency,
    s.person, s.leader, s.due_on, CAST(:as_of AS date) - s.due_on AS overdue_days, s.version
FROM plan_step AS s
JOIN plan AS d ON d.id = s.plan_id AND d.ended_at IS NULL
JOIN parcel AS p ON p.id = d.parcel_id
WHERE s.county_code = :county AND s.done_on IS NULL AND p.state NOT IN ('closed', 'removed', 'taken_back')
    AND (NOT :overdue OR s.due_on < :as_of)
    AND (CAST(:agency AS text) IS NULL OR s.agency = :agency)
    AND (CAST(:leader AS text) IS NULL OR s.leader = :leader)
ORDER BY s.due_on NULLS LAST, p.parcel_code, s.step_no
LIMIT :limit
