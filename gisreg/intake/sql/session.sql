-- Functions of a loading session; they go away with it. None raises on bad input.

CREATE OR REPLACE FUNCTION pg_temp.careful_shape(raw bytea, srid int) RETURNS geometry LANGUAGE plpgsql IMMUTABLE STRICT
AS $$
BEGIN
    RETURN ST_GeomFromWKB(raw, srid);
EXCEPTION WHEN OTHERS THEN
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION pg_temp.careful_transform(shape geometry, srid int) RETURNS geometry LANGUAGE plpgsql IMMUTABLE
STRICT AS $$
BEGIN
    RETURN ST_Transform(shape, srid);
EXCEPTION WHEN OTHERS THEN
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION pg_temp.careful_repair(shape geometry) RETURNS geometry LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
    RETURN ST_Multi(ST_CollectionExtract(ST_MakeValid(shape, 'method=structure'), 3));
EXCEPTION WHEN OTHERS THEN
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION pg_temp.careful_area(shape geometry) RETURNS float8 LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
    RETURN ST_Area(shape::geography);
EXCEPTION WHEN OTHERS THEN
    RETURN NULL;
END
$$;
