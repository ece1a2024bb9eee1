-- Since when what is written may escape a statement that looks from now on: rows bear the start of the transaction that
-- writes them, so it is the start of the oldest one that is open in this database. Null where that cannot be known:
-- where sessions of other roles hide theirs, none are tracked, or one waits to be committed in two phases.
-- As the role that logged in, since sessions are shown to their own role.
CREATE FUNCTION open_since() RETURNS timestamptz LANGUAGE sql VOLATILE
    SET role = none
    SET search_path = gisreg, public
    RETURN CASE WHEN EXISTS (SELECT FROM pg_prepared_xacts WHERE database = current_database()) THEN NULL ELSE (
        SELECT CASE WHEN bool_or(state IS NULL OR state = 'disabled') THEN NULL ELSE least(min(xact_start), now()) END
        FROM pg_stat_activity
        WHERE datname = current_database() AND usesysid IS NOT NULL
    ) END;
REVOKE ALL ON FUNCTION open_since() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open_since() TO gisreg_app;

ALTER TABLE plan_run DROP COLUMN seen_xid, ADD COLUMN seen_from timestamptz;
GRANT INSERT (seen_from), UPDATE (seen_from) ON plan_run TO gisreg_app;
CREATE INDEX ix_parcel_recorded_at ON parcel (county_code, recorded_at);

-- A label is replaced where it stands; what it was is kept, as it is when labels go.
GRANT UPDATE (rule_no, finance_rule_no, gates, unknown_gates, open_rules, unknown_facts, since_run_id)
    ON plan_label TO gisreg_app;
CREATE TRIGGER plan_label_keep_changed AFTER UPDATE ON plan_label REFERENCING OLD TABLE AS replaced
    FOR EACH STATEMENT EXECUTE FUNCTION plan_label_keep_replaced();
