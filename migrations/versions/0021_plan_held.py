"""What holds a parcel is asked for the measure that people decided, and lists and maps tell it."""

from migrations import sqlfile

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sqlfile.run("0021_plan_held.sql")


def downgrade() -> None:
    sqlfile.run("0016_parcel_current.sql")
    sqlfile.run("0021_plan_held_before.sql")
