-- The application's role owns nothing: it reads everything, adds rows, changes what may change, and deletes only what
-- can be made again. History, stamps and permanent numbers are out of its reach.

GRANT USAGE ON SCHEMA gisreg TO gisreg_app;
GRANT USAGE, CREATE ON SCHEMA staging TO gisreg_app;
GRANT SELECT ON ALL TABLES IN SCHEMA gisreg TO gisreg_app;
REVOKE ALL ON FUNCTION parcel_keep_version() FROM PUBLIC;

GRANT INSERT, UPDATE ON
    county, admin_unit, zone, approval, project, enterprise, party, land_right, encumbrance, contract
    TO gisreg_app;
GRANT INSERT, UPDATE, DELETE ON
    parcel_overlap, parcel_approval, parcel_project, parcel_enterprise
    TO gisreg_app;
GRANT INSERT ON plan_rule, plan_gate, plan_label TO gisreg_app;

-- Tables with stamps get their grants by column, so that a stamp is always the database's own.
DO $$
DECLARE
    stamped text;
    columns text;
BEGIN
    FOREACH stamped IN ARRAY ARRAY['parcel', 'batch', 'document', 'plan_run', 'plan'] LOOP
        SELECT string_agg(quote_ident(column_name), ', ') INTO columns
        FROM information_schema.columns
        WHERE table_schema = 'gisreg' AND table_name = stamped
          AND column_name NOT IN ('id', 'version', 'recorded_at', 'recorded_by', 'recorded_from');
        EXECUTE format('GRANT INSERT (%s) ON %I TO gisreg_app', columns, stamped);
        IF stamped IN ('parcel', 'plan_run', 'plan') THEN
            EXECUTE format('GRANT UPDATE (%s) ON %I TO gisreg_app', columns, stamped);
        END IF;
    END LOOP;
END
$$;
