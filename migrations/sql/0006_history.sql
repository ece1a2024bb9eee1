-- The history of the books beside the parcels, by the same pattern: a stamp before each change, and the superseded rows
-- kept whole by statement. The application may neither write history nor stamp rows.

CREATE FUNCTION record_stamp() RETURNS trigger LANGUAGE plpgsql
    SET search_path = gisreg, public
AS $$
BEGIN
    IF NEW.county_code <> OLD.county_code
        OR to_jsonb(NEW) -> TG_ARGV[0] IS DISTINCT FROM to_jsonb(OLD) -> TG_ARGV[0]
    THEN
        RAISE EXCEPTION 'a record keeps its county and its number' USING ERRCODE = 'check_violation';
    END IF;
    NEW.version := OLD.version + 1;
    NEW.recorded_at := now();
    NEW.recorded_by := parcel_actor();
    NEW.recorded_from := coalesce(nullif(current_setting('gisreg.source', true), ''), 'sql');
    RETURN NEW;
END
$$;

CREATE FUNCTION record_keep_version() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = gisreg, public
AS $$
BEGIN
    INSERT INTO record_version (
        county_code, table_name, record_key, version, recorded_at, recorded_by, recorded_from, superseded_at,
        superseded_by, deleted, content
    )
    SELECT
        o.county_code, TG_TABLE_NAME, to_jsonb(o) ->> TG_ARGV[0], o.version, o.recorded_at, o.recorded_by,
        o.recorded_from, now(), parcel_actor(), TG_OP = 'DELETE',
        to_jsonb(o) - ARRAY['version', 'recorded_at', 'recorded_by', 'recorded_from']
    FROM superseded AS o;
    RETURN NULL;
END
$$;

DO $$
DECLARE
    book record;
BEGIN
    FOR book IN SELECT * FROM (VALUES
        ('zone', 'code'), ('approval', 'approval_no'), ('project', 'project_code'), ('enterprise', 'id'),
        ('party', 'id'), ('land_right', 'id'), ('encumbrance', 'id'), ('contract', 'id'), ('document', 'id'),
        ('parcel_approval', 'parcel_id'), ('parcel_project', 'parcel_id'), ('parcel_enterprise', 'parcel_id'),
        ('title_event', 'id'), ('title_decision', 'id'), ('asset_card', 'card_no'), ('unit_change', 'id')
    ) AS b (name, key) LOOP
        EXECUTE format('CREATE TRIGGER record_stamp BEFORE UPDATE ON %I'
            ' FOR EACH ROW EXECUTE FUNCTION record_stamp(%L)', book.name, book.key);
        EXECUTE format('CREATE TRIGGER record_keep_updated AFTER UPDATE ON %I REFERENCING OLD TABLE AS superseded'
            ' FOR EACH STATEMENT EXECUTE FUNCTION record_keep_version(%L)', book.name, book.key);
        EXECUTE format('CREATE TRIGGER record_keep_deleted AFTER DELETE ON %I REFERENCING OLD TABLE AS superseded'
            ' FOR EACH STATEMENT EXECUTE FUNCTION record_keep_version(%L)', book.name, book.key);
    END LOOP;
END
$$;

-- The shares of one right type in one parcel add up to the whole at most, on every day, in exact fractions. A share
-- that came as a number only counts to nine digits.
CREATE FUNCTION land_right_shares() RETURNS trigger LANGUAGE plpgsql
    SET search_path = gisreg, public
AS $$
DECLARE
    one record;
    part record;
    n numeric;
    d numeric;
    g numeric;
BEGIN
    FOR one IN
        SELECT DISTINCT r.parcel_id, r.right_type, coalesce(r.starts_on, '-infinity') AS begins
        FROM land_right AS r
        JOIN (
            SELECT parcel_id, right_type FROM land_right
            WHERE parcel_id IN (SELECT parcel_id FROM changed) AND share IS NOT NULL
            GROUP BY parcel_id, right_type
            HAVING count(*) > 1
        ) AS several ON several.parcel_id = r.parcel_id AND several.right_type = r.right_type
    LOOP
        n := 0;
        d := 1;
        FOR part IN
            SELECT coalesce(share_numerator::numeric, round(share::numeric * 1000000000)) AS n,
                CASE WHEN share_numerator IS NULL THEN 1000000000 ELSE share_denominator END::numeric AS d
            FROM land_right
            WHERE parcel_id = one.parcel_id AND right_type = one.right_type AND share IS NOT NULL
                AND coalesce(starts_on, '-infinity') <= one.begins
                AND coalesce(least(ends_on + 1, cancelled_on), 'infinity') > one.begins
        LOOP
            n := n * part.d + part.n * d;
            d := d * part.d;
            g := gcd(n, d);
            n := div(n, g);
            d := div(d, g);
        END LOOP;
        IF n > d THEN
            RAISE EXCEPTION 'the shares of right type % in one parcel add up to %/%', one.right_type, n, d
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_land_right_share_sum';
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;

CREATE TRIGGER land_right_shares_added AFTER INSERT ON land_right REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION land_right_shares();
CREATE TRIGGER land_right_shares_changed AFTER UPDATE ON land_right REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION land_right_shares();

REVOKE ALL ON FUNCTION record_keep_version() FROM PUBLIC;
GRANT SELECT ON title_event, title_decision, asset_card, unit_change, record_version TO gisreg_app;

-- Grants by column: a stamp, a key inside the database and what names a record are not the application's to change.
DO $$
DECLARE
    book record;
    columns text;
BEGIN
    FOR book IN SELECT * FROM (VALUES
        ('zone', ARRAY['code']), ('approval', ARRAY['approval_no']), ('project', ARRAY['project_code']),
        ('enterprise', ARRAY[]::text[]), ('party', ARRAY[]::text[]), ('land_right', ARRAY['parcel_id']),
        ('encumbrance', ARRAY['parcel_id']), ('contract', ARRAY['parcel_id']),
        ('parcel_approval', ARRAY['parcel_id', 'approval_no']), ('parcel_project', NULL), ('parcel_enterprise', NULL),
        ('document', ARRAY['parcel_id', 'document_type', 'file_name', 'file_sha256', 'file_bytes', 'media_type']),
        ('title_event', NULL), ('title_decision', ARRAY['parcel_id', 'field', 'value', 'reason']),
        ('asset_card', ARRAY['card_no']), ('unit_change', NULL)
    ) AS b (name, keys) LOOP
        SELECT string_agg(quote_ident(column_name), ', ') INTO columns
        FROM information_schema.columns
        WHERE table_schema = 'gisreg' AND table_name = book.name
          AND NOT (column_name = 'id' AND is_identity = 'YES')
          AND column_name NOT IN ('version', 'recorded_at', 'recorded_by', 'recorded_from');
        EXECUTE format('REVOKE INSERT, UPDATE ON %I FROM gisreg_app', book.name);
        EXECUTE format('GRANT INSERT (%s) ON %I TO gisreg_app', columns, book.name);
        CONTINUE WHEN book.keys IS NULL;
        SELECT string_agg(quote_ident(column_name), ', ') INTO columns
        FROM information_schema.columns
        WHERE table_schema = 'gisreg' AND table_name = book.name
          AND NOT (column_name = 'id' AND is_identity = 'YES')
          AND column_name NOT IN ('county_code', 'version', 'recorded_at', 'recorded_by', 'recorded_from')
          AND column_name <> ALL (book.keys);
        EXECUTE format('GRANT UPDATE (%s) ON %I TO gisreg_app', columns, book.name);
    END LOOP;
END
$$;
