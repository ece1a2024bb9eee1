-- Approvals beside the parcels that belong to them. What a parcel gives to supplied and withdrawn: land of another kind
-- was supplied; unsupplied land is supplied as far as it says so, wholly when closed out, and withdrawn when it was closed
-- out because the plan changed (撤批). A part of a parcel, where the link states one, counts by its share.
WITH asked AS (
    SELECT * FROM approval
    WHERE county_code = :county AND (CAST(:approval_no AS text) IS NULL OR approval_no = :approval_no)
),
linked AS (
    SELECT l.approval_no, p.parcel_code, p.approval_no AS stated_no, p.boundary IS NOT NULL AS mapped,
        land.m2 AS land_m2,
        coalesce(l.area_m2, land.m2) AS covered_m2,
        coalesce(l.area_m2 / nullif(land.m2, 0), 1) AS part,
        l.area_m2 IS NULL AND EXISTS (
            SELECT FROM parcel_approval AS o WHERE o.parcel_id = l.parcel_id AND o.approval_no <> l.approval_no
        ) AS not_split,
        CASE
            WHEN p.kind <> 'unsupplied_land' THEN land.m2
            WHEN p.state = 'closed' AND p.plan_changed IS TRUE THEN 0
            WHEN p.state = 'closed' THEN land.m2
            ELSE least(coalesce(p.supplied_area_m2, 0), land.m2)
        END AS supplied_m2,
        CASE WHEN p.kind = 'unsupplied_land' AND p.state = 'closed' AND p.plan_changed IS TRUE THEN land.m2 ELSE 0 END
            AS withdrawn_m2
    FROM parcel_approval AS l
    JOIN parcel AS p ON p.id = l.parcel_id AND p.state <> 'removed'
    CROSS JOIN LATERAL (SELECT coalesce(p.official_area_m2, p.area_m2, 0) AS m2) AS land
    WHERE l.county_code = :county AND l.approval_no IN (SELECT approval_no FROM asked)
),
found AS (
    SELECT approval_no, count(*) AS parcels, count(*) FILTER (WHERE mapped) AS mapped_parcels,
        sum(covered_m2::numeric) AS parcels_m2,
        sum((supplied_m2 * part)::numeric) AS parcels_supplied_m2,
        sum((withdrawn_m2 * part)::numeric) AS parcels_withdrawn_m2,
        array_agg(parcel_code ORDER BY parcel_code) FILTER (WHERE not_split) AS not_split,
        array_agg(parcel_code ORDER BY parcel_code) FILTER (WHERE stated_no <> approval_no) AS other_number
    FROM linked
    GROUP BY approval_no
),
stated AS (
    SELECT p.approval_no, array_agg(p.parcel_code ORDER BY p.parcel_code) AS not_linked
    FROM parcel AS p
    WHERE p.county_code = :county AND p.state <> 'removed' AND p.approval_no IN (SELECT approval_no FROM asked)
        AND NOT EXISTS (
            SELECT FROM parcel_approval AS l WHERE l.parcel_id = p.id AND l.approval_no = p.approval_no
        )
    GROUP BY p.approval_no
)
SELECT a.approval_no, a.name, a.approved_on, a.authority, a.version, a.approved_area_m2, a.supplied_area_m2,
    a.withdrawn_area_m2,
    (a.approved_area_m2::numeric - coalesce(a.supplied_area_m2, 0)::numeric - coalesce(a.withdrawn_area_m2, 0)::numeric)
        ::float8 AS remaining_area_m2,
    coalesce(f.parcels, 0) AS parcels, coalesce(f.mapped_parcels, 0) AS mapped_parcels,
    coalesce(f.parcels_m2, 0)::float8 AS parcels_m2,
    coalesce(f.parcels_supplied_m2, 0)::float8 AS parcels_supplied_m2,
    coalesce(f.parcels_withdrawn_m2, 0)::float8 AS parcels_withdrawn_m2,
    coalesce(f.parcels_m2 - f.parcels_supplied_m2 - f.parcels_withdrawn_m2, 0)::float8 AS parcels_remaining_m2,
    f.not_split, f.other_number, s.not_linked
FROM asked AS a
LEFT JOIN found AS f ON f.approval_no = a.approval_no
LEFT JOIN stated AS s ON s.approval_no = a.approval_no
ORDER BY a.approval_no
