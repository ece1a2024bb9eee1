-- What tiles are made of: each parcel that is in use and on the map, in Web Mercator, with the few things that a map
-- shows. It is written only by who answers for a tile, from the registry, when something has changed: neither imports
-- nor edits pay for it. Unlogged: it can be made again, and a crash empties all three tables together.
CREATE UNLOGGED TABLE parcel_drawn (
    id bigint NOT NULL,
    county_code text NOT NULL,
    version integer NOT NULL,
    parcel_code text NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    township_code text,
    label text,
    gated boolean NOT NULL,
    is_left boolean NOT NULL,
    is_public boolean NOT NULL,
    -- square decimetres, so that sums are exact whatever is added and taken away
    land_dm2 bigint NOT NULL,
    -- the middle of its box, in cells of matrix 28 of WebMercatorQuad, from the upper left
    x integer NOT NULL,
    y integer NOT NULL,
    size_m real NOT NULL,
    corners integer NOT NULL,
    boundary geometry(MultiPolygon, 3857) NOT NULL,
    CONSTRAINT pk_parcel_drawn PRIMARY KEY (id)
);
CREATE INDEX ix_parcel_drawn_boundary ON parcel_drawn USING gist (boundary);

-- How many there are, by cell of matrix 15 and 16, and by township (level 0, x and y 0). Sums of x and y give the middle.
CREATE UNLOGGED TABLE parcel_drawn_sum (
    level smallint NOT NULL,
    x integer NOT NULL,
    y integer NOT NULL,
    county_code text NOT NULL,
    township_code text NOT NULL,
    kind text NOT NULL,
    is_closed boolean NOT NULL,
    label text NOT NULL,
    is_left boolean NOT NULL,
    is_public boolean NOT NULL,
    parcels integer NOT NULL,
    land_dm2 bigint NOT NULL,
    sum_x bigint NOT NULL,
    sum_y bigint NOT NULL,
    CONSTRAINT pk_parcel_drawn_sum PRIMARY KEY (
        level, x, y, county_code, township_code, kind, is_closed, label, is_left, is_public
    )
);

-- How far the copy has followed a county; no row before it is first made. The version names what tiles show of it.
CREATE UNLOGGED TABLE parcel_drawn_state (
    county_code text NOT NULL,
    version text NOT NULL,
    seen_from timestamptz,
    run_id integer,
    units bigint NOT NULL,
    CONSTRAINT pk_parcel_drawn_state PRIMARY KEY (county_code)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON parcel_drawn, parcel_drawn_sum, parcel_drawn_state TO gisreg_app;

-- Made anew as a whole, it is quicker without its index; dropping and making one is the owner's right.
CREATE FUNCTION parcel_drawn_aside() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = gisreg, public, pg_temp
    SET lock_timeout = '20s'
AS $$
BEGIN
    TRUNCATE parcel_drawn, parcel_drawn_sum;
    DROP INDEX ix_parcel_drawn_boundary;
END
$$;

CREATE FUNCTION parcel_drawn_back() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = gisreg, public, pg_temp
    SET maintenance_work_mem = '256MB'
AS $$
BEGIN
    CREATE INDEX IF NOT EXISTS ix_parcel_drawn_boundary ON parcel_drawn USING gist (boundary);
    ANALYZE parcel_drawn, parcel_drawn_sum;
END
$$;
REVOKE ALL ON FUNCTION parcel_drawn_aside(), parcel_drawn_back() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION parcel_drawn_aside(), parcel_drawn_back() TO gisreg_app;
