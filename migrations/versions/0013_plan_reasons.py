"""Labels keep their reasons, runs can share labels, and a person's decision its paper and its end."""

from alembic import op

from migrations import sqlfile

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sqlfile.run("0013_plan_reasons.sql")


def downgrade() -> None:
    op.execute("DROP VIEW parcel_current")
    op.execute("DROP FUNCTION plan_labels_of(integer)")
    op.execute("DROP TRIGGER plan_label_keep_replaced ON plan_label")
    op.execute("DROP FUNCTION plan_label_keep_replaced()")
    op.execute("REVOKE DELETE ON plan_label FROM gisreg_app")
    op.drop_table("plan_label_replaced")
    op.drop_table("plan_fact")
    op.drop_index("ix_plan_parcel_id", "plan")
    for table, columns in (
        ("plan", ("ended_reason", "ended_by", "document")),
        ("plan_run", ("label_run_id", "refreshes_run_id", "seen_xid")),
        ("plan_rule", ("facts_needed", "place")),
        ("plan_label", ("since_run_id", "unknown_facts", "open_rules")),
    ):
        for column in columns:
            op.drop_column(table, column)
    sqlfile.run("0003_parcel_current.sql")
