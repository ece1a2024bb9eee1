"""One way to judge what two parcels share: in metres of a zone, for imports, edits, check-ins and looks at all parcels."""

from alembic import op

from migrations import sqlfile

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sqlfile.run("0008_on_the_ground.sql")


def downgrade() -> None:
    op.execute("DROP FUNCTION on_the_ground(geometry, geometry, int, float8)")
    op.execute("DROP FUNCTION in_zone(geometry, geometry, text, int)")
    op.execute("DROP FUNCTION common_zone(text, text, geometry)")
    op.execute("DROP FUNCTION metre_zone(geometry)")
