-- What lies on the ground goes with it: rights, encumbrances, and the approval, project and enterprise it belongs to.
-- Contracts and documents stay with the parcel they name, which the lineage leads to.
WITH rights AS (
    INSERT INTO land_right (
        county_code, parcel_id, party_id, right_type, right_nature, share, certificate_no, starts_on, ends_on
    )
    SELECT county_code, :new, party_id, right_type, right_nature, share, certificate_no, starts_on, ends_on
    FROM land_right WHERE parcel_id = :old
),
burdens AS (
    INSERT INTO encumbrance (
        county_code, parcel_id, party_id, encumbrance_type, rank, amount_wan, starts_on, ends_on
    )
    SELECT county_code, :new, party_id, encumbrance_type, rank, amount_wan, starts_on, ends_on
    FROM encumbrance WHERE parcel_id = :old
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
