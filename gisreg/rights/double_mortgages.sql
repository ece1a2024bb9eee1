-- Mortgages in force that secure the same thing twice: on one right, on one parcel, or on two parcels whose boundaries
-- share more ground than the county's tolerance. Lawful where the ranks differ and each mortgagee knows; shown always.
-- One loan over several parcels bears one certificate number: that is no second mortgage.
WITH mortgage AS MATERIALIZED (
    SELECT e.id, e.parcel_id, e.right_id, e.party_id, e.rank, e.certificate_no, e.amount_wan, e.starts_on,
        p.parcel_code, p.kind, p.boundary, h.name AS mortgagee
    FROM encumbrance AS e
    JOIN parcel AS p ON p.id = e.parcel_id AND p.state <> 'removed'
    LEFT JOIN party AS h ON h.id = e.party_id
    WHERE e.county_code = :county AND e.encumbrance_type = 'mortgage' AND e.released_on IS NULL
        AND coalesce(e.starts_on, '-infinity') <= :day
),
ground AS MATERIALIZED (
    SELECT m.parcel_id, o.id AS other_id, s.shared, s.area_m2
    FROM (SELECT DISTINCT parcel_id, boundary FROM mortgage WHERE boundary IS NOT NULL) AS m
    JOIN parcel AS o ON o.county_code = :county AND o.id > m.parcel_id AND o.state <> 'removed'
        AND o.boundary && m.boundary AND ST_Intersects(o.boundary, m.boundary)
    CROSS JOIN LATERAL (
        SELECT shared, ST_Area(shared::geography) AS area_m2
        FROM (SELECT ST_CollectionExtract(ST_Intersection(o.boundary, m.boundary), 3) AS shared OFFSET 0) AS cut
        OFFSET 0
    ) AS s
    WHERE o.id IN (SELECT parcel_id FROM mortgage)
        AND s.area_m2 > (SELECT overlap_tolerance_m2 FROM county WHERE code = :county)
),
pair AS (
    SELECT a.id AS one_id, b.id AS other_id,
        CASE WHEN a.right_id IS NOT NULL THEN 'right' ELSE 'parcel' END AS same,
        a.boundary AS place, NULL::float8 AS shared_m2
    FROM mortgage AS a
    JOIN mortgage AS b ON b.parcel_id = a.parcel_id AND b.id > a.id
        AND (a.right_id IS NULL OR b.right_id IS NULL OR a.right_id = b.right_id)
    UNION ALL
    SELECT a.id, b.id, 'ground', g.shared, g.area_m2
    FROM ground AS g
    JOIN mortgage AS a ON a.parcel_id = g.parcel_id
    JOIN mortgage AS b ON b.parcel_id = g.other_id
)
SELECT pair.same, a.id AS one_id, a.parcel_code AS one_parcel, a.mortgagee AS one_mortgagee, a.rank AS one_rank,
    a.amount_wan AS one_amount_wan, a.starts_on AS one_starts_on, a.certificate_no AS one_certificate_no,
    b.id AS other_id, b.parcel_code AS other_parcel, b.mortgagee AS other_mortgagee, b.rank AS other_rank,
    b.amount_wan AS other_amount_wan, b.starts_on AS other_starts_on, b.certificate_no AS other_certificate_no,
    pair.shared_m2,
    pair.same = 'ground' OR a.rank IS NULL OR b.rank IS NULL OR a.rank = b.rank AS unranked,
    ST_X(pt.at) AS longitude, ST_Y(pt.at) AS latitude
FROM pair
JOIN mortgage AS a ON a.id = pair.one_id
JOIN mortgage AS b ON b.id = pair.other_id
CROSS JOIN LATERAL (SELECT ST_PointOnSurface(pair.place) AS at OFFSET 0) AS pt
WHERE a.certificate_no IS NULL OR b.certificate_no IS NULL OR a.certificate_no <> b.certificate_no
ORDER BY unranked DESC, a.parcel_code, b.parcel_code, a.id, b.id
