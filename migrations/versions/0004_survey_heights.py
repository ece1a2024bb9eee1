"""The survey's own coordinates keep their heights; statistics after a load are those that plans turn on."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = ("parcel", "parcel_version")
REFRESH = """
CREATE OR REPLACE FUNCTION refresh_statistics() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = gisreg, public
AS $$
BEGIN
    -- what lists, maps and labels join and choose by, so that the next command is planned well; autovacuum, which an
    -- ANALYZE of some columns does not put off, looks at the others soon after
    ANALYZE parcel ({columns}), plan_label, parcel_overlap, admin_unit;
END
$$
"""
PLANNED = "county_code, kind, state, township_code, source_code, ownership_status, boundary"


def upgrade() -> None:
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN survey_boundary TYPE public.geometry")
        op.execute(f"ALTER TABLE {table} ALTER COLUMN survey_boundary SET STATISTICS 0")
    op.execute(REFRESH.format(columns=PLANNED))


def downgrade() -> None:
    op.execute(REFRESH.replace(" ({columns})", ""))
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN survey_boundary SET STATISTICS -1")
        op.execute(
            f"ALTER TABLE {table} ALTER COLUMN survey_boundary TYPE public.geometry(Geometry) "
            "USING public.ST_Force2D(survey_boundary)"
        )
