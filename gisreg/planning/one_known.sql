-- One parcel as it was recorded before an instant. Words in braces are columns that gisreg.planning.variants fills in.
SELECT id, {columns} FROM parcel WHERE id = :parcel_id AND recorded_at < :instant
UNION ALL
SELECT parcel_id, {columns} FROM parcel_version
WHERE parcel_id = :parcel_id AND recorded_at < :instant AND superseded_at >= :instant
