"""The database as commands use it: one engine for the run, checked for its schema, and who is working."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from gisreg.cluster import database_address
from gisreg.db.engine import Actor, make_engine, transaction
from gisreg.settings import Settings


@contextmanager
def open_engine(settings: Settings) -> Iterator[Engine]:
    """An engine on the registry's database, started if need be; refuses a schema of another version."""
    from gisreg.db.upgrade import require_current  # noqa: PLC0415 - Alembic is slow to import, and importing files does without

    engine = make_engine(database_address(settings).app_url)
    try:
        with transaction(engine) as connection:
            require_current(connection)
        yield engine
    finally:
        engine.dispose()


def actor(settings: Settings, source: str = "cli") -> Actor:
    """Who the history names: GISREG_ACTOR, else the system user."""
    return Actor(settings.actor or getpass.getuser(), source)
