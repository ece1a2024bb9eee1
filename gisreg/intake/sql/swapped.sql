-- Rows outside the county that would lie inside it with X and Y exchanged: say so, it is the commonest mistake.
UPDATE {rows} AS r SET refusal = 'axes_swapped'
WHERE r.refusal IN ('outside_county', 'outside_china', 'out_of_range')
    AND EXISTS (
        SELECT FROM {extent} AS e
        WHERE ST_Intersects(
            e.piece,
            ST_PointOnSurface(ST_Envelope(pg_temp.careful_transform(ST_FlipCoordinates(ST_Force2D(
                CASE WHEN ST_HasArc(r.survey_boundary) OR GeometryType(r.survey_boundary) IN ('CURVEPOLYGON', 'MULTISURFACE') THEN ST_CurveToLine(r.survey_boundary) ELSE r.survey_boundary END
            )), 4490)))
        )
    )
