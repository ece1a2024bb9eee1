-- The papers that belong to the states in which the parcels are: plans with their steps, investigations, submissions with
-- their results and proofs. Made from the parcels and the labels in force, the same for the same parcels; nothing is
-- later than the day on which the county's books were closed, but for what is still due.
CREATE TEMP TABLE demo_paper ON COMMIT DROP AS
WITH parcels AS (
    SELECT p.*, coalesce(official_area_m2, area_m2, 0) AS land_m2, right(parcel_code, 7) AS serial,
        ('x' || substr(md5('paper' || parcel_code), 1, 7))::bit(28)::int AS n
    FROM parcel AS p
    WHERE county_code = :county AND parcel_code <= :last
        AND state IN ('planned', 'in_progress', 'on_hold', 'submitted', 'returned', 'closed', 'relapsed', 'taken_back')
        AND NOT EXISTS (SELECT FROM plan AS d WHERE d.parcel_id = p.id)
),
measures AS (
    SELECT * FROM json_to_recordset(CAST(:measures AS json)) AS m (measure text, closes boolean, days int)
),
outlets AS (
    SELECT *, count(*) OVER (PARTITION BY kind, state IS NULL) AS choices
    FROM json_to_recordset(CAST(:outlets AS json))
        AS o (kind text, state text, choice int, label text, measure text, reason text, basis text, agency text)
),
advice AS MATERIALIZED (
    SELECT l.parcel_id, r.id AS run_id, x.rule, x.label, x.measure, x.reason_zh, x.basis, x.agency, m.closes
    FROM plan_run AS r
    JOIN plan_label AS l ON l.run_id = r.label_run_id AND l.parcel_id IN (SELECT id FROM parcels)
    JOIN plan_rule AS x ON x.run_id = l.run_id AND x.rule_no = l.rule_no
    JOIN measures AS m ON m.measure = x.measure
    WHERE r.county_code = :county AND r.status = 'accepted'
),
judged AS (
    SELECT p.*, p.state IN ('submitted', 'returned', 'closed', 'relapsed', 'taken_back') AS sent,
        CASE WHEN a.closes OR p.state IN ('planned', 'in_progress', 'on_hold') THEN a.run_id END AS run_id,
        a.rule, a.label AS a_label, a.measure AS a_measure, a.reason_zh, a.basis, a.agency,
        o.label AS o_label, o.measure AS o_measure, o.reason AS o_reason, o.basis AS o_basis, o.agency AS o_agency
    FROM parcels AS p
    LEFT JOIN advice AS a ON a.parcel_id = p.id
    JOIN outlets AS o ON o.kind = p.kind AND o.state IS NOT DISTINCT FROM CASE WHEN p.state = 'taken_back' THEN p.state END
        AND o.choice = p.n % o.choices
),
decided AS (
    SELECT id, county_code, parcel_code, kind, subkind, state, sector, holder_class, township_code, land_m2,
        floor_area_m2, market_value_wan, price_wan, yearly_income_wan, n, serial, sent, run_id, rule,
        CASE WHEN kind = 'idle_land' THEN determined_on END AS determined_on,
        CASE WHEN run_id IS NULL THEN o_basis ELSE basis END AS basis,
        CASE WHEN run_id IS NULL THEN o_agency ELSE agency END AS agency,
        CASE WHEN run_id IS NULL THEN o_label ELSE a_label END AS label,
        CASE WHEN run_id IS NULL THEN o_measure ELSE a_measure END AS measure,
        CASE WHEN run_id IS NULL THEN o_reason ELSE reason_zh END AS reason,
        CASE state
            WHEN 'submitted' THEN CAST(:ref AS date) - n % 50
            WHEN 'returned' THEN CAST(:ref AS date) - 15 - n % 60
            WHEN 'relapsed' THEN CAST(:ref AS date) - 240 - n % 200
            WHEN 'closed' THEN CAST(:ref AS date) - 20 - n % 250
            WHEN 'taken_back' THEN CAST(:ref AS date) - 60 - n % 200
        END AS sent_on
    FROM judged
),
-- idle land is determined before it is planned and submitted; it was so five days before the reference day at the latest
dated AS (
    SELECT d.*, CASE WHEN sent THEN greatest(sent_on, determined_on + 4) END AS submitted_on
    FROM decided AS d
)
SELECT d.*, m.days,
    greatest(d.determined_on, CASE
        WHEN d.sent THEN d.submitted_on - m.days - n % 30
        WHEN d.state = 'planned' THEN CAST(:ref AS date) - 5 - n % 60
        ELSE CAST(:ref AS date) - 40 - n % 300
    END) AS planned_on
FROM dated AS d
JOIN measures AS m ON m.measure = d.measure;

-- A planner that has not seen the parcels yet joins in loops: they find their paper by this.
ALTER TABLE demo_paper ADD PRIMARY KEY (id);

ANALYZE demo_paper;

-- Land that was supplied has its contract and the number by which the ministry knows it.
UPDATE parcel AS p SET
    supervision_no = :county || extract(year FROM d.submitted_on) || 'B' || d.serial,
    contract_no = :county || '-' || extract(year FROM d.submitted_on) || '-HT-' || d.serial,
    contract_on = d.submitted_on - 12
FROM demo_paper AS d
WHERE p.id = d.id AND d.kind = 'unsupplied_land' AND d.sent AND d.measure <> 'revoke_approval'
    AND p.supervision_no IS NULL AND p.contract_no IS NULL;

INSERT INTO contract (
    county_code, parcel_id, contract_no, supervision_no, signed_on, price_wan, area_m2, contract_class
)
SELECT p.county_code, p.id, p.contract_no, p.supervision_no, p.contract_on, p.price_wan, d.land_m2, 'grant'
FROM demo_paper AS d
JOIN parcel AS p ON p.id = d.id
WHERE d.kind = 'unsupplied_land' AND d.sent AND d.measure <> 'revoke_approval'
    AND NOT EXISTS (SELECT FROM contract AS k WHERE k.parcel_id = p.id)
ORDER BY p.id;

INSERT INTO plan (
    county_code, parcel_id, label, measure, reason, basis, agency, leader, due_on, document, approved_on
)
SELECT county_code, id, label, measure, reason, basis, agency, CAST(:people AS json) ->> (n / 7 % json_array_length(CAST(:people AS json))),
    -- with its last step, whose last day at a weekend moves to Monday
    planned_on + days + greatest(8 - extract(isodow FROM planned_on + days)::int, 0)
        * (extract(isodow FROM planned_on + days) > 5)::int,
    CASE WHEN run_id IS NULL THEN '示政专纪〔' || extract(year FROM planned_on) || '〕' || (n % 60 + 1) || '号' END,
    planned_on
FROM demo_paper
ORDER BY id;

INSERT INTO plan_charge (county_code, plan_id, origin, run_id, rule, person)
SELECT d.county_code, l.id, CASE WHEN d.run_id IS NULL THEN 'hand' ELSE 'label' END, d.run_id,
    CASE WHEN d.run_id IS NOT NULL THEN d.rule END, CAST(:people AS json) ->> (d.n / 3 % json_array_length(CAST(:people AS json)))
FROM demo_paper AS d
JOIN plan AS l ON l.parcel_id = d.id AND l.ended_at IS NULL
ORDER BY l.id;

-- Steps one after the other; a last day at a weekend moves to Monday.
INSERT INTO plan_step (county_code, plan_id, step_no, title_zh, title_en, agency, person, leader, due_on, done_on)
SELECT d.county_code, l.id, s.step_no, s.zh, s.en, s.agency, c.person, l.leader, e.due_on,
    CASE
        WHEN d.sent THEN least(greatest(e.due_on - d.n % 12, d.planned_on), d.submitted_on)
        WHEN d.state <> 'planned' AND NOT s.is_last AND e.due_on <= CAST(:ref AS date) - 45
            THEN greatest(e.due_on - d.n % 12, d.planned_on)
    END
FROM demo_paper AS d
JOIN plan AS l ON l.parcel_id = d.id AND l.ended_at IS NULL
JOIN plan_charge AS c ON c.plan_id = l.id
JOIN json_to_recordset(CAST(:steps AS json))
    AS s (measure text, step_no int, zh text, en text, agency text, days int, is_last boolean) ON s.measure = d.measure
CROSS JOIN LATERAL (
    SELECT d.planned_on + s.days + greatest(8 - extract(isodow FROM d.planned_on + s.days)::int, 0)
        * (extract(isodow FROM d.planned_on + s.days) > 5)::int AS due_on
) AS e
ORDER BY l.id, s.step_no;

-- Idle land came to its state by an investigation; of some that is only suspected one is open.
INSERT INTO investigation (county_code, parcel_id, notice_on, finding, found_on)
SELECT p.county_code, p.id, coalesce(min(s.served_on), p.determined_on - 55),
    CASE WHEN p.determined_on IS NOT NULL THEN 'determined' END, p.determined_on
FROM parcel AS p
LEFT JOIN procedure_date AS s ON s.parcel_id = p.id AND s.step = 'investigation_notice'
WHERE p.county_code = :county AND p.parcel_code <= :last AND p.kind = 'idle_land' AND p.state <> 'removed'
    AND (p.determined_on IS NOT NULL OR s.id IS NOT NULL)
    AND NOT EXISTS (SELECT FROM investigation AS i WHERE i.parcel_id = p.id)
GROUP BY p.id
ORDER BY p.id;

INSERT INTO close_out (
    county_code, parcel_id, plan_id, measure, status, submitted_on, ledger_month, late, decided_on, decision_note,
    area_m2, floor_area_m2, income_wan, treasury_wan, disposable_wan, social_benefit, quantity, quantity_unit, case_note
)
SELECT d.county_code, d.id, l.id, d.measure, x.status, d.submitted_on, date_trunc('month', d.submitted_on)::date,
    extract(day FROM d.submitted_on) > :last_day,
    CASE WHEN x.status <> 'submitted' THEN least(d.submitted_on + 5 + d.n % 20, CAST(:ref AS date)) END,
    CASE WHEN x.status = 'returned' THEN '现场照片与坐标不一致,请补正' END,
    d.land_m2, d.floor_area_m2, m.income, round(m.income * 0.82, 2)::float8, round(round(m.income * 0.82, 2) * 0.55, 2)::float8,
    CASE WHEN d.label = 'use' THEN '恢复使用,改善公共服务或带动就业 ' || (12 + d.n % 160) || ' 人' END,
    CASE WHEN d.kind = 'idle_factory' THEN nullif(d.floor_area_m2, 0) ELSE round((d.land_m2 * 0.0015)::numeric, 2)::float8 END,
    CASE WHEN d.kind <> 'idle_factory' THEN '亩' WHEN nullif(d.floor_area_m2, 0) IS NOT NULL THEN '平方米' END,
    CASE WHEN d.n % 15 = 0 THEN '盘活典型案例,已报送市级简报' END
FROM demo_paper AS d
JOIN plan AS l ON l.parcel_id = d.id AND l.ended_at IS NULL
CROSS JOIN LATERAL (
    SELECT CASE d.state WHEN 'submitted' THEN 'submitted' WHEN 'returned' THEN 'returned' ELSE 'accepted' END AS status
) AS x
CROSS JOIN LATERAL (
    -- one in nine has not said what it brought: unknown, which is not nothing
    SELECT CASE WHEN d.n % 9 > 0 THEN round(CASE d.label
        WHEN 'sell' THEN coalesce(d.market_value_wan, d.price_wan, d.land_m2 * 0.03)
        WHEN 'lease' THEN coalesce(nullif(greatest(d.yearly_income_wan, 0), 0), d.floor_area_m2 * 0.012, d.land_m2 * 0.001)
        WHEN 'finance' THEN d.land_m2 * 0.02
        END::numeric, 2) END AS income
) AS m
WHERE d.sent
ORDER BY d.submitted_on, d.id;

CREATE TEMP TABLE demo_proof ON COMMIT DROP AS
SELECT c.county_code, c.parcel_id, c.id AS close_out_id, c.submitted_on, f.proof, f.zh, f.document_type, f.sha256, f.bytes
FROM close_out AS c
JOIN demo_paper AS d ON d.id = c.parcel_id
JOIN json_to_recordset(CAST(:proofs AS json)) AS w (kind text, measure text, proof text)
    ON w.kind = d.kind AND w.measure = d.measure
JOIN json_to_recordset(CAST(:files AS json))
    AS f (proof text, zh text, document_type text, sha256 text, bytes bigint) ON f.proof = w.proof;

ANALYZE demo_proof;

INSERT INTO document (
    county_code, parcel_id, document_type, file_name, file_sha256, file_bytes, media_type, taken_on, note
)
SELECT county_code, parcel_id, document_type, zh || '.pdf', sha256, bytes, 'application/pdf', submitted_on - 3, '示范数据'
FROM demo_proof
ORDER BY close_out_id, proof;

INSERT INTO close_out_proof (county_code, close_out_id, proof, document_id)
SELECT r.county_code, r.close_out_id, r.proof, o.id
FROM demo_proof AS r
JOIN document AS o ON o.parcel_id = r.parcel_id AND o.file_sha256 = r.sha256;

-- Some that were closed have gone wrong since: a factory empty again, a contract of supply terminated. The watch finds
-- them.
UPDATE parcel AS p SET vacated_on = c.decided_on + 10 + d.n % 20
FROM demo_paper AS d
JOIN close_out AS c ON c.parcel_id = d.id
WHERE p.id = d.id AND d.state = 'closed' AND d.kind = 'idle_factory' AND d.n % 12 = 0
    AND c.decided_on + 30 <= CAST(:ref AS date);

INSERT INTO contract (
    county_code, parcel_id, contract_no, contract_class, signed_on, problem, clean_up, cleaned_on, clean_up_basis
)
SELECT d.county_code, d.id, 'ZZ-' || d.serial, 'grant', d.submitted_on - 12, '受让人未缴清价款', 'terminate', c.decided_on + 12,
    '示政函〔' || extract(year FROM c.decided_on) || '〕' || (d.n % 90 + 1) || '号'
FROM demo_paper AS d
JOIN close_out AS c ON c.parcel_id = d.id
WHERE d.state = 'closed' AND d.kind = 'unsupplied_land' AND d.measure <> 'revoke_approval' AND d.n % 12 = 0
    AND c.decided_on + 12 <= CAST(:ref AS date)
ORDER BY d.id
