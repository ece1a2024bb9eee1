-- Who holds a parcel on a day, by the rights in force: of the type that the parcel states, else rights of use (1 and 2
-- are ownership of the land, 19 is an easement), else whatever there is. The largest share first.
SELECT h.name, h.holder_class
FROM (
    SELECT r.*, min(CASE WHEN r.right_type = p.right_type THEN 0 WHEN r.right_type NOT IN ('1', '2', '19') THEN 1 ELSE 2 END)
            OVER () AS nearest,
        CASE WHEN r.right_type = p.right_type THEN 0 WHEN r.right_type NOT IN ('1', '2', '19') THEN 1 ELSE 2 END AS rank
    FROM land_right AS r
    JOIN parcel AS p ON p.id = r.parcel_id
    WHERE r.parcel_id = :parcel_id AND coalesce(r.starts_on, '-infinity') <= :day
        AND coalesce(least(r.ends_on + 1, r.cancelled_on), 'infinity') > :day
) AS held
JOIN party AS h ON h.id = held.party_id
WHERE held.rank = held.nearest
ORDER BY held.share DESC NULLS LAST, held.id
