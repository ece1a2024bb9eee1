-- What the copy of each county has followed to, beside what is in force now. A row of townships that is written anew has
-- another xmin, so their fingerprint tells every change.
SELECT c.code, s.version, s.seen_from, s.run_id, s.units, r.id AS run_now, r.label_run_id, o.label_run_id AS label_run_then,
    coalesce(u.fingerprint, 0) AS units_now
FROM county AS c
LEFT JOIN parcel_drawn_state AS s ON s.county_code = c.code
LEFT JOIN plan_run AS r ON r.county_code = c.code AND r.status = 'accepted'
LEFT JOIN plan_run AS o ON o.id = s.run_id
LEFT JOIN (
    SELECT county_code, bit_xor(hashint8extended(id, xmin::text::bigint)) AS fingerprint
    FROM admin_unit WHERE level = 'township' GROUP BY county_code
) AS u ON u.county_code = c.code
ORDER BY c.code
