"""Changes of units can be taken back."""

from alembic import op

from migrations import sqlfile

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sqlfile.run("0010_unit_change_undo.sql")


def downgrade() -> None:
    op.execute("REVOKE DELETE ON admin_unit FROM gisreg_app")
    op.execute("DROP TRIGGER unit_keep_deleted ON admin_unit")
    op.execute("DROP FUNCTION unit_keep_deleted()")
    op.drop_table("unit_change_undo")
