-- A shape as a map page takes it; none where it lies outside the world or cannot be written.
CREATE OR REPLACE FUNCTION pg_temp.drawn(shape geometry, most int) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
    IF ST_XMin(shape) < -180 OR ST_XMax(shape) > 180 OR ST_YMin(shape) < -90 OR ST_YMax(shape) > 90 THEN
        RETURN NULL;
    END IF;
    IF ST_NPoints(shape) > most THEN
        RETURN ST_AsGeoJSON(ST_Simplify(
            shape, greatest(ST_XMax(shape) - ST_XMin(shape), ST_YMax(shape) - ST_YMin(shape)) / 4000, true
        ), 7);
    END IF;
    RETURN ST_AsGeoJSON(shape, 7);
EXCEPTION WHEN OTHERS THEN
    RETURN NULL;
END
$$
