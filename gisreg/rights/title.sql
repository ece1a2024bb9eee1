-- The title of parcels on a day, as it follows from the books: the one place where this is decided.
--   disputed     a dispute was raised and not settled
--   unconfirmed  confirmation and registration were revoked; or somebody claims, or held, a right and nothing confirms it
--   registered   登记 was recorded, or a right in force has a certificate
--   confirmed    确权 was recorded, or a right in force is on the books
--   NULL         the books know nothing: what the parcel states stands
-- mortgaged, seized: whether one lies there; NULL where the books never had one. A mortgage lies until it is released,
-- whatever its term; a seizure ends with its term unless it is renewed (民诉法查封期限). A person's decision that stands
-- goes before all of it. Which parcels are looked at is filled in: named ones, or all that stand on any of the books.
WITH wanted AS (
    SELECT id, parcel_code, ownership_status, seized, mortgaged
    FROM parcel
    WHERE county_code = :county AND state <> 'removed'
        AND id IN ({wanted})
),
dispute AS (
    SELECT DISTINCT ON (parcel_id) parcel_id, step
    FROM title_event
    WHERE county_code = :county AND step IN ('disputed', 'settled') AND done_on <= :day
        AND (CAST(:ids AS bigint[]) IS NULL OR parcel_id = ANY (:ids))
    ORDER BY parcel_id, done_on DESC, id DESC
),
step AS (
    SELECT DISTINCT ON (parcel_id) parcel_id, step
    FROM title_event
    WHERE county_code = :county AND step IN ('claimed', 'confirmed', 'registered', 'revoked') AND done_on <= :day
        AND (CAST(:ids AS bigint[]) IS NULL OR parcel_id = ANY (:ids))
    ORDER BY parcel_id, done_on DESC, id DESC
),
held AS (
    SELECT parcel_id,
        bool_or(there) AS there,
        bool_or(there AND certificate_no IS NOT NULL) AS certified
    FROM land_right
    CROSS JOIN LATERAL (
        SELECT coalesce(starts_on, '-infinity') <= :day
            AND coalesce(least(ends_on + 1, cancelled_on), 'infinity') > :day AS there
    ) AS t
    WHERE county_code = :county AND (CAST(:ids AS bigint[]) IS NULL OR parcel_id = ANY (:ids))
    GROUP BY parcel_id
),
burden AS (
    SELECT parcel_id,
        bool_or(begun AND released_on IS NULL) FILTER (WHERE encumbrance_type = 'mortgage')
            AS mortgaged,
        bool_or(begun AND released_on IS NULL AND coalesce(ends_on, 'infinity') >= :day)
            FILTER (WHERE encumbrance_type = 'seizure') AS seized
    FROM encumbrance
    CROSS JOIN LATERAL (SELECT coalesce(starts_on, '-infinity') <= :day AS begun) AS t
    WHERE county_code = :county AND (CAST(:ids AS bigint[]) IS NULL OR parcel_id = ANY (:ids))
    GROUP BY parcel_id
),
decided AS (
    SELECT parcel_id,
        bool_or(field = 'ownership_status') AS status_decided,
        max(value) FILTER (WHERE field = 'ownership_status') AS status,
        bool_or(field = 'seized') AS seized_decided,
        max(value) FILTER (WHERE field = 'seized') AS seized,
        bool_or(field = 'mortgaged') AS mortgaged_decided,
        max(value) FILTER (WHERE field = 'mortgaged') AS mortgaged
    FROM title_decision
    WHERE county_code = :county AND ended_on IS NULL
        AND (CAST(:ids AS bigint[]) IS NULL OR parcel_id = ANY (:ids))
    GROUP BY parcel_id
),
followed AS (
    SELECT w.id, w.parcel_code, w.ownership_status, w.seized, w.mortgaged,
        CASE
            WHEN dispute.step = 'disputed' THEN 'disputed'
            WHEN step.step = 'revoked' THEN 'unconfirmed'
            WHEN step.step = 'registered' OR held.certified THEN 'registered'
            WHEN step.step = 'confirmed' OR held.there THEN 'confirmed'
            WHEN step.step = 'claimed' OR dispute.step = 'settled' OR held.parcel_id IS NOT NULL THEN 'unconfirmed'
        END AS status_follows,
        burden.seized AS seized_follows,
        burden.mortgaged AS mortgaged_follows,
        decided.status_decided IS TRUE AS status_decided, decided.status AS decided_status,
        decided.seized_decided IS TRUE AS seized_decided, decided.seized AS decided_seized,
        decided.mortgaged_decided IS TRUE AS mortgaged_decided, decided.mortgaged AS decided_mortgaged
    FROM wanted AS w
    LEFT JOIN dispute ON dispute.parcel_id = w.id
    LEFT JOIN step ON step.parcel_id = w.id
    LEFT JOIN held ON held.parcel_id = w.id
    LEFT JOIN burden ON burden.parcel_id = w.id
    LEFT JOIN decided ON decided.parcel_id = w.id
)
SELECT id, parcel_code,
    ownership_status, status_follows, status_decided,
    CASE WHEN status_decided THEN decided_status ELSE coalesce(status_follows, ownership_status) END AS status_holds,
    seized, seized_follows, seized_decided,
    CASE WHEN seized_decided THEN decided_seized::boolean ELSE coalesce(seized_follows, seized) END AS seized_holds,
    mortgaged, mortgaged_follows, mortgaged_decided,
    CASE WHEN mortgaged_decided THEN decided_mortgaged::boolean ELSE coalesce(mortgaged_follows, mortgaged) END
        AS mortgaged_holds
FROM followed
