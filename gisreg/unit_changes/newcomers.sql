-- Parcels that came into the new units after the change: they were not there when it was entered. {column} is
-- township_code or village_code.
SELECT p.id, p.parcel_code
FROM parcel AS p
WHERE p.county_code = :county AND p.{column} = ANY (:new_codes) AND p.id <> ALL (:moved)
    AND NOT EXISTS (
        SELECT FROM (
            SELECT recorded_at, {column} AS unit, superseded_at FROM parcel_version WHERE parcel_id = p.id
            UNION ALL
            SELECT p.recorded_at, p.{column}, 'infinity'
        ) AS v
        WHERE v.recorded_at <= :entered_at AND v.superseded_at > :entered_at AND v.unit = p.{column}
    )
ORDER BY p.parcel_code
