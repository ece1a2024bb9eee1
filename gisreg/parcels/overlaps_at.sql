-- What parcels of different kinds shared at the end of a day. Links are kept for today only, so the pairs of parcels that
-- have since moved, changed kind or been removed are judged anew on the ground they had then; all others are as linked.
-- :until is the first instant after the day.
WITH earlier AS (
    SELECT
        v.parcel_id AS id, v.kind, v.state, v.survey_crs, v.survey_boundary, v.boundary,
        v.boundary IS DISTINCT FROM p.boundary OR v.kind <> p.kind OR (v.state = 'removed') <> (p.state = 'removed')
            AS moved
    FROM parcel_version AS v
    JOIN parcel AS p ON p.id = v.parcel_id
    WHERE v.county_code = :county AND v.recorded_at < :until AND v.superseded_at >= :until
),
near AS (
    SELECT
        m.id AS one, o.id AS other, m.survey_crs, m.survey_boundary, m.boundary,
        o.survey_crs AS other_crs, o.survey_boundary AS other_survey, o.boundary AS other_boundary
    FROM earlier AS m
    JOIN parcel AS o ON o.county_code = :county AND o.boundary && m.boundary AND o.id <> m.id AND o.kind <> m.kind
        AND o.recorded_at < :until AND o.state <> 'removed'
    WHERE m.moved AND m.state <> 'removed'
    UNION ALL
    SELECT
        m.id, o.id, m.survey_crs, m.survey_boundary, m.boundary, o.survey_crs, o.survey_boundary, o.boundary
    FROM earlier AS m
    JOIN earlier AS o ON o.boundary && m.boundary AND o.kind <> m.kind AND o.state <> 'removed'
        AND (m.id < o.id OR NOT o.moved AND m.id <> o.id)
    WHERE m.moved AND m.state <> 'removed'
)
SELECT l.parcel_id, l.other_id, l.area_m2
FROM parcel_overlap AS l
WHERE l.county_code = :county
    AND NOT EXISTS (SELECT FROM earlier AS m WHERE m.moved AND m.id IN (l.parcel_id, l.other_id))
UNION ALL
SELECT least(n.one, n.other), greatest(n.one, n.other), s.area_m2
FROM near AS n
CROSS JOIN LATERAL (SELECT common_zone(n.survey_crs, n.other_crs, n.boundary) AS zone OFFSET 0) AS z
CROSS JOIN LATERAL on_the_ground(
    in_zone(n.boundary, n.survey_boundary, n.survey_crs, z.zone),
    in_zone(n.other_boundary, n.other_survey, n.other_crs, z.zone), z.zone, 0
) AS s
WHERE s.area_m2 > (SELECT overlap_tolerance_m2 FROM county WHERE code = :county)
