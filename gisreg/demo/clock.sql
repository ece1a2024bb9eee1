-- What moved the clock of some idle land, and when the steps of its procedure were served: made from the parcels, the
-- same for the same parcels, nothing later than the day on which the county's books were closed.
WITH land AS (
    SELECT id, county_code, state, idle_cause, agreed_start_on AS s, determined_on,
        ('x' || substr(md5('clock' || parcel_code), 1, 7))::bit(28)::int AS n
    FROM parcel
    WHERE county_code = :county AND parcel_code <= :last AND kind = 'idle_land' AND agreed_start_on IS NOT NULL
        AND actual_start_on IS NULL AND state <> 'removed'
)
INSERT INTO clock_event (
    county_code, parcel_id, event, cause, agreed_on, from_on, until_on, new_start_on, document_no, reason
)
SELECT l.county_code, l.id, e.event, l.idle_cause, e.agreed_on, e.from_on, e.until_on, e.new_start_on,
    '示自然资函〔' || extract(year FROM e.agreed_on) || '〕' || (l.n % 300 + 1) || '号', e.reason
FROM land AS l
CROSS JOIN LATERAL (VALUES
    ('government', 6, 0, 'delivery_late', l.s + 25, l.s, l.s + 60 + l.n % 150, NULL::date, '政府未按合同约定交付土地'),
    ('government', 6, 1, 'extension', l.s + 300, NULL, NULL, l.s + 480 + l.n % 180, '规划道路未通,签订补充协议延长动工期限'),
    ('government', 6, 2, 'changed_conditions', l.s + 200, NULL, NULL, l.s + 620, '规划条件调整,重新约定动工日期'),
    ('force_majeure', 3, 0, 'pause', l.s + 40, l.s + 40, l.s + 130 + l.n % 100, NULL, '地质灾害影响,期限中止'),
    ('force_majeure', 3, 1, 'pause', l.s + 40, l.s + 40, NULL, NULL, '文物勘探,期限中止'),
    ('force_majeure', 3, 1, 'resumed', l.s + 200, l.s + 200, NULL, NULL, '文物勘探结束,恢复计算'),
    ('force_majeure', 3, 2, 'temporary_use', l.s + 200, l.s + 200, l.s + 800, l.s + 830, '安排临时停车场')
) AS e (cause, share, part, event, agreed_on, from_on, until_on, new_start_on, reason)
WHERE e.cause = l.idle_cause AND l.n % e.share = e.part AND e.agreed_on <= :ref
    AND (e.event <> 'resumed' OR e.from_on <= :ref) AND (e.event <> 'delivery_late' OR e.until_on <= :ref)
ORDER BY l.id, e.agreed_on, e.event;

INSERT INTO procedure_date (county_code, parcel_id, step, served_on, document_no)
SELECT p.county_code, p.id, d.step, d.served_on, '示自然资闲〔' || extract(year FROM d.served_on) || '〕' || (p.n % 400 + 1) || '号'
FROM (
    SELECT id, county_code, state, determined_on, ('x' || substr(md5('served' || parcel_code), 1, 7))::bit(28)::int AS n
    FROM parcel
    WHERE county_code = :county AND parcel_code <= :last AND kind = 'idle_land' AND state <> 'removed'
) AS p
CROSS JOIN LATERAL (VALUES
    ('suspected', 2, CASE WHEN p.state = 'suspected' THEN CAST(:ref AS date) - 30 - p.n % 90 END),
    ('investigation_notice', 4, CASE WHEN p.state = 'suspected' THEN CAST(:ref AS date) - 22 - p.n % 90 + p.n % 40 END),
    ('suspected', 3, p.determined_on - 80), ('investigation_notice', 3, p.determined_on - 55),
    ('holder_answer', 3, p.determined_on - 30), ('publication', 6, p.determined_on + 4 + p.n % 20)
) AS d (step, share, served_on)
WHERE p.n % d.share = 0 AND d.served_on <= :ref AND (p.state = 'suspected') = (p.determined_on IS NULL)
ORDER BY p.id, d.served_on
