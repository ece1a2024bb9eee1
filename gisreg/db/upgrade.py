"""Bringing a database's schema to the current version. Alembic's configuration is built here, in code."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

from gisreg.db.base import SCHEMA
from gisreg.db.errors import SchemaMissing, translated
from gisreg.settings import PROJECT_DIR

UPGRADE_LOCK = 7_446_473
"""Advisory lock: two upgrades at once end with one."""


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(PROJECT_DIR / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def head_revision() -> str:
    """The revision that the code expects."""
    revision = ScriptDirectory.from_config(alembic_config()).get_current_head()
    assert revision is not None, "the project has migrations"  # noqa: S101 - a broken checkout, not a user's error
    return revision


def current_revision(connection: Connection) -> str | None:
    """The revision of the database, or None where it holds no registry."""
    return MigrationContext.configure(connection, opts={"version_table_schema": SCHEMA}).get_current_revision()


def upgrade(admin_url: str) -> tuple[str | None, str]:
    """Run the missing migrations through a login that may create roles and schemas; revisions before and after."""
    engine = create_engine(admin_url, connect_args={"application_name": "gisreg upgrade", "connect_timeout": 10})
    try:
        with translated(), engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": UPGRADE_LOCK})
            before = current_revision(connection)
            connection.commit()
            command.upgrade(alembic_config(connection), "head")
            connection.commit()
            after = current_revision(connection)
            return before, after or ""
    finally:
        engine.dispose()


def require_current(connection: Connection) -> None:
    """Refuse to work on a schema that is older or newer than the code."""
    found, wanted = current_revision(connection), head_revision()
    if found != wanted:
        raise SchemaMissing("", detail=f"{found or '-'} → {wanted}")
