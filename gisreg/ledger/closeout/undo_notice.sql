-- The notice of investigation was taken back: nothing was found, and another one may be served.
UPDATE investigation SET
    finding = 'withdrawn',
    found_on = greatest(notice_on, (now() AT TIME ZONE 'Asia/Shanghai')::date)
WHERE parcel_id = ANY (:parcels) AND finding IS NULL
