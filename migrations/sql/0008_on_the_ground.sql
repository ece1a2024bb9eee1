-- Overlaps and gaps are judged in metres of a survey zone, on the survey's own coordinates where there are such: a straight
-- line between two corners is another line in longitude and latitude, and a clean joint would overlap there.

-- The 3° zone of a shape's middle; beyond China's zones UTM north, since a county without boundaries may lie anywhere.
CREATE FUNCTION metre_zone(shape geometry) RETURNS int LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN lon >= 73.5 AND lon < 136.5 THEN 4509 + floor((lon + 1.5) / 3)::int
        ELSE 32601 + floor((lon + 180) / 6)::int % 60 END
    FROM (SELECT (ST_XMin(shape) + ST_XMax(shape)) / 2 AS lon) AS middle
$$;

-- The zone in which two parcels are compared: that of both surveys, else the zone of where the first one lies.
CREATE FUNCTION common_zone(one_crs text, other_crs text, one_boundary geometry) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN one_crs = other_crs AND one_crs ~ '^EPSG:(449[1-9]|45[0-4][0-9]|455[0-4])$' THEN substr(one_crs, 6)::int
        ELSE metre_zone(one_boundary) END
$$;

-- A parcel's shape in a zone: as surveyed, unless it was surveyed elsewhere or had to be repaired.
CREATE FUNCTION in_zone(boundary geometry, survey_boundary geometry, survey_crs text, zone int) RETURNS geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN survey_crs = 'EPSG:' || zone AND GeometryType(survey_boundary) IN ('POLYGON', 'MULTIPOLYGON')
        AND ST_IsValid(ST_Force2D(survey_boundary)) THEN ST_Force2D(survey_boundary) ELSE ST_Transform(boundary, zone) END
$$;

-- How much two shapes share, or how far apart they are where that is no more than reach, in metres of a zone; NULL and NULL
-- where neither can be told. Of large shapes only pieces near each other are measured: cut edges lie inside, no nearer.
CREATE FUNCTION on_the_ground(
    one geometry, other geometry, zone int, reach float8, OUT area_m2 float8, OUT gap_m float8, OUT place text
) LANGUAGE plpgsql IMMUTABLE STRICT AS $$
-- catching errors is no work for parallel processes
DECLARE
    shared geometry;
BEGIN
    IF ST_Intersects(one, other) THEN
        shared := ST_CollectionExtract(ST_Intersection(one, other), 3);
        area_m2 := ST_Area(shared);
        IF area_m2 > 0 THEN
            shared := ST_Transform(ST_PointOnSurface(shared), 4490);
        END IF;
    ELSIF reach > 0 THEN
        IF ST_NPoints(one) + ST_NPoints(other) > 1000 THEN
            SELECT a.piece, b.piece INTO one, other
            FROM ST_Subdivide(one, 128) AS a (piece)
            JOIN ST_Subdivide(other, 128) AS b (piece) ON a.piece && ST_Expand(b.piece, reach)
            ORDER BY ST_Distance(a.piece, b.piece) LIMIT 1;
        END IF;
        gap_m := ST_Distance(one, other);
        IF gap_m <= reach THEN
            shared := ST_Transform(ST_ClosestPoint(other, one), 4490);
        ELSE
            gap_m := NULL;
        END IF;
    END IF;
    place := concat_ws(' ', round(ST_X(shared)::numeric, 7), round(ST_Y(shared)::numeric, 7));
EXCEPTION WHEN OTHERS THEN
    area_m2 := NULL;
    gap_m := NULL;
END
$$;

REVOKE ALL ON FUNCTION
    metre_zone(geometry), common_zone(text, text, geometry), in_zone(geometry, geometry, text, int),
    on_the_ground(geometry, geometry, int, float8)
FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    metre_zone(geometry), common_zone(text, text, geometry), in_zone(geometry, geometry, text, int),
    on_the_ground(geometry, geometry, int, float8)
TO gisreg_app;
