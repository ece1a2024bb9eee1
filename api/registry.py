"""The database as the application holds it: one engine, made at start, found again when the cluster moved."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from sqlalchemy import Connection, Engine

from gisreg.cluster import database_address
from gisreg.cluster.address import sqlalchemy_url
from gisreg.db.engine import Actor, make_engine, transaction
from gisreg.db.errors import DatabaseUnreachable
from gisreg.db.lines import Lines, open_driver
from gisreg.db.one_statement import make_reading_engine
from gisreg.db.together import Together
from gisreg.features import pages
from gisreg.settings import Settings

NAME = "gisreg api"
"""What the database knows these connections by."""
POOL_SIZE = 10
MAX_CONNECTIONS = 20
"""SQLAlchemy opens up to ten more than it keeps."""
MOST_IMPORTS = 2
"""Files that are read side by side."""


class Registry:
    """Opens transactions. An outage lasts no longer than the database's own: each request tries anew."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.started = secrets.token_hex(8)
        self._engine: Engine | None = None
        self._reading: Engine | None = None
        self._lock = threading.Lock()
        self.lines = Lines(self._open_line)
        """What the event loop asks by."""
        self.together = Together(self.lines)
        """By the same lines, with others who ask for the like."""
        self.importing = threading.BoundedSemaphore(MOST_IMPORTS)

    def engine(self) -> Engine:
        """The engine; made at first use, so that an application starts (and says so) while its database is down."""
        with self._lock:
            if self._engine is None:
                self._engine = make_engine(self.url(), pool_size=POOL_SIZE, application_name=NAME)
            return self._engine

    def reading_engine(self) -> Engine:
        """The connections that answer by one statement each."""
        with self._lock:
            if self._reading is None:
                self._reading = make_reading_engine(
                    self.url(), time_out_ms=pages.TIME_OUT_MS, pool_size=POOL_SIZE, application_name=NAME
                )
            return self._reading

    def _open_line(self) -> Any:
        return open_driver(self.url(), time_out_ms=pages.TIME_OUT_MS, application_name=NAME)

    def url(self) -> str:
        """The database's address, for work that opens connections of its own."""
        if self.settings.database_url:
            return sqlalchemy_url(self.settings.database_url)
        return database_address(self.settings).app_url

    @contextmanager
    def transaction(self, actor: Actor | None = None) -> Iterator[Connection]:
        """One transaction; read-only without an actor. A private cluster that went away is started again, once."""
        with ExitStack() as stack:
            try:
                connection = stack.enter_context(transaction(self.engine(), actor))
            except DatabaseUnreachable:
                if self.settings.database_url:
                    raise
                self.close()
                connection = stack.enter_context(transaction(self.engine(), actor))
            yield connection

    def close(self) -> None:
        """Give the connections back; the next transaction opens new ones."""
        self.lines.forget()
        with self._lock:
            for engine in (self._engine, self._reading):
                if engine is not None:
                    engine.dispose()
            self._engine = self._reading = None
