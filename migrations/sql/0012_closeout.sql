-- One plan per parcel: where it comes from and who answers for it; its steps; investigations of idle land; close-outs
-- and their proofs. History by the triggers of the other books.
CREATE TABLE plan_charge (
    county_code text NOT NULL CONSTRAINT fk_plan_charge_county_code_county REFERENCES county (code),
    plan_id bigint NOT NULL CONSTRAINT fk_plan_charge_plan_id_plan REFERENCES plan (id),
    origin text NOT NULL,
    run_id integer CONSTRAINT fk_plan_charge_run_id_plan_run REFERENCES plan_run (id),
    rule text,
    person text,
    CONSTRAINT pk_plan_charge PRIMARY KEY (plan_id),
    CONSTRAINT ck_plan_charge_origin_known CHECK (origin IN ('label', 'hand'))
);

CREATE TABLE plan_step (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_plan_step PRIMARY KEY,
    county_code text NOT NULL CONSTRAINT fk_plan_step_county_code_county REFERENCES county (code),
    plan_id bigint NOT NULL CONSTRAINT fk_plan_step_plan_id_plan REFERENCES plan (id),
    step_no integer NOT NULL,
    title_zh text NOT NULL,
    title_en text NOT NULL,
    agency text,
    person text,
    leader text,
    due_on date,
    done_on date,
    document_id bigint CONSTRAINT fk_plan_step_document_id_document REFERENCES document (id),
    note text,
    version integer NOT NULL DEFAULT 1,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    recorded_by text NOT NULL DEFAULT coalesce(nullif(current_setting('gisreg.actor', true), ''), session_user),
    recorded_from text NOT NULL DEFAULT coalesce(nullif(current_setting('gisreg.source', true), ''), 'sql'),
    CONSTRAINT uq_plan_step_plan_id_step_no UNIQUE (plan_id, step_no),
    CONSTRAINT ck_plan_step_step_no_positive CHECK (step_no >= 1)
);
CREATE INDEX ix_plan_step_open ON plan_step (county_code, due_on) WHERE done_on IS NULL;

CREATE TABLE investigation (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_investigation PRIMARY KEY,
    county_code text NOT NULL CONSTRAINT fk_investigation_county_code_county REFERENCES county (code),
    parcel_id bigint NOT NULL CONSTRAINT fk_investigation_parcel_id_parcel REFERENCES parcel (id),
    notice_on date NOT NULL,
    notice_document_id bigint CONSTRAINT fk_investigation_notice_document_id_document REFERENCES document (id),
    finding text,
    found_on date,
    finding_document_id bigint CONSTRAINT fk_investigation_finding_document_id_document REFERENCES document (id),
    note text,
    version integer NOT NULL DEFAULT 1,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    recorded_by text NOT NULL DEFAULT coalesce(nullif(current_setting('gisreg.actor', true), ''), session_user),
    recorded_from text NOT NULL DEFAULT coalesce(nullif(current_setting('gisreg.source', true), ''), 'sql'),
    CONSTRAINT ck_investigation_finding_known CHECK (finding IN ('determined', 'cleared')),
    CONSTRAINT ck_investigation_found_when CHECK ((finding IS NULL) = (found_on IS NULL)),
    CONSTRAINT ck_investigation_found_after_notice CHECK (found_on >= notice_on)
);
CREATE UNIQUE INDEX uq_investigation_open ON investigation (parcel_id) WHERE finding IS NULL;

CREATE TABLE close_out (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_close_out PRIMARY KEY,
    county_code text NOT NULL CONSTRAINT fk_close_out_county_code_county REFERENCES county (code),
    parcel_id bigint NOT NULL CONSTRAINT fk_close_out_parcel_id_parcel REFERENCES parcel (id),
    plan_id bigint NOT NULL CONSTRAINT fk_close_out_plan_id_plan REFERENCES plan (id),
    measure text NOT NULL,
    status text NOT NULL DEFAULT 'submitted',
    submitted_on date NOT NULL,
    ledger_month date NOT NULL,
    late boolean NOT NULL,
    decided_on date,
    decision_note text,
    area_m2 double precision,
    floor_area_m2 double precision,
    income_wan double precision,
    treasury_wan double precision,
    disposable_wan double precision,
    social_benefit text,
    quantity double precision,
    quantity_unit text,
    energy_tce double precision,
    water_t double precision,
    case_note text,
    version integer NOT NULL DEFAULT 1,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    recorded_by text NOT NULL DEFAULT coalesce(nullif(current_setting('gisreg.actor', true), ''), session_user),
    recorded_from text NOT NULL DEFAULT coalesce(nullif(current_setting('gisreg.source', true), ''), 'sql'),
    CONSTRAINT ck_close_out_status_known CHECK (status IN ('submitted', 'accepted', 'returned', 'withdrawn')),
    CONSTRAINT ck_close_out_area_m2_range CHECK (area_m2 >= 0 AND area_m2 < 'infinity'),
    CONSTRAINT ck_close_out_floor_area_m2_range CHECK (floor_area_m2 >= 0 AND floor_area_m2 < 'infinity'),
    CONSTRAINT ck_close_out_income_wan_range CHECK (income_wan >= 0 AND income_wan < 'infinity'),
    CONSTRAINT ck_close_out_treasury_wan_range CHECK (treasury_wan >= 0 AND treasury_wan < 'infinity'),
    CONSTRAINT ck_close_out_disposable_wan_range CHECK (disposable_wan >= 0 AND disposable_wan < 'infinity'),
    CONSTRAINT ck_close_out_quantity_range CHECK (quantity >= 0 AND quantity < 'infinity'),
    CONSTRAINT ck_close_out_energy_tce_range CHECK (energy_tce >= 0 AND energy_tce < 'infinity'),
    CONSTRAINT ck_close_out_water_t_range CHECK (water_t >= 0 AND water_t < 'infinity'),
    CONSTRAINT ck_close_out_disposable_in_treasury CHECK (disposable_wan <= treasury_wan),
    CONSTRAINT ck_close_out_disposable_of_treasury CHECK (disposable_wan IS NULL OR treasury_wan IS NOT NULL),
    CONSTRAINT ck_close_out_quantity_has_unit CHECK ((quantity IS NULL) = (quantity_unit IS NULL)),
    CONSTRAINT ck_close_out_decided_when CHECK (status IN ('submitted', 'withdrawn') OR decided_on IS NOT NULL),
    CONSTRAINT ck_close_out_decided_after CHECK (decided_on >= submitted_on),
    CONSTRAINT ck_close_out_ledger_month_first CHECK (extract(day FROM ledger_month) = 1)
);
CREATE UNIQUE INDEX uq_close_out_open ON close_out (parcel_id) WHERE status = 'submitted';
CREATE INDEX ix_close_out_parcel_id ON close_out (parcel_id);
CREATE INDEX ix_close_out_ledger_month ON close_out (county_code, ledger_month);

CREATE TABLE close_out_proof (
    county_code text NOT NULL CONSTRAINT fk_close_out_proof_county_code_county REFERENCES county (code),
    close_out_id bigint NOT NULL CONSTRAINT fk_close_out_proof_close_out_id_close_out REFERENCES close_out (id),
    proof text NOT NULL,
    document_id bigint NOT NULL CONSTRAINT fk_close_out_proof_document_id_document REFERENCES document (id),
    CONSTRAINT pk_close_out_proof PRIMARY KEY (close_out_id, proof, document_id)
);

DO $$
DECLARE
    book text;
BEGIN
    FOREACH book IN ARRAY ARRAY['plan_step', 'investigation', 'close_out'] LOOP
        EXECUTE format('CREATE TRIGGER record_stamp BEFORE UPDATE ON %I'
            ' FOR EACH ROW EXECUTE FUNCTION record_stamp(''id'')', book);
        EXECUTE format('CREATE TRIGGER record_keep_updated AFTER UPDATE ON %I REFERENCING OLD TABLE AS superseded'
            ' FOR EACH STATEMENT EXECUTE FUNCTION record_keep_version(''id'')', book);
        EXECUTE format('CREATE TRIGGER record_keep_deleted AFTER DELETE ON %I REFERENCING OLD TABLE AS superseded'
            ' FOR EACH STATEMENT EXECUTE FUNCTION record_keep_version(''id'')', book);
    END LOOP;
END
$$;

GRANT SELECT ON plan_charge, plan_step, investigation, close_out, close_out_proof TO gisreg_app;
GRANT INSERT (county_code, plan_id, origin, run_id, rule, person) ON plan_charge TO gisreg_app;
GRANT INSERT (
    county_code, plan_id, step_no, title_zh, title_en, agency, person, leader, due_on, done_on, document_id, note
) ON plan_step TO gisreg_app;
GRANT UPDATE (agency, person, leader, due_on, done_on, document_id, note) ON plan_step TO gisreg_app;
GRANT INSERT (
    county_code, parcel_id, notice_on, notice_document_id, finding, found_on, finding_document_id, note
) ON investigation TO gisreg_app;
GRANT UPDATE (finding, found_on, finding_document_id, note) ON investigation TO gisreg_app;
GRANT INSERT (
    county_code, parcel_id, plan_id, measure, status, submitted_on, ledger_month, late, decided_on, decision_note,
    area_m2, floor_area_m2, income_wan, treasury_wan, disposable_wan, social_benefit, quantity, quantity_unit,
    energy_tce, water_t, case_note
) ON close_out TO gisreg_app;
GRANT UPDATE (status, decided_on, decision_note) ON close_out TO gisreg_app;
GRANT INSERT (county_code, close_out_id, proof, document_id) ON close_out_proof TO gisreg_app;
