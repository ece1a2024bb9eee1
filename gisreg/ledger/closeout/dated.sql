-- Steps of a parcel that have a day of their own and stand, the first recorded first.
SELECT e.operation AS step, e.happened_on, e.reason, e.recorded_by, v.version
FROM (
    SELECT id, county_code, version, recorded_at FROM parcel WHERE id = :parcel_id
    UNION ALL
    SELECT parcel_id, county_code, version, recorded_at FROM parcel_version WHERE parcel_id = :parcel_id
) AS v
JOIN parcel_edit AS e
    ON e.county_code = v.county_code AND e.recorded_at = v.recorded_at AND v.id = ANY (e.parcel_ids)
    AND e.versions[array_position(e.parcel_ids, v.id)] = v.version
WHERE e.happened_on IS NOT NULL AND NOT EXISTS (SELECT FROM parcel_edit AS u WHERE u.undoes_id = e.id)
ORDER BY v.version
