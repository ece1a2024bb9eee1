"""A refresh finds what was written since by an index on its time, and replaces labels where they stand."""

from alembic import op

from migrations import sqlfile

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sqlfile.run("0014_seen_from.sql")


def downgrade() -> None:
    op.execute("DROP TRIGGER plan_label_keep_changed ON plan_label")
    op.execute("REVOKE UPDATE ON plan_label FROM gisreg_app")
    op.drop_index("ix_parcel_recorded_at", "parcel")
    op.execute("ALTER TABLE plan_run DROP COLUMN seen_from, ADD COLUMN seen_xid bigint")
    op.execute("GRANT INSERT (seen_xid), UPDATE (seen_xid) ON plan_run TO gisreg_app")
    op.execute("DROP FUNCTION open_since()")
