"""The read model."""

from alembic import op

from migrations import sqlfile

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sqlfile.run("0003_parcel_current.sql")


def downgrade() -> None:
    op.execute("DROP VIEW parcel_current")
