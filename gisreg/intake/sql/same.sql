-- Rows that say nothing new, though they came otherwise (other columns, another CRS, the registry's own export): nothing that
-- a change would write differs, and the boundary lies where it lay, corner by corner, to a tenth of a millimetre (or to
-- what whole millimetres can tell of land that was surveyed otherwise).
UPDATE fate AS f SET fate = 'unchanged'
FROM {rows} AS r, parcel AS p
WHERE f.fate = 'changed' AND r.row_no = f.row_no AND p.id = f.parcel_id
    AND ({theirs}) IS NOT DISTINCT FROM ({ours})
    AND CASE
        WHEN p.boundary IS NULL OR r.boundary IS NULL THEN p.boundary IS NULL AND r.boundary IS NULL
        WHEN ST_NPoints(p.boundary) <> ST_NPoints(r.boundary) THEN false
        WHEN abs(ST_XMin(p.boundary) - ST_XMin(r.boundary)) > {near} OR abs(ST_YMin(p.boundary) - ST_YMin(r.boundary)) > {near}
            OR abs(ST_XMax(p.boundary) - ST_XMax(r.boundary)) > {near} OR abs(ST_YMax(p.boundary) - ST_YMax(r.boundary)) > {near}
            THEN false
        -- the usual case at once; a coordinate half-way between two squares of the grid may be rounded to either
        WHEN ST_AsBinary(ST_ForcePolygonCCW(ST_SnapToGrid(p.boundary, 1e-9)))
            = ST_AsBinary(ST_ForcePolygonCCW(ST_SnapToGrid(r.boundary, 1e-9))) THEN true
        ELSE (
            SELECT count(*) = ST_NPoints(p.boundary) AND bool_and(ST_Distance(a.geom, b.geom) <= {near})
            FROM ST_DumpPoints(ST_ForcePolygonCCW(p.boundary)) AS a
            JOIN ST_DumpPoints(ST_ForcePolygonCCW(r.boundary)) AS b USING (path)
        )
    END
