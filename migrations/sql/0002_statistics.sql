-- The planner must know of a big load before the next question, not a minute later when autovacuum comes round;
-- ANALYZE is the owner's right, so the application is lent it for the tables it loads.
CREATE FUNCTION refresh_statistics() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = gisreg, public
AS $$
BEGIN
    ANALYZE parcel, plan_label, parcel_overlap, admin_unit;
END
$$;
REVOKE ALL ON FUNCTION refresh_statistics() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION refresh_statistics() TO gisreg_app;
