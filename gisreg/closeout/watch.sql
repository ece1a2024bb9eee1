-- Closed parcels that are still watched, and what their facts of after the close-out say: idle again, or a fact that
-- would tell is missing. Limits are parameters; the year of a stop is full on its day and over on the next.
WITH closed AS (
    SELECT
        p.*, coalesce(c.decided_on, (p.recorded_at AT TIME ZONE 'Asia/Shanghai')::date) AS closed_on
    FROM parcel AS p
    LEFT JOIN LATERAL (
        SELECT decided_on FROM close_out
        WHERE parcel_id = p.id AND status = 'accepted' ORDER BY decided_on DESC, id DESC LIMIT 1
    ) AS c ON true
    WHERE p.county_code = :county AND p.state = 'closed'
),
watched AS (
    SELECT
        *,
        closed_on + make_interval(months => :months) AS watched_until,
        CASE WHEN halted_on > closed_on THEN halted_on END AS halted_since,
        greatest(
            CASE WHEN halted_on > closed_on THEN halted_on END, CASE WHEN vacated_on > closed_on THEN vacated_on END
        ) AS empty_since,
        started_area_m2 / nullif(due_area_m2, 0) AS started_share,
        invested_wan / nullif(total_investment_wan, 0) AS invested_share
    FROM closed
),
judged AS (
    SELECT
        *,
        CASE kind
            WHEN 'unsupplied_land' THEN false -- no fact tells that a contract was rescinded: people do
            WHEN 'idle_land' THEN CASE
                WHEN halted_since IS NULL OR halted_since + make_interval(years => :halted_years) >= :as_of THEN false
                ELSE started_share < :started_share OR invested_share < :invested_share
            END
            WHEN 'half_finished_project' THEN coalesce(
                halted_since + make_interval(years => :halted_years) < :as_of
                OR vacated_on > closed_on AND vacated_on + make_interval(months => :empty_months) <= :as_of, false)
            ELSE coalesce(empty_since + make_interval(months => :empty_months) <= :as_of, false)
        END AS idle_again
    FROM watched
    WHERE watched_until >= :as_of
)
SELECT
    parcel_code, version, kind, name, township_code, closed_on, watched_until::date AS watched_until,
    coalesce(empty_since, halted_since) AS since, started_share, invested_share, coalesce(idle_again, false) AS idle_again
FROM judged
WHERE idle_again IS NOT FALSE
ORDER BY parcel_code
