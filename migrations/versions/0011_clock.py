"""What moves the idle clock of a parcel, and the dates of its procedure."""

from alembic import op

from migrations import sqlfile

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sqlfile.run("0011_clock.sql")


def downgrade() -> None:
    op.execute("DROP FUNCTION paused_days(datemultirange, date, date), counted_day(datemultirange, date, integer)")
    op.drop_table("procedure_date")
    op.drop_table("clock_event")
