-- The plan that was approved ends, and the one that it replaced is in force again: both were written at one moment.
UPDATE plan SET ended_at = now(), ended_by = current_setting('gisreg.actor', true), ended_reason = '撤销批准方案 · the approval was undone'
WHERE parcel_id = ANY (:parcels) AND ended_at IS NULL AND recorded_at = :at;

UPDATE plan SET ended_at = NULL, ended_by = NULL, ended_reason = NULL
WHERE parcel_id = ANY (:parcels) AND ended_at = :at;
