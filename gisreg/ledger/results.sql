-- Close-outs of one month's ledger as the columns of Annex 3 want them; those returned or withdrawn do not count, nor
-- what waits under a number that is out of use: its successors are submitted by themselves. One of no land is quotas that
-- were taken back in part: its amounts are booked, the parcel is not closed.
SELECT
    c.id, p.parcel_code, p.name, p.kind, p.township_code, t.name AS township_name, p.zone_code, c.measure, c.status,
    c.submitted_on, c.late, c.decided_on, c.area_m2, c.floor_area_m2, c.income_wan, c.treasury_wan, c.disposable_wan,
    c.social_benefit, c.quantity, c.quantity_unit, c.energy_tce, c.water_t, c.case_note,
    :in_part AS in_part
FROM close_out AS c
JOIN parcel AS p ON p.id = c.parcel_id
LEFT JOIN admin_unit AS t
    ON t.county_code = p.county_code AND t.level = 'township' AND t.code = p.township_code AND t.valid_to = 'infinity'
WHERE c.county_code = :county AND c.ledger_month = :month
    AND (c.status = 'accepted' OR c.status = 'submitted' AND p.state <> 'removed')
ORDER BY c.submitted_on, c.id
