-- What lies on the ground goes with it: rights, encumbrances, and the approval, project and enterprise it belongs to.
-- What moves the idle clock, and the dates of its procedure, go with it too, each once.
-- Contracts and documents stay with the parcel they name, which the lineage leads to.
-- Where parcels merge whose holders of a right differ, what each holds of the whole is yet to be settled: no share is
-- stated. Where they are the same, the right is there once.
WITH held AS (
    SELECT parcel_id, right_type, array_agg(concat(party_id, ' ', share) ORDER BY party_id, share) AS holders
    FROM land_right
    WHERE parcel_id IN (:old, :new) AND cancelled_on IS NULL
    GROUP BY parcel_id, right_type
),
known AS (
    SELECT o.right_type, o.holders = n.holders AS same
    FROM held AS o
    JOIN held AS n ON n.right_type = o.right_type AND n.parcel_id = :new
    WHERE o.parcel_id = :old
),
unsettled AS (
    UPDATE land_right SET share = NULL, share_numerator = NULL, share_denominator = NULL
    WHERE parcel_id = :new AND right_type IN (SELECT right_type FROM known WHERE NOT same)
),
rights AS (
    INSERT INTO land_right (
        county_code, parcel_id, party_id, right_type, right_nature, share, share_numerator, share_denominator,
        certificate_no, starts_on, ends_on, cancelled_on
    )
    SELECT
        r.county_code, :new, r.party_id, r.right_type, r.right_nature,
        CASE WHEN k.right_type IS NULL THEN r.share END,
        CASE WHEN k.right_type IS NULL THEN r.share_numerator END,
        CASE WHEN k.right_type IS NULL THEN r.share_denominator END,
        r.certificate_no, r.starts_on, r.ends_on, r.cancelled_on
    FROM land_right AS r
    LEFT JOIN known AS k ON k.right_type = r.right_type
    WHERE r.parcel_id = :old AND k.same IS NOT TRUE
),
burdens AS (
    INSERT INTO encumbrance (
        county_code, parcel_id, party_id, encumbrance_type, rank, certificate_no, amount_wan, starts_on, ends_on,
        released_on
    )
    SELECT county_code, :new, party_id, encumbrance_type, rank, certificate_no, amount_wan, starts_on, ends_on,
        released_on
    FROM encumbrance WHERE parcel_id = :old
),
clock AS (
    INSERT INTO clock_event (
        county_code, parcel_id, event, cause, agreed_on, from_on, until_on, new_start_on, document_no, reason,
        withdrawn_reason
    )
    SELECT
        o.county_code, :new, o.event, o.cause, o.agreed_on, o.from_on, o.until_on, o.new_start_on, o.document_no,
        o.reason, o.withdrawn_reason
    FROM clock_event AS o
    WHERE o.parcel_id = :old AND NOT EXISTS (
        SELECT FROM clock_event AS n
        WHERE n.parcel_id = :new
            AND (n.event, n.agreed_on, n.from_on, n.until_on, n.new_start_on, n.withdrawn_reason)
                IS NOT DISTINCT FROM (o.event, o.agreed_on, o.from_on, o.until_on, o.new_start_on, o.withdrawn_reason)
    )
),
served AS (
    INSERT INTO procedure_date (county_code, parcel_id, step, served_on, document_no, note, withdrawn_reason)
    SELECT o.county_code, :new, o.step, o.served_on, o.document_no, o.note, o.withdrawn_reason
    FROM procedure_date AS o
    WHERE o.parcel_id = :old AND NOT EXISTS (
        SELECT FROM procedure_date AS n
        WHERE n.parcel_id = :new AND (n.step, n.served_on, n.withdrawn_reason)
            IS NOT DISTINCT FROM (o.step, o.served_on, o.withdrawn_reason)
    )
),
approvals AS (
    INSERT INTO parcel_approval (county_code, parcel_id, approval_no)
    SELECT county_code, :new, approval_no FROM parcel_approval WHERE parcel_id = :old
    ON CONFLICT DO NOTHING
),
projects AS (
    INSERT INTO parcel_project (county_code, parcel_id, project_code)
    SELECT county_code, :new, project_code FROM parcel_project WHERE parcel_id = :old
    ON CONFLICT DO NOTHING
)
INSERT INTO parcel_enterprise (county_code, parcel_id, enterprise_id)
SELECT county_code, :new, enterprise_id FROM parcel_enterprise WHERE parcel_id = :old
ON CONFLICT DO NOTHING
