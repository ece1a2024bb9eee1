"""An investigation whose notice was taken back has an end of its own."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

KNOWN = "ALTER TABLE investigation DROP CONSTRAINT ck_investigation_finding_known, "
ADD = "ADD CONSTRAINT ck_investigation_finding_known CHECK (finding IN ({}))"


def upgrade() -> None:
    op.execute(KNOWN + ADD.format("'determined', 'cleared', 'withdrawn'"))


def downgrade() -> None:
    op.execute("UPDATE investigation SET finding = 'cleared' WHERE finding = 'withdrawn'")
    op.execute(KNOWN + ADD.format("'determined', 'cleared'"))
