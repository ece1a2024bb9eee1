"""A batch of chosen rows tells how many rows of its file were left out: they were no refusals."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("batch", sa.Column("rows_left_out", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.execute("GRANT INSERT (rows_left_out) ON batch TO gisreg_app")


def downgrade() -> None:
    op.drop_column("batch", "rows_left_out")
