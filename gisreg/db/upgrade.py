"""Bringing a database's schema to the current version. Alembic's configuration is built here, in code."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text

from gisreg.db.errors import translated
from gisreg.db.revisions import current_revision
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
