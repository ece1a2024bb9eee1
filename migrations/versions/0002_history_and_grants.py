"""The history that the database keeps, and what the application's role may do."""

from alembic import op

from migrations import sqlfile

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sqlfile.run("0002_history.sql")
    sqlfile.run("0002_grants.sql")
    sqlfile.run("0002_statistics.sql")
    sqlfile.run("0002_bulk.sql")


def downgrade() -> None:
    op.execute("DROP TRIGGER parcel_stamp ON parcel")
    op.execute("DROP TRIGGER parcel_keep_updated ON parcel")
    op.execute("DROP TRIGGER parcel_keep_deleted ON parcel")
    op.execute("DROP FUNCTION parcel_indexes_aside(), parcel_indexes_back()")
    op.execute("DROP FUNCTION parcel_keep_version(), parcel_stamp(), parcel_actor(), refresh_statistics()")
    op.execute("REVOKE ALL ON ALL TABLES IN SCHEMA gisreg FROM gisreg_app")
    op.execute("REVOKE ALL ON SCHEMA staging, gisreg FROM gisreg_app")
