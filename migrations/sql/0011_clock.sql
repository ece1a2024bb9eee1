-- What moves the idle clock of a parcel, and the dates on which steps of a procedure were served: books like the others,
-- their history kept by the same triggers.
CREATE TABLE clock_event (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_clock_event PRIMARY KEY,
    county_code text NOT NULL CONSTRAINT fk_clock_event_county_code_county REFERENCES county,
    parcel_id bigint NOT NULL CONSTRAINT fk_clock_event_parcel_id_parcel REFERENCES parcel,
    event text NOT NULL CONSTRAINT ck_clock_event_event_known CHECK (event IN (
        'extension', 'changed_conditions', 'temporary_use', 'swap', 'taking_back', 'delivery_late', 'pause', 'resumed'
    )),
    cause text CONSTRAINT ck_clock_event_cause_known CHECK (cause IN ('government', 'force_majeure', 'enterprise')),
    agreed_on date NOT NULL,
    from_on date,
    until_on date,
    new_start_on date,
    document_no text,
    reason text NOT NULL,
    withdrawn_reason text,
    version integer NOT NULL DEFAULT 1,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    recorded_by text NOT NULL DEFAULT coalesce(nullif(current_setting('gisreg.actor', true), ''), session_user),
    recorded_from text NOT NULL DEFAULT coalesce(nullif(current_setting('gisreg.source', true), ''), 'sql'),
    CONSTRAINT ck_clock_event_span CHECK (from_on <= until_on),
    CONSTRAINT ck_clock_event_new_start_given CHECK (
        (event IN ('extension', 'changed_conditions', 'temporary_use', 'swap')) = (new_start_on IS NOT NULL)
    ),
    CONSTRAINT ck_clock_event_from_given CHECK (event NOT IN ('delivery_late', 'pause', 'resumed') OR from_on IS NOT NULL)
);
CREATE INDEX ix_clock_event_parcel_id ON clock_event (parcel_id);

CREATE TABLE procedure_date (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_procedure_date PRIMARY KEY,
    county_code text NOT NULL CONSTRAINT fk_procedure_date_county_code_county REFERENCES county,
    parcel_id bigint NOT NULL CONSTRAINT fk_procedure_date_parcel_id_parcel REFERENCES parcel,
    step text NOT NULL CONSTRAINT ck_procedure_date_step_form CHECK (step ~ '^[a-z][a-z0-9_]{0,59}$'),
    served_on date NOT NULL,
    document_no text,
    note text,
    withdrawn_reason text,
    version integer NOT NULL DEFAULT 1,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    recorded_by text NOT NULL DEFAULT coalesce(nullif(current_setting('gisreg.actor', true), ''), session_user),
    recorded_from text NOT NULL DEFAULT coalesce(nullif(current_setting('gisreg.source', true), ''), 'sql')
);
CREATE INDEX ix_procedure_date_parcel_id ON procedure_date (parcel_id, step);

DO $$
DECLARE
    book text;
BEGIN
    FOREACH book IN ARRAY ARRAY['clock_event', 'procedure_date'] LOOP
        EXECUTE format('CREATE TRIGGER record_stamp BEFORE UPDATE ON %I'
            ' FOR EACH ROW EXECUTE FUNCTION record_stamp(''id'')', book);
        EXECUTE format('CREATE TRIGGER record_keep_updated AFTER UPDATE ON %I REFERENCING OLD TABLE AS superseded'
            ' FOR EACH STATEMENT EXECUTE FUNCTION record_keep_version(''id'')', book);
        EXECUTE format('CREATE TRIGGER record_keep_deleted AFTER DELETE ON %I REFERENCING OLD TABLE AS superseded'
            ' FOR EACH STATEMENT EXECUTE FUNCTION record_keep_version(''id'')', book);
    END LOOP;
END
$$;

GRANT SELECT ON clock_event, procedure_date TO gisreg_app;
GRANT INSERT (
    county_code, parcel_id, event, cause, agreed_on, from_on, until_on, new_start_on, document_no, reason,
    withdrawn_reason
) ON clock_event TO gisreg_app;
GRANT UPDATE (withdrawn_reason) ON clock_event TO gisreg_app;
GRANT INSERT (county_code, parcel_id, step, served_on, document_no, note, withdrawn_reason) ON procedure_date
    TO gisreg_app;
GRANT UPDATE (withdrawn_reason) ON procedure_date TO gisreg_app;

-- Days of the pauses after one day, up to and with another: what is taken out of a year that runs between them. Not in
-- SQL: inlined it would be a correlated query, which keeps the whole labelling in one process.
CREATE FUNCTION paused_days(paused datemultirange, after_day date, up_to date) RETURNS integer
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
BEGIN
    RETURN (
        SELECT coalesce(sum(upper(span) - lower(span)), 0)
        FROM unnest(paused * datemultirange(daterange(after_day, greatest(after_day, up_to), '(]'))) AS span
    );
END
$$;

-- The day on which so many days that were not paused have passed since another; none where a pause has no end.
CREATE FUNCTION counted_day(paused datemultirange, after_day date, days integer) RETURNS date
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    span daterange;
    reached date := after_day;
    lacking integer := days;
    running integer;
BEGIN
    FOR span IN SELECT unnest(paused * datemultirange(daterange(after_day, NULL, '()'))) ORDER BY 1 LOOP
        running := lower(span) - reached - 1;
        IF lacking <= running THEN
            EXIT;
        ELSIF upper_inf(span) THEN
            RETURN NULL;
        END IF;
        lacking := lacking - running;
        reached := upper(span) - 1;
    END LOOP;
    RETURN reached + lacking;
END
$$;
REVOKE ALL ON FUNCTION paused_days(datemultirange, date, date), counted_day(datemultirange, date, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION paused_days(datemultirange, date, date), counted_day(datemultirange, date, integer)
    TO gisreg_app;
