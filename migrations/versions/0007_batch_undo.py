"""Batches that were taken back: when, by whom, why, and how many parcels it concerned."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ACTOR = "coalesce(nullif(current_setting('gisreg.actor', true), ''), session_user)"


def upgrade() -> None:
    op.create_table(
        "batch_undo",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("parcels_removed", sa.Integer(), nullable=False),
        sa.Column("parcels_restored", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Text(), server_default=sa.text(ACTOR), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_batch_undo_batch_id_batch")),
        sa.ForeignKeyConstraint(["county_code"], ["county.code"], name=op.f("fk_batch_undo_county_code_county")),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_batch_undo")),
    )
    op.execute("GRANT SELECT ON batch_undo TO gisreg_app")
    op.execute(
        "GRANT INSERT (batch_id, county_code, parcels_removed, parcels_restored, reason) ON batch_undo TO gisreg_app"
    )


def downgrade() -> None:
    op.drop_table("batch_undo")
