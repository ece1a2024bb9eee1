-- Stamps on every book beside the parcels: version, who, when, by which way in. Defaults only; the triggers write them.
DO $$
DECLARE
    book text;
BEGIN
    FOREACH book IN ARRAY ARRAY[
        'zone', 'approval', 'project', 'enterprise', 'party', 'land_right', 'encumbrance', 'contract',
        'parcel_approval', 'parcel_project', 'parcel_enterprise', 'document'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ADD version integer NOT NULL DEFAULT 1', book);
        IF book <> 'document' THEN
            EXECUTE format('ALTER TABLE %I ADD recorded_at timestamptz NOT NULL DEFAULT now()', book);
            EXECUTE format('ALTER TABLE %I ADD recorded_by text NOT NULL DEFAULT coalesce(nullif('
                'current_setting(''gisreg.actor'', true), ''''), session_user)', book);
        END IF;
        EXECUTE format('ALTER TABLE %I ADD recorded_from text NOT NULL DEFAULT coalesce(nullif('
            'current_setting(''gisreg.source'', true), ''''), ''sql'')', book);
    END LOOP;
END
$$;

ALTER TABLE approval
    ADD remark text,
    ADD CONSTRAINT ck_approval_approved_area_m2_range CHECK (approved_area_m2 >= 0 AND approved_area_m2 < 'infinity'),
    ADD CONSTRAINT ck_approval_supplied_area_m2_range CHECK (supplied_area_m2 >= 0 AND supplied_area_m2 < 'infinity'),
    ADD CONSTRAINT ck_approval_withdrawn_area_m2_range
        CHECK (withdrawn_area_m2 >= 0 AND withdrawn_area_m2 < 'infinity');
ALTER TABLE parcel_approval
    ADD area_m2 double precision,
    ADD CONSTRAINT ck_parcel_approval_area_m2_range CHECK (area_m2 > 0 AND area_m2 < 'infinity');
CREATE INDEX ix_parcel_approval_approval_no ON parcel_approval (county_code, approval_no);

ALTER TABLE party
    ADD party_type text NOT NULL DEFAULT 'organisation',
    ADD CONSTRAINT ck_party_party_type_known CHECK (party_type IN ('person', 'organisation'));

ALTER TABLE land_right
    ADD share_numerator integer,
    ADD share_denominator integer,
    ADD cancelled_on date,
    ADD CONSTRAINT ck_land_right_cancelled_after CHECK (cancelled_on >= starts_on),
    ADD CONSTRAINT ck_land_right_share_fraction CHECK (
        (share_numerator IS NULL) = (share_denominator IS NULL)
        AND share_numerator BETWEEN 1 AND share_denominator
        AND abs(share - share_numerator::float8 / share_denominator) < 1e-9
    );

ALTER TABLE encumbrance
    ADD right_id bigint CONSTRAINT fk_encumbrance_right_id_land_right REFERENCES land_right,
    ADD certificate_no text,
    ADD released_on date,
    ADD CONSTRAINT ck_encumbrance_term CHECK (starts_on <= ends_on),
    ADD CONSTRAINT ck_encumbrance_released_after CHECK (released_on >= starts_on),
    ADD CONSTRAINT ck_encumbrance_rank_positive CHECK (rank >= 1);
CREATE INDEX ix_encumbrance_right_id ON encumbrance (right_id);

ALTER TABLE contract
    ADD contract_class text NOT NULL DEFAULT 'grant',
    ADD party_id bigint CONSTRAINT fk_contract_party_id_party REFERENCES party,
    ADD starts_on date,
    ADD ends_on date,
    ADD problem text,
    ADD clean_up text,
    ADD cleaned_on date,
    ADD clean_up_basis text,
    ADD CONSTRAINT ck_contract_contract_class_known
        CHECK (contract_class IN ('grant', 'allocation', 'lease', 'contracting', 'other')),
    ADD CONSTRAINT ck_contract_clean_up_known CHECK (clean_up IN ('amend', 'terminate', 'litigate', 'escalate')),
    ADD CONSTRAINT ck_contract_term CHECK (starts_on <= ends_on),
    ADD CONSTRAINT ck_contract_cleaned_some_way CHECK (clean_up IS NOT NULL OR cleaned_on IS NULL);

ALTER TABLE document
    ADD media_type text,
    ADD taken_on date,
    ADD note text,
    ADD withdrawn_reason text;
CREATE INDEX ix_document_file_sha256 ON document (file_sha256);

CREATE TABLE title_event (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_title_event PRIMARY KEY,
    county_code text NOT NULL CONSTRAINT fk_title_event_county_code_county REFERENCES county,
    parcel_id bigint NOT NULL CONSTRAINT fk_title_event_parcel_id_parcel REFERENCES parcel,
    step text NOT NULL CONSTRAINT ck_title_event_step_known
        CHECK (step IN ('claimed', 'confirmed', 'registered', 'transferred', 'revoked', 'disputed', 'settled')),
    done_on date NOT NULL,
    document_no text,
    note text
);
CREATE INDEX ix_title_event_parcel_id ON title_event (parcel_id);

CREATE TABLE title_decision (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_title_decision PRIMARY KEY,
    county_code text NOT NULL CONSTRAINT fk_title_decision_county_code_county REFERENCES county,
    parcel_id bigint NOT NULL CONSTRAINT fk_title_decision_parcel_id_parcel REFERENCES parcel,
    field text NOT NULL CONSTRAINT ck_title_decision_field_known
        CHECK (field IN ('ownership_status', 'seized', 'mortgaged')),
    value text,
    reason text NOT NULL,
    ended_on date
);
CREATE UNIQUE INDEX uq_title_decision_standing ON title_decision (parcel_id, field) WHERE ended_on IS NULL;

CREATE TABLE asset_card (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_asset_card PRIMARY KEY,
    county_code text NOT NULL CONSTRAINT fk_asset_card_county_code_county REFERENCES county,
    card_no text NOT NULL,
    unit_name text,
    asset_name text,
    parcel_code text,
    cadastral_code text,
    real_estate_unit_code text,
    area_m2 double precision
        CONSTRAINT ck_asset_card_area_m2_range CHECK (area_m2 >= 0 AND area_m2 < 'infinity'),
    floor_area_m2 double precision
        CONSTRAINT ck_asset_card_floor_area_m2_range CHECK (floor_area_m2 >= 0 AND floor_area_m2 < 'infinity'),
    book_value_wan double precision
        CONSTRAINT ck_asset_card_book_value_wan_range CHECK (book_value_wan >= 0 AND book_value_wan < 'infinity'),
    booked_on date,
    struck_on date,
    CONSTRAINT uq_asset_card_county_code_card_no UNIQUE (county_code, card_no)
);

CREATE TABLE unit_change (
    id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_unit_change PRIMARY KEY,
    county_code text NOT NULL CONSTRAINT fk_unit_change_county_code_county REFERENCES county,
    level text NOT NULL CONSTRAINT ck_unit_change_level_known CHECK (level IN ('county', 'township', 'village')),
    operation text NOT NULL
        CONSTRAINT ck_unit_change_operation_known CHECK (operation IN ('merge', 'split', 'rename')),
    effective_on date NOT NULL,
    old_code text NOT NULL,
    old_name text NOT NULL,
    new_code text NOT NULL,
    new_name text NOT NULL,
    parcels integer NOT NULL,
    document_no text
);
CREATE INDEX ix_unit_change_old_code ON unit_change (county_code, level, old_code);
CREATE INDEX ix_unit_change_new_code ON unit_change (county_code, level, new_code);

CREATE TABLE record_version (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_record_version PRIMARY KEY,
    county_code text NOT NULL CONSTRAINT fk_record_version_county_code_county REFERENCES county,
    table_name text NOT NULL,
    record_key text NOT NULL,
    version integer NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text NOT NULL,
    recorded_from text NOT NULL,
    superseded_at timestamptz NOT NULL,
    superseded_by text NOT NULL,
    deleted boolean NOT NULL,
    content jsonb NOT NULL
);
CREATE INDEX ix_record_version_record_key ON record_version (table_name, county_code, record_key);

DO $$
DECLARE
    book text;
BEGIN
    FOREACH book IN ARRAY ARRAY['title_event', 'title_decision', 'asset_card', 'unit_change'] LOOP
        EXECUTE format('ALTER TABLE %I ADD version integer NOT NULL DEFAULT 1,'
            ' ADD recorded_at timestamptz NOT NULL DEFAULT now(),'
            ' ADD recorded_by text NOT NULL DEFAULT coalesce(nullif('
            'current_setting(''gisreg.actor'', true), ''''), session_user),'
            ' ADD recorded_from text NOT NULL DEFAULT coalesce(nullif('
            'current_setting(''gisreg.source'', true), ''''), ''sql'')', book);
    END LOOP;
END
$$;
