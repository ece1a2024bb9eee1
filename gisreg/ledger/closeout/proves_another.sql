-- Of what would prove a parcel: what proves another one of its descent already, by a close-out that stands or waits. A
-- paper is known by its bytes, whichever parcel it was attached to; a supervision number is that of the other parcel when
-- it was submitted or closed, and the one it has now while it still is.
WITH proved AS (
    SELECT c.id, c.parcel_id, c.recorded_at, p.parcel_code, p.state, p.supervision_no
    FROM close_out AS c
    JOIN parcel AS p ON p.id = c.parcel_id
    WHERE c.parcel_id = ANY (:kin) AND (c.status = 'accepted' OR c.status = 'submitted' AND p.state = 'submitted')
        AND EXISTS (SELECT FROM close_out_proof AS f WHERE f.close_out_id = c.id AND f.proof = ANY (:once))
)
SELECT proved.parcel_code, mine.id AS document
FROM proved
JOIN close_out_proof AS f ON f.close_out_id = proved.id AND f.proof = ANY (:once)
JOIN document AS theirs ON theirs.id = f.document_id
JOIN document AS mine ON mine.file_sha256 = theirs.file_sha256 AND mine.id = ANY (:documents)
UNION ALL
SELECT parcel_code, NULL
FROM proved
WHERE state IN ('submitted', 'closed') AND supervision_no = :supervision_no
    OR EXISTS (
        SELECT FROM parcel_version AS v
        WHERE v.parcel_id = proved.parcel_id AND v.supervision_no = :supervision_no
            AND v.recorded_at <= proved.recorded_at AND v.superseded_at > proved.recorded_at
    )
ORDER BY document NULLS LAST, parcel_code
LIMIT 1
