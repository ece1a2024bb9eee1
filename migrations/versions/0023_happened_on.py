"""A step that changes a parcel's state alone has the day on which it took place, beside that of its recording."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("parcel_edit", sa.Column("happened_on", sa.Date()))
    op.execute("GRANT INSERT (happened_on) ON parcel_edit TO gisreg_app")


def downgrade() -> None:
    op.drop_column("parcel_edit", "happened_on")
