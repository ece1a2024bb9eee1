-- The parcels that a change of units moved: where each was, where the change put it, where it is now. {column} is
-- township_code or village_code. All versions of one transaction bear its instant.
WITH version AS (
    SELECT parcel_id, version, recorded_at, {column} AS unit FROM parcel_version WHERE county_code = :county
    UNION ALL
    SELECT id, version, recorded_at, {column} FROM parcel WHERE county_code = :county
),
written AS (
    SELECT parcel_id, min(version) AS first_version, max(version) AS last_version
    FROM version WHERE recorded_at = :entered_at
    GROUP BY parcel_id
)
SELECT p.id, p.parcel_code, b.unit AS before, a.unit AS after, p.{column} AS now
FROM written AS w
JOIN version AS b ON b.parcel_id = w.parcel_id AND b.version = w.first_version - 1
JOIN version AS a ON a.parcel_id = w.parcel_id AND a.version = w.last_version
JOIN parcel AS p ON p.id = w.parcel_id
WHERE b.unit = ANY (:old_codes) AND (a.unit = ANY (:new_codes) OR a.unit IS NULL) AND a.unit IS DISTINCT FROM b.unit
ORDER BY p.parcel_code
