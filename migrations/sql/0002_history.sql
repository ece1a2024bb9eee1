-- The version history of parcels, kept by the database itself: whatever way a change comes in, the superseded row
-- stays, with who superseded it and when. The application's role may neither write history nor stamp rows.

CREATE FUNCTION parcel_actor() RETURNS text LANGUAGE sql STABLE
    SET search_path = gisreg, public
    RETURN coalesce(nullif(current_setting('gisreg.actor', true), ''), session_user::text);

CREATE FUNCTION parcel_stamp() RETURNS trigger LANGUAGE plpgsql
    SET search_path = gisreg, public
AS $$
BEGIN
    IF (NEW.id, NEW.parcel_code, NEW.county_code) IS DISTINCT FROM (OLD.id, OLD.parcel_code, OLD.county_code) THEN
        RAISE EXCEPTION 'a parcel keeps its number: % cannot become %', OLD.parcel_code, NEW.parcel_code
            USING ERRCODE = 'check_violation';
    END IF;
    NEW.version := OLD.version + 1;
    NEW.recorded_at := now();
    NEW.recorded_by := parcel_actor();
    NEW.recorded_from := coalesce(nullif(current_setting('gisreg.source', true), ''), 'sql');
    RETURN NEW;
END
$$;

CREATE FUNCTION parcel_keep_version() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = gisreg, public
AS $$
BEGIN
    INSERT INTO parcel_version (
        parcel_id, superseded_at, superseded_by,
        version, recorded_at, recorded_by, recorded_from, county_code, parcel_code, kind, subkind, state,
        name, address, remark, tags, source_code, cadastral_code, real_estate_unit_code, supervision_no,
        contract_no, approval_no, project_code, township_code, village_code, zone_code, holder_name,
        holder_class, ownership_status, ownership_nature, right_type, right_nature, land_use_scheme,
        land_use_code, sector, official_area_m2, official_area_source, area_m2, planar_area_m2, floor_area_m2,
        supplied_area_m2, started_area_m2, due_area_m2, approved_on, contract_on, agreed_start_on,
        actual_start_on, agreed_completion_on, halted_on, completed_on, determined_on, vacated_on, price_wan,
        paid_wan, total_investment_wan, invested_wan, market_value_wan, land_cost_wan, debt_wan,
        funding_gap_wan, yearly_income_wan, energy_quota_tce, water_quota_t, income_years, idle_cause, demand,
        owner_intent, supply_ready, project_found, plan_changed, county_verified, procedures_complete,
        can_start, swap_land_found, farmland_restorable, buyer_found, tenant_found, investor_found,
        buy_back_funds, reserve_agency_listed, creditors_agree, building_sound, technology_obsolete,
        in_developed_area, price_paid_in_full, seized, mortgaged, mortgagee_notified, on_red_line,
        on_farmland, contaminated, hearing_held, hoarder, collective_vote, valuation_done, coordinate_source,
        survey_crs, survey_boundary, batch_id, source_row, source_hash, boundary
    )
    SELECT
        o.id, now(), parcel_actor(),
        o.version, o.recorded_at, o.recorded_by, o.recorded_from, o.county_code, o.parcel_code, o.kind,
        o.subkind, o.state, o.name, o.address, o.remark, o.tags, o.source_code, o.cadastral_code,
        o.real_estate_unit_code, o.supervision_no, o.contract_no, o.approval_no, o.project_code,
        o.township_code, o.village_code, o.zone_code, o.holder_name, o.holder_class, o.ownership_status,
        o.ownership_nature, o.right_type, o.right_nature, o.land_use_scheme, o.land_use_code, o.sector,
        o.official_area_m2, o.official_area_source, o.area_m2, o.planar_area_m2, o.floor_area_m2,
        o.supplied_area_m2, o.started_area_m2, o.due_area_m2, o.approved_on, o.contract_on, o.agreed_start_on,
        o.actual_start_on, o.agreed_completion_on, o.halted_on, o.completed_on, o.determined_on, o.vacated_on,
        o.price_wan, o.paid_wan, o.total_investment_wan, o.invested_wan, o.market_value_wan, o.land_cost_wan,
        o.debt_wan, o.funding_gap_wan, o.yearly_income_wan, o.energy_quota_tce, o.water_quota_t,
        o.income_years, o.idle_cause, o.demand, o.owner_intent, o.supply_ready, o.project_found,
        o.plan_changed, o.county_verified, o.procedures_complete, o.can_start, o.swap_land_found,
        o.farmland_restorable, o.buyer_found, o.tenant_found, o.investor_found, o.buy_back_funds,
        o.reserve_agency_listed, o.creditors_agree, o.building_sound, o.technology_obsolete,
        o.in_developed_area, o.price_paid_in_full, o.seized, o.mortgaged, o.mortgagee_notified, o.on_red_line,
        o.on_farmland, o.contaminated, o.hearing_held, o.hoarder, o.collective_vote, o.valuation_done,
        o.coordinate_source, o.survey_crs, o.survey_boundary, o.batch_id, o.source_row, o.source_hash,
        o.boundary
    FROM superseded AS o;
    RETURN NULL;
END
$$;

CREATE TRIGGER parcel_stamp BEFORE UPDATE ON parcel
    FOR EACH ROW EXECUTE FUNCTION parcel_stamp();
CREATE TRIGGER parcel_keep_updated AFTER UPDATE ON parcel REFERENCING OLD TABLE AS superseded
    FOR EACH STATEMENT EXECUTE FUNCTION parcel_keep_version();
CREATE TRIGGER parcel_keep_deleted AFTER DELETE ON parcel REFERENCING OLD TABLE AS superseded
    FOR EACH STATEMENT EXECUTE FUNCTION parcel_keep_version();
