-- Files that were handed out. A state that changes is a new version, kept by the same triggers as the other books'.
CREATE TABLE checkout (
    id text NOT NULL,
    county_code text NOT NULL,
    state text NOT NULL DEFAULT 'open',
    taken_by text NOT NULL,
    checked_out_at timestamptz NOT NULL DEFAULT now(),
    filter text,
    kinds text[] NOT NULL DEFAULT '{}',
    crs text NOT NULL,
    personal boolean NOT NULL DEFAULT false,
    rows integer NOT NULL,
    file_name text NOT NULL,
    file_sha256 text,
    file_bytes bigint,
    closed_at timestamptz,
    closed_by text,
    closed_reason text,
    version integer NOT NULL DEFAULT 1,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    recorded_by text NOT NULL DEFAULT coalesce(nullif(current_setting('gisreg.actor', true), ''), session_user),
    recorded_from text NOT NULL DEFAULT coalesce(nullif(current_setting('gisreg.source', true), ''), 'sql'),
    CONSTRAINT pk_checkout PRIMARY KEY (id),
    CONSTRAINT fk_checkout_county_code_county FOREIGN KEY (county_code) REFERENCES county (code),
    CONSTRAINT ck_checkout_state_known CHECK (state IN ('open', 'returned', 'abandoned')),
    CONSTRAINT ck_checkout_id_form CHECK (id ~ '^[0-9a-f]{12}$'),
    CONSTRAINT ck_checkout_closed_when CHECK ((state = 'open') = (closed_at IS NULL))
);
CREATE INDEX ix_checkout_county_code_state ON checkout (county_code, state, checked_out_at);

CREATE TABLE checkout_parcel (
    county_code text NOT NULL,
    checkout_id text NOT NULL,
    parcel_id bigint NOT NULL,
    version integer NOT NULL,
    CONSTRAINT pk_checkout_parcel PRIMARY KEY (checkout_id, parcel_id)
);
CREATE INDEX ix_checkout_parcel_parcel_id ON checkout_parcel (parcel_id);

CREATE TRIGGER record_stamp BEFORE UPDATE ON checkout FOR EACH ROW EXECUTE FUNCTION record_stamp('id');
CREATE TRIGGER record_keep_updated AFTER UPDATE ON checkout REFERENCING OLD TABLE AS superseded
    FOR EACH STATEMENT EXECUTE FUNCTION record_keep_version('id');
CREATE TRIGGER record_keep_deleted AFTER DELETE ON checkout REFERENCING OLD TABLE AS superseded
    FOR EACH STATEMENT EXECUTE FUNCTION record_keep_version('id');

GRANT SELECT ON checkout, checkout_parcel TO gisreg_app;
GRANT INSERT (
    id, county_code, state, taken_by, checked_out_at, filter, kinds, crs, personal, rows, file_name, file_sha256,
    file_bytes, closed_at, closed_by, closed_reason
) ON checkout TO gisreg_app;
GRANT UPDATE (state, closed_at, closed_by, closed_reason) ON checkout TO gisreg_app;
GRANT INSERT (county_code, checkout_id, parcel_id, version) ON checkout_parcel TO gisreg_app;
