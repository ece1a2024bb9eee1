-- Asset cards beside parcels. A card names its parcel by any of three numbers; cards of one parcel are taken together.
WITH card AS (
    SELECT * FROM asset_card WHERE county_code = :county AND struck_on IS NULL
),
hit AS (
    SELECT c.id, p.id AS parcel_id
    FROM card AS c
    JOIN parcel AS p ON p.county_code = :county AND p.state <> 'removed' AND p.parcel_code = c.parcel_code
    UNION
    SELECT c.id, p.id
    FROM card AS c
    JOIN parcel AS p ON p.county_code = :county AND p.state <> 'removed' AND p.cadastral_code = c.cadastral_code
    UNION
    SELECT c.id, p.id
    FROM card AS c
    JOIN parcel AS p ON p.county_code = :county AND p.state <> 'removed'
        AND p.real_estate_unit_code = c.real_estate_unit_code
),
fits AS (
    SELECT c.id, c.card_no, c.unit_name, c.asset_name, c.area_m2, c.floor_area_m2, count(h.parcel_id) AS parcels,
        min(h.parcel_id) AS parcel_id,
        array_agg(p.parcel_code ORDER BY p.parcel_code) FILTER (WHERE p.id IS NOT NULL) AS codes
    FROM card AS c
    LEFT JOIN hit AS h ON h.id = c.id
    LEFT JOIN parcel AS p ON p.id = h.parcel_id
    GROUP BY c.id, c.card_no, c.unit_name, c.asset_name, c.area_m2, c.floor_area_m2
),
booked AS (
    SELECT parcel_id, array_agg(card_no ORDER BY card_no) AS cards,
        sum(area_m2) AS area_m2, sum(floor_area_m2) AS floor_area_m2
    FROM fits WHERE parcels = 1
    GROUP BY parcel_id
)
SELECT CASE parcels WHEN 0 THEN 'card_without_parcel' ELSE 'card_fits_several' END AS finding,
    ARRAY[card_no] AS cards, coalesce(codes, '{}') AS parcels, unit_name, area_m2 AS stated_m2, NULL::float8 AS found_m2
FROM fits WHERE parcels <> 1
UNION ALL
SELECT 'parcel_without_card', '{}', ARRAY[p.parcel_code], p.holder_name, NULL, coalesce(p.official_area_m2, p.area_m2)
FROM parcel AS p
WHERE p.county_code = :county AND p.holder_class = 'state' AND p.state <> 'removed'
    AND NOT EXISTS (SELECT FROM hit WHERE hit.parcel_id = p.id)
UNION ALL
SELECT 'land_differs', b.cards, ARRAY[p.parcel_code], NULL, b.area_m2, coalesce(p.official_area_m2, p.area_m2)
FROM booked AS b
JOIN parcel AS p ON p.id = b.parcel_id
WHERE abs(b.area_m2 - coalesce(p.official_area_m2, p.area_m2)) > :tolerance
UNION ALL
SELECT 'floor_differs', b.cards, ARRAY[p.parcel_code], NULL, b.floor_area_m2, p.floor_area_m2
FROM booked AS b
JOIN parcel AS p ON p.id = b.parcel_id
WHERE abs(b.floor_area_m2 - p.floor_area_m2) > :tolerance
ORDER BY finding, cards, parcels
