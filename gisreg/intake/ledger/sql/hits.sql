-- Parcels in use that a row's key fits: one such query a key. {same} compares the two sides.
SELECT r.row_no, {rank} AS rank, '{key}' AS key, r.{key} AS value, p.id, p.parcel_code
FROM ledger_row AS r
JOIN parcel AS p ON {same}
WHERE r.{key} IS NOT NULL AND p.county_code = :county AND p.kind = :kind AND p.state <> 'removed'
