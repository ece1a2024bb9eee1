-- A load that is large against what the registry holds is quicker with the indexes of parcels made afterwards, in the same
-- transaction: a crash leaves them as they were. Dropping and making indexes is the owner's right, so the application is
-- lent these two steps. What is set aside is read from the catalogue and kept in a temporary table of the owner's, which
-- the application can neither write nor put its own in the place of.
CREATE FUNCTION parcel_indexes_aside() RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = gisreg, public, pg_temp
    SET lock_timeout = '2s'
AS $$
DECLARE
    one record;
BEGIN
    LOCK TABLE parcel IN ACCESS EXCLUSIVE MODE;
    CREATE TEMPORARY TABLE parcel_index_aside (definition text NOT NULL) ON COMMIT DROP;
    FOR one IN
        SELECT i.indexrelid::regclass AS name, pg_get_indexdef(i.indexrelid) AS definition
        FROM pg_index AS i
        WHERE i.indrelid = 'gisreg.parcel'::regclass
            AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid)
        ORDER BY 1
    LOOP
        INSERT INTO pg_temp.parcel_index_aside VALUES (one.definition);
        EXECUTE format('DROP INDEX %s', one.name);
    END LOOP;
    RETURN true;
EXCEPTION WHEN lock_not_available THEN
    -- somebody is reading: nobody is to wait, neither we nor those behind us
    RETURN false;
END
$$;

CREATE FUNCTION parcel_indexes_back() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = gisreg, public, pg_temp
    SET maintenance_work_mem = '256MB'
AS $$
DECLARE
    one text;
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_class
        WHERE oid = to_regclass('pg_temp.parcel_index_aside') AND relowner = current_user::regrole
    ) THEN
        RAISE EXCEPTION 'no indexes are set aside' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    FOR one IN SELECT definition FROM pg_temp.parcel_index_aside LOOP
        EXECUTE one;
    END LOOP;
    DROP TABLE pg_temp.parcel_index_aside;
END
$$;

REVOKE ALL ON FUNCTION parcel_indexes_aside(), parcel_indexes_back() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION parcel_indexes_aside(), parcel_indexes_back() TO gisreg_app;
