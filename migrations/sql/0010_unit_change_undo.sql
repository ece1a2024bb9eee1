-- Changes of units that were taken back. A unit that existed for no whole day goes away; its row is kept in the history.
CREATE TABLE unit_change_undo (
    change_id integer NOT NULL,
    county_code text NOT NULL,
    reason text,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    recorded_by text NOT NULL DEFAULT coalesce(nullif(current_setting('gisreg.actor', true), ''), session_user),
    CONSTRAINT pk_unit_change_undo PRIMARY KEY (change_id),
    CONSTRAINT fk_unit_change_undo_change_id_unit_change FOREIGN KEY (change_id) REFERENCES unit_change (id),
    CONSTRAINT fk_unit_change_undo_county_code_county FOREIGN KEY (county_code) REFERENCES county (code)
);

CREATE FUNCTION unit_keep_deleted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = gisreg, public
AS $$
BEGIN
    INSERT INTO record_version (
        county_code, table_name, record_key, version, recorded_at, recorded_by, recorded_from, superseded_at,
        superseded_by, deleted, content
    )
    SELECT
        o.county_code, TG_TABLE_NAME, o.id::text, 1, now(), parcel_actor(),
        coalesce(nullif(current_setting('gisreg.source', true), ''), 'sql'), now(), parcel_actor(), true, to_jsonb(o)
    FROM superseded AS o;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION unit_keep_deleted() FROM PUBLIC;
CREATE TRIGGER unit_keep_deleted AFTER DELETE ON admin_unit REFERENCING OLD TABLE AS superseded
    FOR EACH STATEMENT EXECUTE FUNCTION unit_keep_deleted();

GRANT SELECT ON unit_change_undo TO gisreg_app;
GRANT INSERT (change_id, county_code, reason) ON unit_change_undo TO gisreg_app;
GRANT DELETE ON admin_unit TO gisreg_app;
