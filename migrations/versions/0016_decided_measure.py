"""The read model tells a decided measure by its title, not its token."""

from migrations import sqlfile

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sqlfile.run("0016_parcel_current.sql")


def downgrade() -> None:
    sqlfile.run("0016_parcel_current_before.sql")
