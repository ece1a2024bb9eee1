"""The registry's tables."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "county",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("invented", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("last_parcel_no", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("overlap_tolerance_m2", sa.Double(), server_default=sa.text("1.0"), nullable=False),
        sa.CheckConstraint("code ~ '^[0-9]{6}$'", name=op.f("ck_county_code_form")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_county")),
    )
    op.create_table(
        "parcel",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "recorded_by",
            sa.Text(),
            server_default=sa.text("coalesce(nullif(current_setting('gisreg.actor', true), ''), session_user)"),
            nullable=False,
        ),
        sa.Column(
            "recorded_from",
            sa.Text(),
            server_default=sa.text("coalesce(nullif(current_setting('gisreg.source', true), ''), 'sql')"),
            nullable=False,
        ),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("parcel_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subkind", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("tags", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("source_code", sa.Text(), nullable=True),
        sa.Column("cadastral_code", sa.Text(), nullable=True),
        sa.Column("real_estate_unit_code", sa.Text(), nullable=True),
        sa.Column("supervision_no", sa.Text(), nullable=True),
        sa.Column("contract_no", sa.Text(), nullable=True),
        sa.Column("approval_no", sa.Text(), nullable=True),
        sa.Column("project_code", sa.Text(), nullable=True),
        sa.Column("township_code", sa.Text(), nullable=True),
        sa.Column("village_code", sa.Text(), nullable=True),
        sa.Column("zone_code", sa.Text(), nullable=True),
        sa.Column("holder_name", sa.Text(), nullable=True),
        sa.Column("holder_class", sa.Text(), nullable=True),
        sa.Column("ownership_status", sa.Text(), server_default=sa.text("'unknown'"), nullable=False),
        sa.Column("ownership_nature", sa.Text(), nullable=True),
        sa.Column("right_type", sa.Text(), nullable=True),
        sa.Column("right_nature", sa.Text(), nullable=True),
        sa.Column("land_use_scheme", sa.Text(), nullable=True),
        sa.Column("land_use_code", sa.Text(), nullable=True),
        sa.Column("sector", sa.Text(), nullable=True),
        sa.Column("official_area_m2", sa.Double(), nullable=True),
        sa.Column("official_area_source", sa.Text(), nullable=True),
        sa.Column("area_m2", sa.Double(), nullable=True),
        sa.Column("planar_area_m2", sa.Double(), nullable=True),
        sa.Column("floor_area_m2", sa.Double(), nullable=True),
        sa.Column("supplied_area_m2", sa.Double(), nullable=True),
        sa.Column("started_area_m2", sa.Double(), nullable=True),
        sa.Column("due_area_m2", sa.Double(), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("contract_on", sa.Date(), nullable=True),
        sa.Column("agreed_start_on", sa.Date(), nullable=True),
        sa.Column("actual_start_on", sa.Date(), nullable=True),
        sa.Column("agreed_completion_on", sa.Date(), nullable=True),
        sa.Column("halted_on", sa.Date(), nullable=True),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("determined_on", sa.Date(), nullable=True),
        sa.Column("vacated_on", sa.Date(), nullable=True),
        sa.Column("price_wan", sa.Double(), nullable=True),
        sa.Column("paid_wan", sa.Double(), nullable=True),
        sa.Column("total_investment_wan", sa.Double(), nullable=True),
        sa.Column("invested_wan", sa.Double(), nullable=True),
        sa.Column("market_value_wan", sa.Double(), nullable=True),
        sa.Column("land_cost_wan", sa.Double(), nullable=True),
        sa.Column("debt_wan", sa.Double(), nullable=True),
        sa.Column("funding_gap_wan", sa.Double(), nullable=True),
        sa.Column("yearly_income_wan", sa.Double(), nullable=True),
        sa.Column("energy_quota_tce", sa.Double(), nullable=True),
        sa.Column("water_quota_t", sa.Double(), nullable=True),
        sa.Column("income_years", sa.Integer(), nullable=True),
        sa.Column("idle_cause", sa.Text(), nullable=True),
        sa.Column("demand", sa.Text(), nullable=True),
        sa.Column("owner_intent", sa.Text(), nullable=True),
        sa.Column("supply_ready", sa.Boolean(), nullable=True),
        sa.Column("project_found", sa.Boolean(), nullable=True),
        sa.Column("plan_changed", sa.Boolean(), nullable=True),
        sa.Column("county_verified", sa.Boolean(), nullable=True),
        sa.Column("procedures_complete", sa.Boolean(), nullable=True),
        sa.Column("can_start", sa.Boolean(), nullable=True),
        sa.Column("swap_land_found", sa.Boolean(), nullable=True),
        sa.Column("farmland_restorable", sa.Boolean(), nullable=True),
        sa.Column("buyer_found", sa.Boolean(), nullable=True),
        sa.Column("tenant_found", sa.Boolean(), nullable=True),
        sa.Column("investor_found", sa.Boolean(), nullable=True),
        sa.Column("buy_back_funds", sa.Boolean(), nullable=True),
        sa.Column("reserve_agency_listed", sa.Boolean(), nullable=True),
        sa.Column("creditors_agree", sa.Boolean(), nullable=True),
        sa.Column("building_sound", sa.Boolean(), nullable=True),
        sa.Column("technology_obsolete", sa.Boolean(), nullable=True),
        sa.Column("in_developed_area", sa.Boolean(), nullable=True),
        sa.Column("price_paid_in_full", sa.Boolean(), nullable=True),
        sa.Column("seized", sa.Boolean(), nullable=True),
        sa.Column("mortgaged", sa.Boolean(), nullable=True),
        sa.Column("mortgagee_notified", sa.Boolean(), nullable=True),
        sa.Column("on_red_line", sa.Boolean(), nullable=True),
        sa.Column("on_farmland", sa.Boolean(), nullable=True),
        sa.Column("contaminated", sa.Boolean(), nullable=True),
        sa.Column("hearing_held", sa.Boolean(), nullable=True),
        sa.Column("hoarder", sa.Boolean(), nullable=True),
        sa.Column("collective_vote", sa.Boolean(), nullable=True),
        sa.Column("valuation_done", sa.Boolean(), nullable=True),
        sa.Column("coordinate_source", sa.Text(), nullable=True),
        sa.Column("survey_crs", sa.Text(), nullable=True),
        sa.Column(
            "survey_boundary",
            Geometry(dimension=2, spatial_index=False, from_text="ST_GeomFromEWKT", name="geometry"),
            nullable=True,
        ),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("source_row", sa.Integer(), nullable=True),
        sa.Column("source_hash", sa.UUID(as_uuid=False), nullable=True),
        sa.Column(
            "boundary",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.CheckConstraint("area_m2 >= 0 AND area_m2 < 'infinity'", name=op.f("ck_parcel_area_m2_range")),
        sa.CheckConstraint("debt_wan >= 0 AND debt_wan < 'infinity'", name=op.f("ck_parcel_debt_wan_range")),
        sa.CheckConstraint(
            "demand IN ('office', 'turnover_housing', 'welfare', 'industry', 'none')",
            name=op.f("ck_parcel_demand_known"),
        ),
        sa.CheckConstraint("due_area_m2 >= 0 AND due_area_m2 < 'infinity'", name=op.f("ck_parcel_due_area_m2_range")),
        sa.CheckConstraint(
            "energy_quota_tce >= 0 AND energy_quota_tce < 'infinity'", name=op.f("ck_parcel_energy_quota_tce_range")
        ),
        sa.CheckConstraint(
            "floor_area_m2 >= 0 AND floor_area_m2 < 'infinity'", name=op.f("ck_parcel_floor_area_m2_range")
        ),
        sa.CheckConstraint(
            "funding_gap_wan >= 0 AND funding_gap_wan < 'infinity'", name=op.f("ck_parcel_funding_gap_wan_range")
        ),
        sa.CheckConstraint(
            "holder_class IN ('state', 'state_enterprise', 'collective', 'private')",
            name=op.f("ck_parcel_holder_class_known"),
        ),
        sa.CheckConstraint(
            "idle_cause IN ('government', 'force_majeure', 'enterprise')", name=op.f("ck_parcel_idle_cause_known")
        ),
        sa.CheckConstraint(
            "invested_wan >= 0 AND invested_wan < 'infinity'", name=op.f("ck_parcel_invested_wan_range")
        ),
        sa.CheckConstraint(
            "kind IN ('unsupplied_land', 'idle_land', 'half_finished_project', 'idle_factory')",
            name=op.f("ck_parcel_kind_known"),
        ),
        sa.CheckConstraint(
            "land_cost_wan >= 0 AND land_cost_wan < 'infinity'", name=op.f("ck_parcel_land_cost_wan_range")
        ),
        sa.CheckConstraint(
            "land_use_scheme IN ('gb21010_2017', 'ydyh_2023')", name=op.f("ck_parcel_land_use_scheme_known")
        ),
        sa.CheckConstraint(
            "market_value_wan >= 0 AND market_value_wan < 'infinity'", name=op.f("ck_parcel_market_value_wan_range")
        ),
        sa.CheckConstraint(
            "official_area_m2 >= 0 AND official_area_m2 < 'infinity'", name=op.f("ck_parcel_official_area_m2_range")
        ),
        sa.CheckConstraint(
            "official_area_source IN ('approval', 'contract', 'deed', 'ledger')",
            name=op.f("ck_parcel_official_area_source_known"),
        ),
        sa.CheckConstraint(
            "owner_intent IN ('restart', 'convert', 'subdivide', 'sell', 'lease', 'joint_venture', 'none')",
            name=op.f("ck_parcel_owner_intent_known"),
        ),
        sa.CheckConstraint(
            "ownership_status IN ('registered', 'confirmed', 'unconfirmed', 'disputed', 'unknown')",
            name=op.f("ck_parcel_ownership_status_known"),
        ),
        sa.CheckConstraint("paid_wan >= 0 AND paid_wan < 'infinity'", name=op.f("ck_parcel_paid_wan_range")),
        sa.CheckConstraint("parcel_code ~ '^[0-9]{6}-[0-9]{7}$'", name=op.f("ck_parcel_parcel_code_form")),
        sa.CheckConstraint(
            "planar_area_m2 >= 0 AND planar_area_m2 < 'infinity'", name=op.f("ck_parcel_planar_area_m2_range")
        ),
        sa.CheckConstraint("price_wan >= 0 AND price_wan < 'infinity'", name=op.f("ck_parcel_price_wan_range")),
        sa.CheckConstraint(
            "sector IN ('industry', 'commerce', 'housing', 'public', 'infrastructure')",
            name=op.f("ck_parcel_sector_known"),
        ),
        sa.CheckConstraint(
            "started_area_m2 >= 0 AND started_area_m2 < 'infinity'", name=op.f("ck_parcel_started_area_m2_range")
        ),
        sa.CheckConstraint(
            "state <> 'suspected' OR kind = 'idle_land'", name=op.f("ck_parcel_suspected_only_idle_land")
        ),
        sa.CheckConstraint(
            "state IN ('suspected', 'registered', 'planned', 'in_progress', 'submitted', 'closed', 'on_hold', 'returned', 'relapsed', 'removed', 'taken_back')",
            name=op.f("ck_parcel_state_known"),
        ),
        sa.CheckConstraint(
            "subkind IN ('halted_works', 'completed_unused', 'halted_enterprise_works', 'idle_building', 'halted_enterprise')",
            name=op.f("ck_parcel_subkind_known"),
        ),
        sa.CheckConstraint(
            "subkind IS NULL OR (kind = 'half_finished_project' AND subkind IN ('halted_works', 'completed_unused', 'halted_enterprise_works')) OR (kind = 'idle_factory' AND subkind IN ('idle_building', 'halted_enterprise'))",
            name=op.f("ck_parcel_subkind_of_kind"),
        ),
        sa.CheckConstraint(
            "supplied_area_m2 >= 0 AND supplied_area_m2 < 'infinity'", name=op.f("ck_parcel_supplied_area_m2_range")
        ),
        sa.CheckConstraint(
            "total_investment_wan >= 0 AND total_investment_wan < 'infinity'",
            name=op.f("ck_parcel_total_investment_wan_range"),
        ),
        sa.CheckConstraint(
            "water_quota_t >= 0 AND water_quota_t < 'infinity'", name=op.f("ck_parcel_water_quota_t_range")
        ),
        sa.CheckConstraint(
            "yearly_income_wan >= '-infinity' AND yearly_income_wan < 'infinity'",
            name=op.f("ck_parcel_yearly_income_wan_range"),
        ),
        sa.CheckConstraint(
            "(land_use_code IS NULL) = (land_use_scheme IS NULL)", name=op.f("ck_parcel_land_use_scheme_given")
        ),
        sa.CheckConstraint(
            "(official_area_m2 IS NULL) = (official_area_source IS NULL)",
            name=op.f("ck_parcel_official_area_source_given"),
        ),
        sa.CheckConstraint("income_years >= 0", name=op.f("ck_parcel_income_years_range")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel")),
        sa.UniqueConstraint("parcel_code", name=op.f("uq_parcel_parcel_code")),
    )
    op.create_index(
        "ix_parcel_approval_no",
        "parcel",
        ["approval_no"],
        unique=False,
        postgresql_where=sa.text("approval_no IS NOT NULL"),
    )
    op.create_index("ix_parcel_batch_id", "parcel", ["batch_id"], unique=False)
    op.create_index("ix_parcel_boundary", "parcel", ["boundary"], unique=False, postgresql_using="gist")
    op.create_index(
        "ix_parcel_cadastral_code",
        "parcel",
        ["cadastral_code"],
        unique=False,
        postgresql_where=sa.text("cadastral_code IS NOT NULL"),
    )
    op.create_index(
        "ix_parcel_source_hash",
        "parcel",
        ["county_code", "kind", "source_hash"],
        unique=False,
        postgresql_where=sa.text("source_code IS NULL"),
    )
    op.create_index(
        "ix_parcel_township_code", "parcel", ["county_code", "township_code", "kind", "state"], unique=False
    )
    op.create_index(
        "uq_parcel_source_code",
        "parcel",
        ["county_code", "kind", "source_code"],
        unique=True,
        postgresql_where=sa.text("source_code IS NOT NULL"),
    )
    op.create_table(
        "parcel_version",
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_from", sa.Text(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_by", sa.Text(), nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("parcel_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subkind", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("tags", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("source_code", sa.Text(), nullable=True),
        sa.Column("cadastral_code", sa.Text(), nullable=True),
        sa.Column("real_estate_unit_code", sa.Text(), nullable=True),
        sa.Column("supervision_no", sa.Text(), nullable=True),
        sa.Column("contract_no", sa.Text(), nullable=True),
        sa.Column("approval_no", sa.Text(), nullable=True),
        sa.Column("project_code", sa.Text(), nullable=True),
        sa.Column("township_code", sa.Text(), nullable=True),
        sa.Column("village_code", sa.Text(), nullable=True),
        sa.Column("zone_code", sa.Text(), nullable=True),
        sa.Column("holder_name", sa.Text(), nullable=True),
        sa.Column("holder_class", sa.Text(), nullable=True),
        sa.Column("ownership_status", sa.Text(), server_default=sa.text("'unknown'"), nullable=False),
        sa.Column("ownership_nature", sa.Text(), nullable=True),
        sa.Column("right_type", sa.Text(), nullable=True),
        sa.Column("right_nature", sa.Text(), nullable=True),
        sa.Column("land_use_scheme", sa.Text(), nullable=True),
        sa.Column("land_use_code", sa.Text(), nullable=True),
        sa.Column("sector", sa.Text(), nullable=True),
        sa.Column("official_area_m2", sa.Double(), nullable=True),
        sa.Column("official_area_source", sa.Text(), nullable=True),
        sa.Column("area_m2", sa.Double(), nullable=True),
        sa.Column("planar_area_m2", sa.Double(), nullable=True),
        sa.Column("floor_area_m2", sa.Double(), nullable=True),
        sa.Column("supplied_area_m2", sa.Double(), nullable=True),
        sa.Column("started_area_m2", sa.Double(), nullable=True),
        sa.Column("due_area_m2", sa.Double(), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("contract_on", sa.Date(), nullable=True),
        sa.Column("agreed_start_on", sa.Date(), nullable=True),
        sa.Column("actual_start_on", sa.Date(), nullable=True),
        sa.Column("agreed_completion_on", sa.Date(), nullable=True),
        sa.Column("halted_on", sa.Date(), nullable=True),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("determined_on", sa.Date(), nullable=True),
        sa.Column("vacated_on", sa.Date(), nullable=True),
        sa.Column("price_wan", sa.Double(), nullable=True),
        sa.Column("paid_wan", sa.Double(), nullable=True),
        sa.Column("total_investment_wan", sa.Double(), nullable=True),
        sa.Column("invested_wan", sa.Double(), nullable=True),
        sa.Column("market_value_wan", sa.Double(), nullable=True),
        sa.Column("land_cost_wan", sa.Double(), nullable=True),
        sa.Column("debt_wan", sa.Double(), nullable=True),
        sa.Column("funding_gap_wan", sa.Double(), nullable=True),
        sa.Column("yearly_income_wan", sa.Double(), nullable=True),
        sa.Column("energy_quota_tce", sa.Double(), nullable=True),
        sa.Column("water_quota_t", sa.Double(), nullable=True),
        sa.Column("income_years", sa.Integer(), nullable=True),
        sa.Column("idle_cause", sa.Text(), nullable=True),
        sa.Column("demand", sa.Text(), nullable=True),
        sa.Column("owner_intent", sa.Text(), nullable=True),
        sa.Column("supply_ready", sa.Boolean(), nullable=True),
        sa.Column("project_found", sa.Boolean(), nullable=True),
        sa.Column("plan_changed", sa.Boolean(), nullable=True),
        sa.Column("county_verified", sa.Boolean(), nullable=True),
        sa.Column("procedures_complete", sa.Boolean(), nullable=True),
        sa.Column("can_start", sa.Boolean(), nullable=True),
        sa.Column("swap_land_found", sa.Boolean(), nullable=True),
        sa.Column("farmland_restorable", sa.Boolean(), nullable=True),
        sa.Column("buyer_found", sa.Boolean(), nullable=True),
        sa.Column("tenant_found", sa.Boolean(), nullable=True),
        sa.Column("investor_found", sa.Boolean(), nullable=True),
        sa.Column("buy_back_funds", sa.Boolean(), nullable=True),
        sa.Column("reserve_agency_listed", sa.Boolean(), nullable=True),
        sa.Column("creditors_agree", sa.Boolean(), nullable=True),
        sa.Column("building_sound", sa.Boolean(), nullable=True),
        sa.Column("technology_obsolete", sa.Boolean(), nullable=True),
        sa.Column("in_developed_area", sa.Boolean(), nullable=True),
        sa.Column("price_paid_in_full", sa.Boolean(), nullable=True),
        sa.Column("seized", sa.Boolean(), nullable=True),
        sa.Column("mortgaged", sa.Boolean(), nullable=True),
        sa.Column("mortgagee_notified", sa.Boolean(), nullable=True),
        sa.Column("on_red_line", sa.Boolean(), nullable=True),
        sa.Column("on_farmland", sa.Boolean(), nullable=True),
        sa.Column("contaminated", sa.Boolean(), nullable=True),
        sa.Column("hearing_held", sa.Boolean(), nullable=True),
        sa.Column("hoarder", sa.Boolean(), nullable=True),
        sa.Column("collective_vote", sa.Boolean(), nullable=True),
        sa.Column("valuation_done", sa.Boolean(), nullable=True),
        sa.Column("coordinate_source", sa.Text(), nullable=True),
        sa.Column("survey_crs", sa.Text(), nullable=True),
        sa.Column(
            "survey_boundary",
            Geometry(dimension=2, spatial_index=False, from_text="ST_GeomFromEWKT", name="geometry"),
            nullable=True,
        ),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("source_row", sa.Integer(), nullable=True),
        sa.Column("source_hash", sa.UUID(as_uuid=False), nullable=True),
        sa.Column(
            "boundary",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.PrimaryKeyConstraint("parcel_id", "version", name=op.f("pk_parcel_version")),
    )
    op.create_index("ix_parcel_version_parcel_code", "parcel_version", ["parcel_code"], unique=False)
    op.create_index(
        "ix_parcel_version_span", "parcel_version", ["county_code", "recorded_at", "superseded_at"], unique=False
    )
    op.create_table(
        "plan_label",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("rule_no", sa.SmallInteger(), nullable=False),
        sa.Column("finance_rule_no", sa.SmallInteger(), nullable=True),
        sa.Column("gates", sa.BigInteger(), nullable=False),
        sa.Column("unknown_gates", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "parcel_id", name=op.f("pk_plan_label")),
    )
    op.create_table(
        "admin_unit",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("parent_code", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), server_default=sa.text("'-infinity'"), nullable=False),
        sa.Column("valid_to", sa.Date(), server_default=sa.text("'infinity'"), nullable=False),
        sa.Column("area_m2", sa.Double(), nullable=True),
        sa.Column(
            "boundary",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.CheckConstraint("level IN ('county', 'township', 'village')", name=op.f("ck_admin_unit_level_known")),
        sa.CheckConstraint("valid_from < valid_to", name=op.f("ck_admin_unit_span")),
        sa.ForeignKeyConstraint(["county_code"], ["county.code"], name=op.f("fk_admin_unit_county_code_county")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin_unit")),
        sa.UniqueConstraint(
            "county_code", "level", "code", "valid_from", name=op.f("uq_admin_unit_county_code_level_code_valid_from")
        ),
    )
    op.create_index("ix_admin_unit_boundary", "admin_unit", ["boundary"], unique=False, postgresql_using="gist")
    op.create_index(
        "uq_admin_unit_now",
        "admin_unit",
        ["county_code", "level", "code"],
        unique=True,
        postgresql_where=sa.text("valid_to = 'infinity'"),
    )
    op.create_table(
        "approval",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("approval_no", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("authority", sa.Text(), nullable=True),
        sa.Column("approved_area_m2", sa.Double(), nullable=True),
        sa.Column("supplied_area_m2", sa.Double(), nullable=True),
        sa.Column("withdrawn_area_m2", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["county_code"], ["county.code"], name=op.f("fk_approval_county_code_county")),
        sa.PrimaryKeyConstraint("county_code", "approval_no", name=op.f("pk_approval")),
    )
    op.create_table(
        "batch",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.Text(), nullable=False),
        sa.Column("file_bytes", sa.BigInteger(), nullable=False),
        sa.Column("layer", sa.Text(), nullable=True),
        sa.Column("crs", sa.Text(), nullable=False),
        sa.Column("encoding", sa.Text(), nullable=True),
        sa.Column("mapping", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("rows_loaded", sa.Integer(), nullable=False),
        sa.Column("rows_repaired", sa.Integer(), nullable=False),
        sa.Column("rows_refused", sa.Integer(), nullable=False),
        sa.Column("rows_unchanged", sa.Integer(), nullable=False),
        sa.Column("rows_warned", sa.Integer(), nullable=False),
        sa.Column("problems", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "recorded_by",
            sa.Text(),
            server_default=sa.text("coalesce(nullif(current_setting('gisreg.actor', true), ''), session_user)"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "kind IN ('unsupplied_land', 'idle_land', 'half_finished_project', 'idle_factory')",
            name=op.f("ck_batch_kind_known"),
        ),
        sa.CheckConstraint(
            "rows_read = rows_loaded + rows_repaired + rows_refused + rows_unchanged", name=op.f("ck_batch_reconciled")
        ),
        sa.ForeignKeyConstraint(["county_code"], ["county.code"], name=op.f("fk_batch_county_code_county")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
    )
    op.create_index("ix_batch_county_code_file_sha256", "batch", ["county_code", "file_sha256"], unique=False)
    op.create_table(
        "contract",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_no", sa.Text(), nullable=False),
        sa.Column("supervision_no", sa.Text(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("price_wan", sa.Double(), nullable=True),
        sa.Column("area_m2", sa.Double(), nullable=True),
        sa.CheckConstraint("area_m2 >= 0 AND area_m2 < 'infinity'", name=op.f("ck_contract_area_m2_range")),
        sa.CheckConstraint("price_wan >= 0 AND price_wan < 'infinity'", name=op.f("ck_contract_price_wan_range")),
        sa.ForeignKeyConstraint(["county_code"], ["county.code"], name=op.f("fk_contract_county_code_county")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_contract_parcel_id_parcel")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
    )
    op.create_index("ix_contract_contract_no", "contract", ["contract_no"], unique=False)
    op.create_index("ix_contract_parcel_id", "contract", ["parcel_id"], unique=False)
    op.create_table(
        "document",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("document_type", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.Text(), nullable=False),
        sa.Column("file_bytes", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "recorded_by",
            sa.Text(),
            server_default=sa.text("coalesce(nullif(current_setting('gisreg.actor', true), ''), session_user)"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["county_code"], ["county.code"], name=op.f("fk_document_county_code_county")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_document_parcel_id_parcel")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_index("ix_document_parcel_id", "document", ["parcel_id"], unique=False)
    op.create_table(
        "enterprise",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("credit_code", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["county_code"], ["county.code"], name=op.f("fk_enterprise_county_code_county")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise")),
        sa.UniqueConstraint("county_code", "credit_code", name=op.f("uq_enterprise_county_code_credit_code")),
    )
    op.create_table(
        "parcel_approval",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("approval_no", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["county_code"], ["county.code"], name=op.f("fk_parcel_approval_county_code_county")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_parcel_approval_parcel_id_parcel")),
        sa.PrimaryKeyConstraint("parcel_id", "approval_no", name=op.f("pk_parcel_approval")),
    )
    op.create_table(
        "parcel_overlap",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("area_m2", sa.Double(), nullable=False),
        sa.CheckConstraint("parcel_id < other_id", name=op.f("ck_parcel_overlap_ordered")),
        sa.ForeignKeyConstraint(["county_code"], ["county.code"], name=op.f("fk_parcel_overlap_county_code_county")),
        sa.ForeignKeyConstraint(["other_id"], ["parcel.id"], name=op.f("fk_parcel_overlap_other_id_parcel")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_parcel_overlap_parcel_id_parcel")),
        sa.PrimaryKeyConstraint("parcel_id", "other_id", name=op.f("pk_parcel_overlap")),
    )
    op.create_index("ix_parcel_overlap_other_id", "parcel_overlap", ["other_id"], unique=False)
    op.create_table(
        "parcel_project",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("project_code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["county_code"], ["county.code"], name=op.f("fk_parcel_project_county_code_county")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_parcel_project_parcel_id_parcel")),
        sa.PrimaryKeyConstraint("parcel_id", "project_code", name=op.f("pk_parcel_project")),
    )
    op.create_table(
        "party",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder_class", sa.Text(), nullable=True),
        sa.Column("id_no", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "holder_class IN ('state', 'state_enterprise', 'collective', 'private')",
            name=op.f("ck_party_holder_class_known"),
        ),
        sa.ForeignKeyConstraint(["county_code"], ["county.code"], name=op.f("fk_party_county_code_county")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
    )
    op.create_index("ix_party_county_code_name", "party", ["county_code", "name"], unique=False)
    op.create_table(
        "plan",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=True),
        sa.Column("agency", sa.Text(), nullable=True),
        sa.Column("leader", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "recorded_by",
            sa.Text(),
            server_default=sa.text("coalesce(nullif(current_setting('gisreg.actor', true), ''), session_user)"),
            nullable=False,
        ),
        sa.CheckConstraint("label IN ('use', 'sell', 'lease', 'finance')", name=op.f("ck_plan_label_known")),
        sa.ForeignKeyConstraint(["county_code"], ["county.code"], name=op.f("fk_plan_county_code_county")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_plan_parcel_id_parcel")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
    )
    op.create_index("uq_plan_live", "plan", ["parcel_id"], unique=True, postgresql_where=sa.text("ended_at IS NULL"))
    op.create_table(
        "plan_run",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("ruleset", sa.Text(), nullable=False),
        sa.Column("ruleset_version", sa.Text(), nullable=False),
        sa.Column("ruleset_sha256", sa.Text(), nullable=False),
        sa.Column("ruleset_toml", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("recorded_as_of", sa.Date(), nullable=True),
        sa.Column("status", sa.Text(), server_default=sa.text("'proposed'"), nullable=False),
        sa.Column("parcels", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "recorded_by",
            sa.Text(),
            server_default=sa.text("coalesce(nullif(current_setting('gisreg.actor', true), ''), session_user)"),
            nullable=False,
        ),
        sa.CheckConstraint("status IN ('proposed', 'accepted', 'superseded')", name=op.f("ck_plan_run_status_known")),
        sa.ForeignKeyConstraint(["county_code"], ["county.code"], name=op.f("fk_plan_run_county_code_county")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_run")),
    )
    op.create_index(
        "uq_plan_run_accepted",
        "plan_run",
        ["county_code"],
        unique=True,
        postgresql_where=sa.text("status = 'accepted'"),
    )
    op.create_table(
        "project",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("project_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["county_code"], ["county.code"], name=op.f("fk_project_county_code_county")),
        sa.PrimaryKeyConstraint("county_code", "project_code", name=op.f("pk_project")),
    )
    op.create_table(
        "zone",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column(
            "boundary",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(["county_code"], ["county.code"], name=op.f("fk_zone_county_code_county")),
        sa.PrimaryKeyConstraint("county_code", "code", name=op.f("pk_zone")),
    )
    op.create_index("ix_zone_boundary", "zone", ["boundary"], unique=False, postgresql_using="gist")
    op.create_table(
        "encumbrance",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=True),
        sa.Column("encumbrance_type", sa.Text(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=True),
        sa.Column("amount_wan", sa.Double(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint("amount_wan >= 0 AND amount_wan < 'infinity'", name=op.f("ck_encumbrance_amount_wan_range")),
        sa.CheckConstraint(
            "encumbrance_type IN ('mortgage', 'seizure', 'lease')", name=op.f("ck_encumbrance_type_known")
        ),
        sa.ForeignKeyConstraint(["county_code"], ["county.code"], name=op.f("fk_encumbrance_county_code_county")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_encumbrance_parcel_id_parcel")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_encumbrance_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_encumbrance")),
    )
    op.create_index("ix_encumbrance_parcel_id", "encumbrance", ["parcel_id"], unique=False)
    op.create_table(
        "land_right",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("right_type", sa.Text(), nullable=False),
        sa.Column("right_nature", sa.Text(), nullable=True),
        sa.Column("share", sa.Double(), nullable=True),
        sa.Column("certificate_no", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint("share >= 0 AND share <= 1", name=op.f("ck_land_right_share_range")),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_land_right_term")),
        sa.ForeignKeyConstraint(["county_code"], ["county.code"], name=op.f("fk_land_right_county_code_county")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_land_right_parcel_id_parcel")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_land_right_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_land_right")),
    )
    op.create_index("ix_land_right_parcel_id", "land_right", ["parcel_id"], unique=False)
    op.create_index("ix_land_right_party_id", "land_right", ["party_id"], unique=False)
    op.create_table(
        "parcel_enterprise",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("parcel_id", sa.BigInteger(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["county_code"], ["county.code"], name=op.f("fk_parcel_enterprise_county_code_county")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_parcel_enterprise_enterprise_id_enterprise")
        ),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_parcel_enterprise_parcel_id_parcel")),
        sa.PrimaryKeyConstraint("parcel_id", "enterprise_id", name=op.f("pk_parcel_enterprise")),
    )
    op.create_table(
        "plan_gate",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("gate_no", sa.SmallInteger(), nullable=False),
        sa.Column("gate", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.CheckConstraint("gate_no BETWEEN 0 AND 62", name=op.f("ck_plan_gate_gate_no_fits_mask")),
        sa.ForeignKeyConstraint(["county_code"], ["county.code"], name=op.f("fk_plan_gate_county_code_county")),
        sa.ForeignKeyConstraint(["run_id"], ["plan_run.id"], name=op.f("fk_plan_gate_run_id_plan_run")),
        sa.PrimaryKeyConstraint("run_id", "gate_no", name=op.f("pk_plan_gate")),
    )
    op.create_table(
        "plan_rule",
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("rule_no", sa.SmallInteger(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("measure_zh", sa.Text(), nullable=False),
        sa.Column("measure_en", sa.Text(), nullable=False),
        sa.Column("reason_zh", sa.Text(), nullable=False),
        sa.Column("reason_en", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("days_allowed", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('unsupplied_land', 'idle_land', 'half_finished_project', 'idle_factory')",
            name=op.f("ck_plan_rule_kind_known"),
        ),
        sa.CheckConstraint("label IN ('use', 'sell', 'lease', 'finance')", name=op.f("ck_plan_rule_label_known")),
        sa.ForeignKeyConstraint(["county_code"], ["county.code"], name=op.f("fk_plan_rule_county_code_county")),
        sa.ForeignKeyConstraint(["run_id"], ["plan_run.id"], name=op.f("fk_plan_rule_run_id_plan_run")),
        sa.PrimaryKeyConstraint("run_id", "rule_no", name=op.f("pk_plan_rule")),
    )


def downgrade() -> None:
    op.drop_table("plan_rule")
    op.drop_table("plan_gate")
    op.drop_table("parcel_enterprise")
    op.drop_index("ix_land_right_party_id", table_name="land_right")
    op.drop_index("ix_land_right_parcel_id", table_name="land_right")
    op.drop_table("land_right")
    op.drop_index("ix_encumbrance_parcel_id", table_name="encumbrance")
    op.drop_table("encumbrance")
    op.drop_index("ix_zone_boundary", table_name="zone", postgresql_using="gist")
    op.drop_table("zone")
    op.drop_table("project")
    op.drop_index("uq_plan_run_accepted", table_name="plan_run", postgresql_where=sa.text("status = 'accepted'"))
    op.drop_table("plan_run")
    op.drop_index("uq_plan_live", table_name="plan", postgresql_where=sa.text("ended_at IS NULL"))
    op.drop_table("plan")
    op.drop_index("ix_party_county_code_name", table_name="party")
    op.drop_table("party")
    op.drop_table("parcel_project")
    op.drop_index("ix_parcel_overlap_other_id", table_name="parcel_overlap")
    op.drop_table("parcel_overlap")
    op.drop_table("parcel_approval")
    op.drop_table("enterprise")
    op.drop_index("ix_document_parcel_id", table_name="document")
    op.drop_table("document")
    op.drop_index("ix_contract_parcel_id", table_name="contract")
    op.drop_index("ix_contract_contract_no", table_name="contract")
    op.drop_table("contract")
    op.drop_index("ix_batch_county_code_file_sha256", table_name="batch")
    op.drop_table("batch")
    op.drop_table("approval")
    op.drop_index("uq_admin_unit_now", table_name="admin_unit", postgresql_where=sa.text("valid_to = 'infinity'"))
    op.drop_index("ix_admin_unit_boundary", table_name="admin_unit", postgresql_using="gist")
    op.drop_table("admin_unit")
    op.drop_table("plan_label")
    op.drop_index("ix_parcel_version_span", table_name="parcel_version")
    op.drop_index("ix_parcel_version_parcel_code", table_name="parcel_version")
    op.drop_table("parcel_version")
    op.drop_index("uq_parcel_source_code", table_name="parcel", postgresql_where=sa.text("source_code IS NOT NULL"))
    op.drop_index("ix_parcel_township_code", table_name="parcel")
    op.drop_index("ix_parcel_source_hash", table_name="parcel", postgresql_where=sa.text("source_code IS NULL"))
    op.drop_index(
        "ix_parcel_cadastral_code", table_name="parcel", postgresql_where=sa.text("cadastral_code IS NOT NULL")
    )
    op.drop_index("ix_parcel_boundary", table_name="parcel", postgresql_using="gist")
    op.drop_index("ix_parcel_batch_id", table_name="parcel")
    op.drop_index("ix_parcel_approval_no", table_name="parcel", postgresql_where=sa.text("approval_no IS NOT NULL"))
    op.drop_table("parcel")
    op.drop_table("county")
