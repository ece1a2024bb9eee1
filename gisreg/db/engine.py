"""Connections: the application's role, the search path, the county's clock; and the one kind of transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.pool import NullPool

from gisreg.days import TIME_ZONE
from gisreg.db import cancelling
from gisreg.db.base import APP_ROLE, SCHEMA
from gisreg.db.errors import translated


@dataclass(frozen=True)
class Actor:
    """Who does something and by which way in; the database writes both into the history."""

    name: str
    source: str = "cli"
    roles: tuple[str, ...] = ()
    """The roles of the close-out that are held here; all where none is named."""


def session_options(role: str = APP_ROLE) -> str:
    """libpq ``options`` that every connection of the registry starts with."""
    return f"-c role={role} -c search_path={SCHEMA},public -c timezone={TIME_ZONE}"


def make_engine(url: str, *, pool_size: int = 5, application_name: str = "gisreg") -> Engine:
    """An engine for the application's role, which owns nothing; ``pool_size=0`` opens a connection each time."""
    arguments = {"options": session_options(), "application_name": application_name, "connect_timeout": 10}
    if pool_size == 0:
        engine = create_engine(url, connect_args=arguments, poolclass=NullPool)
    else:
        engine = create_engine(url, connect_args=arguments, pool_size=pool_size, pool_pre_ping=True)
    event.listen(engine, "connect", lambda connection, _record: cancelling.opened(connection))
    return engine


@contextmanager
def transaction(engine: Engine, actor: Actor | None = None) -> Iterator[Connection]:
    """One transaction, committed at the end or undone whole. Without an actor it is read-only."""
    with translated(), engine.begin() as connection:
        if actor is None:
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        else:
            connection.execute(
                text(
                    "SELECT set_config('gisreg.actor', :name, true), set_config('gisreg.source', :source, true),"
                    " set_config('gisreg.roles', :roles, true)"
                ),
                {"name": actor.name, "source": actor.source, "roles": ",".join(actor.roles)},
            )
        yield connection
