-- Every version of one parcel as JSON, the oldest first, with the reason that its edit was given; the boundary as its
-- fingerprint, so that a move is seen.
SELECT versions.version, versions.recorded_at, versions.recorded_by, versions.recorded_from, versions.content, e.reason
FROM (
    SELECT
        p.id, p.county_code, p.version, p.recorded_at, p.recorded_by, p.recorded_from,
        to_jsonb(p) - '{id,version,recorded_at,recorded_by,recorded_from,boundary,survey_boundary,source_hash}'::text[]
        || jsonb_build_object('boundary', md5(st_asbinary(p.boundary))) AS content
    FROM parcel AS p
    WHERE p.parcel_code = :parcel_code
    UNION ALL
    SELECT
        v.parcel_id, v.county_code, v.version, v.recorded_at, v.recorded_by, v.recorded_from,
        to_jsonb(v)
        - ('{parcel_id,version,recorded_at,recorded_by,recorded_from,superseded_at,superseded_by,'
           || 'boundary,survey_boundary,source_hash}')::text[]
        || jsonb_build_object('boundary', md5(st_asbinary(v.boundary)))
    FROM parcel_version AS v
    WHERE v.parcel_code = :parcel_code
) AS versions
LEFT JOIN parcel_edit AS e
    ON e.county_code = versions.county_code AND e.recorded_at = versions.recorded_at AND versions.id = ANY(e.parcel_ids)
    AND e.versions[array_position(e.parcel_ids, versions.id)] = versions.version
ORDER BY versions.version
