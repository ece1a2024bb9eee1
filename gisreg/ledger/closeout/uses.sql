-- What a document is needed for.
SELECT 'close_out' AS used_by, p.parcel_code, c.id AS number, c.status
FROM close_out_proof AS f
JOIN close_out AS c ON c.id = f.close_out_id
JOIN parcel AS p ON p.id = c.parcel_id
WHERE f.document_id = :document AND c.status IN ('submitted', 'accepted')
UNION ALL
SELECT 'plan_step', p.parcel_code, s.step_no, NULL
FROM plan_step AS s
JOIN plan AS d ON d.id = s.plan_id AND d.ended_at IS NULL
JOIN parcel AS p ON p.id = d.parcel_id
WHERE s.document_id = :document
UNION ALL
SELECT 'investigation', p.parcel_code, i.id, CASE WHEN i.finding_document_id = :document THEN i.finding END
FROM investigation AS i
JOIN parcel AS p ON p.id = i.parcel_id
WHERE :document IN (i.notice_document_id, i.finding_document_id) AND i.finding IS DISTINCT FROM 'withdrawn'
ORDER BY 1, 2, 3
