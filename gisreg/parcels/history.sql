-- Every version of one parcel as JSON, the oldest first; the boundary as its fingerprint, so that a move is seen.
SELECT version, recorded_at, recorded_by, recorded_from, content
FROM (
    SELECT
        p.version, p.recorded_at, p.recorded_by, p.recorded_from,
        to_jsonb(p) - '{id,version,recorded_at,recorded_by,recorded_from,boundary,survey_boundary,source_hash}'::text[]
        || jsonb_build_object('boundary', md5(st_asbinary(p.boundary))) AS content
    FROM parcel AS p
    WHERE p.parcel_code = :parcel_code
    UNION ALL
    SELECT
        v.version, v.recorded_at, v.recorded_by, v.recorded_from,
        to_jsonb(v)
        - ('{parcel_id,version,recorded_at,recorded_by,recorded_from,superseded_at,superseded_by,'
           || 'boundary,survey_boundary,source_hash}')::text[]
        || jsonb_build_object('boundary', md5(st_asbinary(v.boundary)))
    FROM parcel_version AS v
    WHERE v.parcel_code = :parcel_code
) AS versions
ORDER BY version
