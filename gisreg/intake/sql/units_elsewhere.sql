-- Units that lie nowhere in the county, where its boundary is known, are another county's: they are left out.
WITH elsewhere AS (
    DELETE FROM merged_unit AS m USING admin_unit AS c
    WHERE c.level = 'county' AND c.county_code = :county AND c.code = :county AND c.valid_to = 'infinity'
        AND NOT ST_Intersects(c.boundary, m.boundary)
    RETURNING m.code
)
SELECT min(j.row_no), code FROM elsewhere JOIN judged_unit AS j USING (code) GROUP BY code ORDER BY 1
