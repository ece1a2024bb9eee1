"""The survey's own coordinates keep their heights; nothing looks for a parcel by them, so they need no statistics."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = ("parcel", "parcel_version")


def upgrade() -> None:
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN survey_boundary TYPE public.geometry")
        op.execute(f"ALTER TABLE {table} ALTER COLUMN survey_boundary SET STATISTICS 0")


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN survey_boundary SET STATISTICS -1")
        op.execute(
            f"ALTER TABLE {table} ALTER COLUMN survey_boundary TYPE public.geometry(Geometry) "
            "USING public.ST_Force2D(survey_boundary)"
        )
