-- Rows that say nothing new, though they came otherwise (other columns, another CRS, the registry's own export): nothing that
-- a change would write differs, and the boundary lies where it lay, to a tenth of a millimetre.
UPDATE fate AS f SET fate = 'unchanged'
FROM {rows} AS r, parcel AS p
WHERE f.fate = 'changed' AND r.row_no = f.row_no AND p.id = f.parcel_id
    AND ST_AsBinary(ST_ForcePolygonCCW(ST_SnapToGrid(p.boundary, 1e-9)))
        = ST_AsBinary(ST_ForcePolygonCCW(ST_SnapToGrid(r.boundary, 1e-9)))
    AND ({theirs}) IS NOT DISTINCT FROM ({ours})
