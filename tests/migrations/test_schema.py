"""The migrations and the models say the same; what models cannot say is held by a reviewed list of its own."""

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, create_engine, inspect, text

from gisreg.cluster import DatabaseAddress
from gisreg.db.base import APP_ROLE, SCHEMA, Base
from gisreg.db.models import Parcel, ParcelVersion
from gisreg.db.revisions import head_revision
from gisreg.db.upgrade import alembic_config, upgrade
from gisreg.parcels.current import parcel_current

OBJECTS = Path(__file__).with_name("objects.txt")
CATALOGUE = """
SELECT 'function ' || p.oid::regprocedure || CASE WHEN p.prosecdef THEN ' security definer' ELSE '' END
    || ' owner ' || pg_get_userbyid(p.proowner) || ' ' || md5(pg_get_functiondef(p.oid))
    || ' ' || coalesce(p.proacl::text, '')
FROM pg_proc AS p WHERE p.pronamespace = 'gisreg'::regnamespace
UNION ALL
SELECT 'trigger ' || pg_get_triggerdef(t.oid)
FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
WHERE c.relnamespace = 'gisreg'::regnamespace AND NOT t.tgisinternal
UNION ALL
SELECT 'grant ' || table_name || ' ' || string_agg(privilege_type, ', ' ORDER BY privilege_type) || ' to ' || grantee
FROM information_schema.role_table_grants
WHERE table_schema = 'gisreg' AND grantee <> 'gisreg_owner' GROUP BY table_name, grantee
UNION ALL
SELECT 'grant ' || table_name || '(' || string_agg(DISTINCT column_name, ', ') || ') ' || privilege_type
FROM information_schema.column_privileges AS p
WHERE table_schema = 'gisreg' AND grantee = 'gisreg_app' AND NOT EXISTS (
    SELECT FROM information_schema.role_table_grants AS whole
    WHERE whole.table_schema = p.table_schema AND whole.table_name = p.table_name
      AND whole.grantee = p.grantee AND whole.privilege_type = p.privilege_type)
GROUP BY table_name, privilege_type
UNION ALL
SELECT 'view ' || viewname || ' owner ' || viewowner || ' ' || md5(definition) FROM pg_views WHERE schemaname = 'gisreg'
ORDER BY 1
"""


@pytest.fixture
def admin(database: DatabaseAddress) -> Engine:
    """The login that owns the schema."""
    return create_engine(database.admin_url)


def test_models_and_migrations_agree(admin: Engine) -> None:
    with admin.connect() as connection:
        command.check(alembic_config(connection))


def test_triggers_functions_grants_and_views_are_the_reviewed_ones(admin: Engine) -> None:
    """After a wanted change write the new list: the failing assertion shows it."""
    with admin.connect() as connection:
        found = "\n".join(connection.execute(text(CATALOGUE)).scalars()) + "\n"
    assert found == OBJECTS.read_text(encoding="utf-8")


def test_upgrading_twice_changes_nothing(database: DatabaseAddress) -> None:
    assert upgrade(database.admin_url) == (head_revision(), head_revision())


def test_every_migration_can_be_taken_back(admin: Engine) -> None:
    with admin.connect() as connection:
        command.downgrade(alembic_config(connection), "base")
        left = connection.execute(
            text("SELECT relname FROM pg_class WHERE relnamespace = 'gisreg'::regnamespace AND relkind IN ('r', 'v')")
        ).scalars()
        assert set(left) <= {"alembic_version"}
        command.upgrade(alembic_config(connection), "head")
        command.check(alembic_config(connection))


def test_the_read_model_is_described_as_it_is(admin: Engine) -> None:
    columns = {column["name"]: column["type"] for column in inspect(admin).get_columns("parcel_current", SCHEMA)}
    assert set(columns) == {column.name for column in parcel_current.columns}
    for column in parcel_current.columns:
        found = columns[column.name]
        assert isinstance(found, column.type._type_affinity or type(column.type)), (column.name, found)


def test_a_superseded_version_keeps_every_column_of_the_live_row() -> None:
    live = {column.name for column in Parcel.__table__.columns} - {"id"}
    assert live <= {column.name for column in ParcelVersion.__table__.columns}


def test_the_history_trigger_copies_every_column(admin: Engine) -> None:
    with admin.connect() as connection:
        body = connection.execute(text("SELECT prosrc FROM pg_proc WHERE proname = 'parcel_keep_version'")).scalar_one()
    for column in ParcelVersion.__table__.columns:
        assert column.name in body, column.name


def test_every_table_carries_the_county() -> None:
    for table in Base.metadata.tables.values():
        assert "county_code" in table.columns or table.name == "county", table.name


def test_the_application_role_owns_nothing_of_the_registry(admin: Engine) -> None:
    with admin.connect() as connection:
        owned = connection.execute(
            text(
                "SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) = :role"
                " AND relnamespace = 'gisreg'::regnamespace"
            ),
            {"role": APP_ROLE},
        ).scalars()
        assert list(owned) == []


def test_constraints_and_indexes_follow_the_naming_convention(admin: Engine) -> None:
    with admin.connect() as connection:
        names = connection.execute(
            text("SELECT conname FROM pg_constraint WHERE connamespace = 'gisreg'::regnamespace")
        ).scalars()
        odd = [name for name in names if not name.startswith(("ck_", "pk_", "fk_", "uq_", "alembic"))]
    assert odd == []
