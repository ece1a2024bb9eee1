-- Closed parcels that are still watched, and what is known of them since the close-out: idle again (true), or something
-- that people must look at before anybody can tell (null). One row for each sign. Limits are parameters; years
-- and months are full on their day and over on the next. ``clock`` is the common table of the clock's events: days of a pause do
-- not count, and a start that was agreed anew since the close-out is the one that counts.
WITH clock AS (
    :clock_events
),
closed AS (
    SELECT
        p.*, coalesce(c.decided_on, (p.recorded_at AT TIME ZONE 'Asia/Shanghai')::date) AS closed_on,
        coalesce(c.recorded_at, p.recorded_at) AS closed_at, c.measure
    FROM parcel AS p
    LEFT JOIN LATERAL (
        SELECT decided_on, recorded_at, measure FROM close_out
        WHERE parcel_id = p.id AND status = 'accepted' ORDER BY decided_on DESC, id DESC LIMIT 1
    ) AS c ON true
    WHERE p.county_code = :county AND p.state = 'closed'
),
watched AS (
    SELECT
        closed.*,
        closed_on + make_interval(months => :months) AS watched_until,
        CASE WHEN halted_on > closed_on THEN
            CASE kind WHEN 'idle_land' THEN greatest(halted_on, agreed.new_start_on) ELSE halted_on END
        END AS halted_since,
        CASE WHEN vacated_on > closed_on THEN vacated_on END AS empty_since,
        CASE WHEN coalesce(agreed.new_start_on, agreed_start_on) > closed_on
            THEN coalesce(agreed.new_start_on, agreed_start_on)
        END AS due_since,
        started_area_m2 / nullif(due_area_m2, 0) AS started_share,
        invested_wan / nullif(total_investment_wan, 0) AS invested_share,
        clock.clock_paused AS paused
    FROM closed
    LEFT JOIN clock ON clock.clock_parcel_id = closed.id
    LEFT JOIN LATERAL (
        SELECT e.new_start_on FROM clock_event AS e
        WHERE e.parcel_id = closed.id AND e.withdrawn_reason IS NULL AND e.new_start_on IS NOT NULL
            AND e.agreed_on > closed.closed_on AND e.agreed_on <= CAST(:as_of AS date)
        ORDER BY e.agreed_on DESC, e.id DESC LIMIT 1
    ) AS agreed ON true
    WHERE closed_on + make_interval(months => :months) >= CAST(:as_of AS date)
),
signs AS (
    -- works stopped again for a full year with too little started or invested
    SELECT
        w.id, 'halted' AS sign, w.halted_since AS since,
        w.started_share < :started_share OR w.invested_share < :invested_share AS idle_again
    FROM watched AS w
    WHERE w.kind = 'idle_land' AND w.halted_since + make_interval(years => :halted_years)
        < CAST(:as_of AS date) - coalesce(paused_days(w.paused, w.halted_since, :as_of), 0)
    UNION ALL
    SELECT w.id, 'halted', w.halted_since, true
    FROM watched AS w
    WHERE w.kind = 'half_finished_project' AND w.halted_since + make_interval(years => :halted_years) < :as_of
    UNION ALL
    -- a new contract, and no start a full year past the day agreed
    SELECT w.id, 'not_started', w.due_since, true
    FROM watched AS w
    WHERE w.kind = 'idle_land' AND w.due_since + make_interval(years => :halted_years)
        < CAST(:as_of AS date) - coalesce(paused_days(w.paused, w.due_since, :as_of), 0)
        AND coalesce(w.actual_start_on < w.due_since, true)
    UNION ALL
    -- a building that stands empty, or whose works are halted, longer than the limit
    SELECT w.id, CASE WHEN w.empty_since IS NULL THEN 'halted' ELSE 'vacated' END,
        coalesce(w.empty_since, w.halted_since), true
    FROM watched AS w
    WHERE (w.kind = 'idle_factory'
            AND greatest(w.halted_since, w.empty_since) + make_interval(months => :empty_months) < :as_of)
        OR (w.kind = 'half_finished_project'
            AND w.empty_since + make_interval(months => :empty_months) < :as_of)
    UNION ALL
    -- supplied land whose contract was terminated, and none that stands in its place; one of no known class may
    SELECT w.id, 'contract_ended', k.cleaned_on,
        CASE WHEN NOT EXISTS (
            SELECT FROM contract AS other
            WHERE other.parcel_id = w.id AND other.contract_class IS NULL
                AND other.cleaned_on IS NULL AND other.signed_on >= k.cleaned_on
        ) THEN true END
    FROM watched AS w
    CROSS JOIN LATERAL (
        SELECT max(k.cleaned_on) AS cleaned_on FROM contract AS k
        WHERE k.parcel_id = w.id AND k.clean_up = 'terminate' AND k.cleaned_on BETWEEN w.closed_on AND :as_of
    ) AS k
    WHERE w.kind = 'unsupplied_land' AND k.cleaned_on IS NOT NULL
        AND NOT EXISTS (
            SELECT FROM contract AS other
            WHERE other.parcel_id = w.id AND other.contract_class IN ('grant', 'allocation', 'lease')
                AND other.cleaned_on IS NULL AND other.signed_on >= k.cleaned_on
        )
    UNION ALL
    -- an approval that was withdrawn, then given again; it stands unsupplied until a contract is signed
    SELECT w.id, 'approved_again', w.approved_on, coalesce(w.contract_on < w.approved_on, true)
    FROM watched AS w
    WHERE w.kind = 'unsupplied_land' AND w.approved_on > w.closed_on AND w.approved_on <= :as_of
        AND coalesce(w.contract_on < w.approved_on, true)
    UNION ALL
    -- closed as supplied, and the number by which supply is known is there no more
    SELECT w.id, 'supply_unknown', NULL, NULL::boolean
    FROM watched AS w
    WHERE w.kind = 'unsupplied_land' AND w.measure <> 'revoke_approval' AND w.supervision_no IS NULL
        AND w.recorded_at > w.closed_at
    UNION ALL
    -- a survey or ledger that came after the close-out lists it as idle, whatever its kind
    SELECT w.id, 'listed_again', (b.recorded_at AT TIME ZONE 'Asia/Shanghai')::date, NULL::boolean
    FROM watched AS w
    JOIN batch AS b ON b.id = w.batch_id AND b.recorded_at > w.closed_at
)
SELECT
    w.parcel_code, w.version, w.kind, w.name, w.township_code, w.closed_on, w.watched_until::date AS watched_until,
    s.sign, s.since, w.started_share, w.invested_share, coalesce(s.idle_again, false) AS idle_again
FROM watched AS w
JOIN signs AS s ON s.id = w.id
WHERE s.idle_again IS NOT FALSE
ORDER BY w.parcel_code, s.idle_again DESC NULLS LAST, s.since, s.sign
