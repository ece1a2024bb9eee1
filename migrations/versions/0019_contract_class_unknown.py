"""A contract of which nobody said what it is has no class; it was stored as a grant."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE contract ALTER COLUMN contract_class DROP NOT NULL, ALTER COLUMN contract_class DROP DEFAULT"
    )


def downgrade() -> None:
    op.execute("UPDATE contract SET contract_class = 'grant' WHERE contract_class IS NULL")
    op.execute(
        "ALTER TABLE contract ALTER COLUMN contract_class SET DEFAULT 'grant', ALTER COLUMN contract_class SET NOT NULL"
    )
