"""The journal of edits and the lineage of parcels."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ACTOR = "coalesce(nullif(current_setting('gisreg.actor', true), ''), session_user)"
SOURCE = "coalesce(nullif(current_setting('gisreg.source', true), ''), 'sql')"


def upgrade() -> None:
    op.create_table(
        "parcel_edit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("parcel_ids", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("versions", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("undoes_id", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Text(), server_default=sa.text(ACTOR), nullable=False),
        sa.Column("recorded_from", sa.Text(), server_default=sa.text(SOURCE), nullable=False),
        sa.ForeignKeyConstraint(["county_code"], ["county.code"], name=op.f("fk_parcel_edit_county_code_county")),
        sa.ForeignKeyConstraint(["undoes_id"], ["parcel_edit.id"], name=op.f("fk_parcel_edit_undoes_id_parcel_edit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel_edit")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_parcel_edit_undoes_id")),
    )
    op.create_index("ix_parcel_edit_recorded_at", "parcel_edit", ["county_code", "recorded_at"], unique=False)
    op.create_table(
        "parcel_lineage",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("edit_id", sa.BigInteger(), nullable=False),
        sa.Column("predecessor_id", sa.BigInteger(), nullable=False),
        sa.Column("successor_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("predecessor_id <> successor_id", name=op.f("ck_parcel_lineage_two_parcels")),
        sa.ForeignKeyConstraint(["county_code"], ["county.code"], name=op.f("fk_parcel_lineage_county_code_county")),
        sa.ForeignKeyConstraint(["edit_id"], ["parcel_edit.id"], name=op.f("fk_parcel_lineage_edit_id_parcel_edit")),
        sa.ForeignKeyConstraint(
            ["predecessor_id"], ["parcel.id"], name=op.f("fk_parcel_lineage_predecessor_id_parcel")
        ),
        sa.ForeignKeyConstraint(["successor_id"], ["parcel.id"], name=op.f("fk_parcel_lineage_successor_id_parcel")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel_lineage")),
    )
    op.create_index("ix_parcel_lineage_predecessor_id", "parcel_lineage", ["predecessor_id"], unique=False)
    op.create_index("ix_parcel_lineage_successor_id", "parcel_lineage", ["successor_id"], unique=False)
    op.create_index("ix_parcel_lineage_edit_id", "parcel_lineage", ["edit_id"], unique=False)
    # what was recorded stays: the application adds lines to the journal and stamps none of them
    op.execute("GRANT SELECT ON parcel_edit, parcel_lineage TO gisreg_app")
    op.execute(
        "GRANT INSERT (county_code, operation, reason, parcel_ids, versions, undoes_id) ON parcel_edit TO gisreg_app"
    )
    op.execute("GRANT INSERT (county_code, edit_id, predecessor_id, successor_id) ON parcel_lineage TO gisreg_app")


def downgrade() -> None:
    op.drop_table("parcel_lineage")
    op.drop_table("parcel_edit")
