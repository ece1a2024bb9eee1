-- Rows on the same ground as other rows of the file or as parcels of the registry, and rows that leave a narrow gap to them,
-- judged in a zone (metres), on the survey's own coordinates where they are in it.
-- A parcel that came again is not its own neighbour (without a number nothing says that it is one); of two rows the
-- later one is told.
CREATE TEMPORARY TABLE neighbour (
    row_no int8 NOT NULL, other_row int8, other_id int8, other_code text, same_kind boolean NOT NULL, area_m2 float8,
    gap_m float8, row_area_m2 float8, place text
) ON COMMIT DROP;

INSERT INTO neighbour
SELECT b.row_no, a.row_no, NULL, a.source_code, true, s.area_m2, s.gap_m, b.planar_area_m2, s.place
FROM {pairs} AS near
JOIN {rows} AS b ON b.row_no = near.row_no
JOIN {rows} AS a ON a.row_no = near.other_row
CROSS JOIN LATERAL on_the_ground({a_shape}, {b_shape}, {zone}, :gap) AS s
-- without any near rows nothing is read at all
WHERE EXISTS (SELECT FROM {pairs}) AND (s.area_m2 > :tolerance OR s.gap_m BETWEEN :joint AND :gap);

INSERT INTO neighbour
SELECT b.row_no, NULL, o.id, o.parcel_code, o.kind = :kind, s.area_m2, s.gap_m, b.planar_area_m2, s.place
FROM {rows} AS b
JOIN parcel AS o ON o.boundary && ST_Expand(b.boundary, {reach}) AND o.county_code = :county AND o.state <> 'removed'
    AND (o.kind <> :kind OR (o.state <> 'closed' AND (b.source_code IS NULL OR o.source_code IS DISTINCT FROM b.source_code)
        AND o.source_hash IS DISTINCT FROM b.content_hash))
CROSS JOIN LATERAL on_the_ground(ST_Transform(o.boundary, {zone}), {b_shape}, {zone}, :gap) AS s
WHERE {any_registered} AND (s.area_m2 > :tolerance OR (o.kind = :kind AND s.gap_m BETWEEN :joint AND :gap));

-- what is not loaded, or stands already as it is, disturbs nobody
DELETE FROM neighbour AS n USING fate AS f
WHERE f.row_no IN (n.row_no, n.other_row) AND f.fate IN ('refused', 'unchanged', 'left_out');

-- a parcel that this file gives another boundary is judged by that one
DELETE FROM neighbour AS n USING fate AS f WHERE f.fate = 'changed' AND f.parcel_id = n.other_id;

INSERT INTO finding
SELECT
    row_no, 7,
    CASE WHEN gap_m IS NOT NULL THEN 'gap_to_neighbour' WHEN other_id IS NULL THEN 'overlap_in_file' ELSE 'overlap_registered' END,
    NULL,
    CASE WHEN other_id IS NOT NULL THEN other_code
        WHEN gap_m IS NOT NULL THEN concat('#', other_row, ' ' || other_code)
        ELSE concat(other_row, ' (' || other_code || ')') END,
    CASE WHEN gap_m IS NOT NULL THEN concat(round(gap_m::numeric, 3), ' m')
        ELSE concat(round(area_m2::numeric, 2), ' m² (', round(100 * (area_m2 / nullif(row_area_m2, 0))::numeric, 1), '%)') END,
    place
FROM neighbour
WHERE same_kind
