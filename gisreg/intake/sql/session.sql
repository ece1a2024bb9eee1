-- Functions of a loading session; they go away with it. None raises on bad input.

CREATE OR REPLACE FUNCTION pg_temp.to_day(raw text) RETURNS date LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
    parts int[];
BEGIN
    -- 2024-06-30, 2024/6/30, 2024.6.30, 20240630, 2024年6月30日, each with or without a time behind it
    IF raw ~ '^\d{8}$' THEN
        parts := ARRAY[left(raw, 4)::int, substr(raw, 5, 2)::int, right(raw, 2)::int];
    ELSE
        parts := regexp_match(raw, '^(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?(?:[ T].*)?$')::int[];
    END IF;
    -- the calendar decides: 31 June is no date
    IF parts IS NULL OR parts[1] NOT BETWEEN 1900 AND 2200 OR parts[2] NOT BETWEEN 1 AND 12 OR parts[3] NOT BETWEEN 1
        AND extract(day FROM make_date(parts[1], parts[2], 1) + interval '1 month - 1 day')::int
    THEN
        RETURN NULL;
    END IF;
    RETURN make_date(parts[1], parts[2], parts[3]);
END
$$;

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
