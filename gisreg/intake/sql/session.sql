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

-- How much two shapes share, or how far apart they are, in metres of a zone; NULL and NULL where neither can be told.
CREATE OR REPLACE FUNCTION pg_temp.on_the_ground(
    one geometry, other geometry, zone int, OUT area_m2 float8, OUT gap_m float8, OUT place text
) LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
    shared geometry;
BEGIN
    IF ST_Intersects(one, other) THEN
        shared := ST_CollectionExtract(ST_Intersection(one, other), 3);
        area_m2 := ST_Area(shared);
        IF area_m2 > 0 THEN
            shared := ST_Transform(ST_PointOnSurface(shared), 4490);
        END IF;
    ELSE
        gap_m := ST_Distance(one, other);
        shared := ST_Transform(ST_ClosestPoint(other, one), 4490);
    END IF;
    place := concat_ws(' ', round(ST_X(shared)::numeric, 7), round(ST_Y(shared)::numeric, 7));
EXCEPTION WHEN OTHERS THEN
    area_m2 := NULL;
    gap_m := NULL;
END
$$;
