"""Parcels as tiles draw them: a slim copy in EPSG:3857, its sums by cell and township, and how far it has followed."""

from alembic import op

from migrations import sqlfile

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sqlfile.run("0017_drawn.sql")


def downgrade() -> None:
    op.execute("DROP FUNCTION parcel_drawn_aside(), parcel_drawn_back()")
    for table in ("parcel_drawn_state", "parcel_drawn_sum", "parcel_drawn"):
        op.drop_table(table)
