"""Parcel numbers: an index that a large load sets aside with the others, and a check of their form without a pattern.

A constraint's index is kept up row by row however large the load (PostgreSQL can set aside only indexes that stand by
themselves), and the pattern took as long as all other checks of a row together.
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE parcel DROP CONSTRAINT uq_parcel_parcel_code, DROP CONSTRAINT ck_parcel_parcel_code_form, "
        "ADD CONSTRAINT ck_parcel_parcel_code_form "
        "CHECK (translate(parcel_code, '0123456789', '9999999999') = '999999-9999999')"
    )
    op.execute("CREATE UNIQUE INDEX uq_parcel_parcel_code ON parcel (parcel_code)")


def downgrade() -> None:
    op.execute("DROP INDEX uq_parcel_parcel_code")
    op.execute(
        "ALTER TABLE parcel ADD CONSTRAINT uq_parcel_parcel_code UNIQUE (parcel_code), "
        "DROP CONSTRAINT ck_parcel_parcel_code_form, "
        "ADD CONSTRAINT ck_parcel_parcel_code_form CHECK (parcel_code ~ '^[0-9]{6}-[0-9]{7}$')"
    )
