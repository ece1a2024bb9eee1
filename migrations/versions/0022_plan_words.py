"""A plan has its day of approval, and the words of a rule that it took over are told in English too."""

from migrations import sqlfile

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sqlfile.run("0022_plan_words.sql")


def downgrade() -> None:
    sqlfile.run("0022_plan_words_before.sql")
