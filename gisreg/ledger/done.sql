-- Land whose revival was submitted between two days, by kind: exact, for rates against a task. What is of no land, quotas
-- taken back in part, revives nothing.
SELECT
    p.kind, count(*) AS parcels, count(*) FILTER (WHERE c.status = 'accepted') AS closed,
    coalesce(sum(round(c.area_m2::numeric, 4)), 0) AS area_m2
FROM close_out AS c
JOIN parcel AS p ON p.id = c.parcel_id
WHERE c.county_code = :county AND c.submitted_on BETWEEN :since AND :until
    AND (c.status = 'accepted' OR c.status = 'submitted' AND p.state <> 'removed')
    AND NOT :in_part
GROUP BY p.kind
