"""Check-outs: who has which parcels, since when, and what became of it."""

from alembic import op

from migrations import sqlfile

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sqlfile.run("0009_checkouts.sql")


def downgrade() -> None:
    op.drop_table("checkout_parcel")
    op.drop_table("checkout")
