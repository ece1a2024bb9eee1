"""Approved plans with their steps, investigations of idle land, close-outs and their proofs."""

from alembic import op

from migrations import sqlfile

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sqlfile.run("0012_closeout.sql")


def downgrade() -> None:
    for table in ("close_out_proof", "close_out", "investigation", "plan_step", "plan_charge"):
        op.drop_table(table)
