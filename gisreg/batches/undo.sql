-- name: changed_since
-- Parcels of the batch that somebody changed afterwards.
SELECT DISTINCT p.parcel_code
FROM parcel_version AS v JOIN parcel AS p ON p.id = v.parcel_id
WHERE v.county_code = :county AND v.recorded_from = :source
ORDER BY 1;
-- name: in_use
-- Parcels that the batch brought and on which other books rest by now.
SELECT p.parcel_code FROM parcel AS p
WHERE p.county_code = :county AND p.batch_id = :batch AND p.recorded_from = :source AND p.version = 1
    AND (
        EXISTS (SELECT FROM land_right AS x WHERE x.parcel_id = p.id)
        OR EXISTS (SELECT FROM encumbrance AS x WHERE x.parcel_id = p.id)
        OR EXISTS (SELECT FROM contract AS x WHERE x.parcel_id = p.id)
        OR EXISTS (SELECT FROM document AS x WHERE x.parcel_id = p.id)
        OR EXISTS (SELECT FROM plan AS x WHERE x.parcel_id = p.id)
        OR EXISTS (SELECT FROM clock_event AS x WHERE x.parcel_id = p.id)
        OR EXISTS (SELECT FROM procedure_date AS x WHERE x.parcel_id = p.id)
    )
ORDER BY 1;
-- name: restore
-- Parcels that the batch changed get the values of the version before.
UPDATE parcel AS p SET ({columns}) = ROW({before})
FROM parcel_version AS v
WHERE p.county_code = :county AND p.batch_id = :batch AND p.recorded_from = :source AND p.version > 1
    AND v.parcel_id = p.id AND v.version = p.version - 1;
-- name: remove
-- Parcels that it brought go out of use; their codes are free for the file that is right.
UPDATE parcel AS p SET state = 'removed', source_code = NULL, source_hash = NULL
WHERE p.county_code = :county AND p.batch_id = :batch AND p.recorded_from = :source AND p.version = 1;
-- name: unlink
DELETE FROM parcel_overlap AS o USING parcel AS p
WHERE p.county_code = :county AND p.batch_id = :batch AND p.state = 'removed' AND p.id IN (o.parcel_id, o.other_id)
