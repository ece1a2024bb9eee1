-- What hangs on the parcels, made from them in one pass each, so that the books agree with each other.

-- Holders, once each. Numbers of natural persons are invented from their names: the county code is unassigned.
INSERT INTO party (county_code, name, party_type, holder_class, id_no, phone)
SELECT :county, h.name, CASE WHEN h.name LIKE '_某_' THEN 'person' ELSE 'organisation' END, h.holder_class,
    CASE WHEN h.name LIKE '_某_'
        THEN :county || '19' || lpad((60 + h.n % 40)::text, 2, '0') || '0101' || lpad((h.n % 10000)::text, 4, '0')
        ELSE '91' || :county || 'DEMO' || lpad((h.n % 1000000)::text, 6, '0') END,
    CASE WHEN h.name LIKE '_某_' THEN '100' || lpad((h.n % 100000000)::text, 8, '0') END
FROM (
    SELECT holder_name AS name, min(holder_class) AS holder_class,
        ('x' || substr(md5(holder_name), 1, 7))::bit(28)::int AS n
    FROM parcel WHERE county_code = :county AND holder_name IS NOT NULL
    GROUP BY holder_name
) AS h
ORDER BY h.name COLLATE "C";

INSERT INTO party (county_code, name, holder_class)
VALUES (:county, '示例县农村商业银行', 'private'), (:county, '示例县人民法院', 'state');

INSERT INTO land_right (county_code, parcel_id, party_id, right_type, right_nature, share, certificate_no, starts_on, ends_on)
SELECT p.county_code, p.id, h.id, p.right_type, p.right_nature, 1,
    CASE WHEN p.ownership_status = 'registered'
        THEN '示(' || extract(year FROM coalesce(p.contract_on, p.completed_on, p.approved_on, DATE '2015-06-01'))
            || ')示例县不动产权第' || right(p.parcel_code, 7) || '号' END,
    p.contract_on,
    CASE WHEN p.right_nature = '102' THEN (p.contract_on + make_interval(years => CASE p.sector
        WHEN 'housing' THEN 70 WHEN 'commerce' THEN 40 ELSE 50 END))::date END
FROM parcel AS p
JOIN party AS h ON h.county_code = p.county_code AND h.name = p.holder_name
WHERE p.county_code = :county AND p.right_type IS NOT NULL AND p.ownership_status IN ('registered', 'confirmed')
ORDER BY p.parcel_code;

INSERT INTO encumbrance (county_code, parcel_id, party_id, encumbrance_type, rank, amount_wan, starts_on, ends_on)
SELECT p.county_code, p.id, h.id, x.encumbrance_type, x.rank, round(x.amount_wan::numeric, 2)::float8, x.starts_on,
    -- a seizure is renewed for as long as the parcel says that it is seized
    CASE WHEN x.encumbrance_type = 'mortgage' THEN x.starts_on + 1095 END
FROM parcel AS p
CROSS JOIN LATERAL (
    VALUES
        ('mortgage', '示例县农村商业银行', 1, coalesce(p.debt_wan, p.price_wan * 0.5), p.contract_on + 200, p.mortgaged),
        ('seizure', '示例县人民法院', NULL, p.debt_wan, greatest(coalesce(p.halted_on, p.vacated_on),
            least(coalesce(p.halted_on, p.vacated_on) + 300, DATE '2025-06-30')), p.seized)
) AS x (encumbrance_type, party, rank, amount_wan, starts_on, holds)
JOIN party AS h ON h.county_code = p.county_code AND h.name = x.party
WHERE p.county_code = :county AND x.holds
ORDER BY p.parcel_code, x.encumbrance_type;

INSERT INTO contract (
    county_code, parcel_id, contract_no, supervision_no, signed_on, price_wan, area_m2, contract_class
)
SELECT county_code, id, contract_no, supervision_no, contract_on, price_wan, coalesce(official_area_m2, area_m2), 'grant'
FROM parcel WHERE county_code = :county AND contract_no IS NOT NULL
ORDER BY parcel_code;

-- approved - supplied - withdrawn = remaining, where remaining is the unsupplied part of what is not closed out
INSERT INTO approval (
    county_code, approval_no, name, approved_on, authority, approved_area_m2, supplied_area_m2, withdrawn_area_m2
)
SELECT :county, approval_no, approval_no || '批次建设用地', min(approved_on),
    CASE WHEN right(approval_no, 2) = '1号' THEN '示例省人民政府' ELSE '示例市人民政府' END,
    sum(land_m2),
    sum(CASE WHEN kind <> 'unsupplied_land' THEN land_m2
        WHEN state = 'closed' AND NOT revoked THEN land_m2
        WHEN state = 'closed' THEN 0
        ELSE least(coalesce(supplied_area_m2, 0), land_m2) END),
    sum(CASE WHEN kind = 'unsupplied_land' AND state = 'closed' AND revoked THEN land_m2 ELSE 0 END)
FROM (
    SELECT *, coalesce(official_area_m2, area_m2, 0) AS land_m2, plan_changed IS TRUE AS revoked
    FROM parcel WHERE county_code = :county AND approval_no IS NOT NULL
) AS p
GROUP BY approval_no
ORDER BY approval_no COLLATE "C";

INSERT INTO parcel_approval (county_code, parcel_id, approval_no)
SELECT county_code, id, approval_no FROM parcel WHERE county_code = :county AND approval_no IS NOT NULL;

INSERT INTO project (county_code, project_code, name)
SELECT :county, project_code, coalesce(min(name), project_code) || '项目'
FROM parcel WHERE county_code = :county AND project_code IS NOT NULL
GROUP BY project_code ORDER BY project_code COLLATE "C";

INSERT INTO parcel_project (county_code, parcel_id, project_code)
SELECT county_code, id, project_code FROM parcel WHERE county_code = :county AND project_code IS NOT NULL;

INSERT INTO enterprise (county_code, credit_code, name)
SELECT :county, id_no, name
FROM party
WHERE county_code = :county AND name LIKE '%有限公司' AND id_no IS NOT NULL
ON CONFLICT DO NOTHING;

INSERT INTO parcel_enterprise (county_code, parcel_id, enterprise_id)
SELECT p.county_code, p.id, e.id
FROM parcel AS p
JOIN enterprise AS e ON e.county_code = p.county_code AND e.name = p.holder_name
WHERE p.county_code = :county AND p.subkind IN ('halted_enterprise', 'halted_enterprise_works');

-- Asset cards of state units. One parcel in 23 was never entered, one card in 19 states the area of another survey, and
-- one in 37 is of a house that is no parcel; every third names its parcel by the cadastral code, where there is one.
INSERT INTO asset_card (
    county_code, card_no, unit_name, asset_name, parcel_code, cadastral_code, area_m2, floor_area_m2, book_value_wan,
    booked_on
)
SELECT county_code, 'ZC' || right(parcel_code, 7), holder_name, coalesce(name, parcel_code),
    CASE WHEN n % 3 > 0 OR cadastral_code IS NULL THEN parcel_code END,
    CASE WHEN n % 3 = 0 THEN cadastral_code END,
    round((land_m2 * CASE WHEN n % 19 = 0 THEN 1.06 ELSE 1 END)::numeric, 2)::float8, floor_area_m2,
    round((land_m2 * 0.018 + coalesce(floor_area_m2, 0) * 0.09)::numeric, 2)::float8,
    coalesce(completed_on, contract_on, approved_on, DATE '2018-12-31')
FROM (
    SELECT *, right(parcel_code, 7)::int AS n, coalesce(official_area_m2, area_m2) AS land_m2
    FROM parcel WHERE county_code = :county AND holder_class = 'state' AND state <> 'removed'
) AS p
WHERE n % 23 <> 0
UNION ALL
SELECT county_code, 'ZF' || right(parcel_code, 7), holder_name, '旧办公用房', county_code || '-9' || right(parcel_code, 6),
    NULL, NULL, 400 + n % 900, 80 + n % 300, DATE '2009-12-31'
FROM (
    SELECT *, right(parcel_code, 7)::int AS n
    FROM parcel WHERE county_code = :county AND holder_class = 'state' AND state <> 'removed'
) AS p
WHERE n % 37 = 0
ORDER BY 2;

-- Lawful overlaps: a project on idle land. Judged on the survey's own coordinates, in the plane.
INSERT INTO parcel_overlap (county_code, parcel_id, other_id, area_m2)
SELECT p.county_code, least(p.id, o.id), greatest(p.id, o.id),
    ST_Area(ST_Intersection(p.survey_boundary, o.survey_boundary))
FROM demo_parcel_link AS l
JOIN parcel AS p ON p.parcel_code = l.parcel_code
JOIN parcel AS o ON o.parcel_code = l.other_code
WHERE p.survey_boundary IS NOT NULL AND o.survey_boundary IS NOT NULL;
