"""History of the books beside the parcels; shares, terms, clean-up, steps of a title, asset cards, changes of units."""

from alembic import op

from migrations import sqlfile

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OLD_BOOKS = (
    "zone", "approval", "project", "enterprise", "party", "land_right", "encumbrance", "contract",
    "parcel_approval", "parcel_project", "parcel_enterprise", "document",
)  # fmt: skip
NEW_BOOKS = ("record_version", "title_event", "title_decision", "asset_card", "unit_change")
ADDED = {
    "approval": ("remark",),
    "parcel_approval": ("area_m2",),
    "party": ("party_type",),
    "land_right": ("share_numerator", "share_denominator", "cancelled_on"),
    "encumbrance": ("right_id", "certificate_no", "released_on"),
    "contract": (
        "contract_class", "party_id", "starts_on", "ends_on", "problem", "clean_up", "cleaned_on", "clean_up_basis",
    ),
    "document": ("media_type", "taken_on", "note", "withdrawn_reason"),
}  # fmt: skip
CHECKS = (
    ("approval", "approved_area_m2_range"), ("approval", "supplied_area_m2_range"),
    ("approval", "withdrawn_area_m2_range"), ("encumbrance", "term"), ("encumbrance", "rank_positive"),
)  # fmt: skip


def upgrade() -> None:
    sqlfile.run("0006_tables.sql")
    sqlfile.run("0006_history.sql")


def downgrade() -> None:
    op.execute("DROP TRIGGER land_right_shares_added ON land_right")
    op.execute("DROP TRIGGER land_right_shares_changed ON land_right")
    for book in OLD_BOOKS:
        for trigger in ("record_stamp", "record_keep_updated", "record_keep_deleted"):
            op.execute(f"DROP TRIGGER {trigger} ON {book}")
    for table in NEW_BOOKS:
        op.drop_table(table)
    op.execute("DROP FUNCTION record_stamp(), record_keep_version(), land_right_shares()")
    for table, check in CHECKS:
        op.drop_constraint(op.f(f"ck_{table}_{check}"), table)
    op.execute("DROP INDEX ix_document_file_sha256, ix_parcel_approval_approval_no")
    for table, columns in ADDED.items():
        for column in columns:
            op.drop_column(table, column)
    for book in OLD_BOOKS:
        stamps = ("version", "recorded_from") if book == "document" else ("version", "recorded_at", "recorded_by", "recorded_from")  # fmt: skip
        for stamp in stamps:
            op.drop_column(book, stamp)
    op.execute("REVOKE UPDATE ON document FROM gisreg_app")
    op.execute(
        "GRANT INSERT, UPDATE ON zone, approval, project, enterprise, party, land_right, encumbrance, contract,"
        " parcel_approval, parcel_project, parcel_enterprise TO gisreg_app"
    )
