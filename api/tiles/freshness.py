"""Which data tiles show, known anew for every request, and asked of the database once for all that wait together.

A request is answered from a look that began after it came in. So nobody gets a tile from before an edit that was
committed before the request, whichever process made the edit, and many readers cost no more than a few.
"""

import asyncio
import hashlib
import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import ClassVar

import psycopg2
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool

from api.registry import Registry
from gisreg.days import today
from gisreg.db.snapshot import mark_of_now, snapshot_mark
from gisreg.errors import SetupError
from gisreg.features import leaving
from gisreg.text import Text
from gisreg.tiles.following import follow, version_of

WAIT_SECONDS = 20
FORMAT = 1
"""Goes up when the same data make other tiles than before."""


class TilesBeingDrawn(SetupError):
    """After a large import or a new run of labels it takes some seconds until all of it is drawn."""

    what: ClassVar[Text] = Text("瓦片数据正在更新", "what tiles are made of is being brought up to date")
    mend: ClassVar[Text] = Text("请稍后再试", "try again in a moment")


def named(version: str) -> str:
    """The version of the data as tiles and their ETags are called by: townships come and go with the day."""
    parts = f"{version}\n{today().isoformat()}\n{FORMAT}"
    return hashlib.sha256(parts.encode()).hexdigest()[:24]


class Freshness:
    """Asks the database what there is, and has the copy brought up to date where it is behind."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._kept: Connection | None = None
        self._known: tuple[str, str] | None = None
        self._lock = threading.Lock()
        self._follower = ThreadPoolExecutor(1, "tiles")
        self._ending = leaving.Leaving()
        self._last: Future[None] | None = None
        self._running: asyncio.Task[str] | None = None
        self._next: asyncio.Task[str] | None = None

    async def version(self) -> str:
        """The version of now. All who ask while a look is under way share the next one.

        Raises:
            TilesBeingDrawn, DatabaseError.
        """
        if self._next is None:
            self._next = asyncio.create_task(self._after(self._running))
        return named(await asyncio.shield(self._next))

    async def _after(self, running: "asyncio.Task[str] | None") -> str:
        if running is not None and not running.done():
            await asyncio.wait([running])
        self._running, self._next = self._next, None  # from here on it is too late to join
        return await run_in_threadpool(self.look)

    def look(self) -> str:
        """What the copy is made from now, after it was brought up to date.

        Raises:
            TilesBeingDrawn, DatabaseError.
        """
        mark = self._mark()
        known = self._known
        if known is not None and known[0] == mark:
            return known[1]
        try:
            self._begin().result(WAIT_SECONDS)
        except TimeoutError as error:
            raise TilesBeingDrawn from error
        with self.registry.transaction() as connection:
            version = version_of(connection)
        # what was written between the mark and now is in it, and will be looked at once more
        self._known = mark, version
        return version

    def _follow(self) -> None:
        leaving.reader.set(self._ending)  # the server that ends is the only one who may stop it
        follow(self.registry.engine())

    def _mark(self) -> str:
        """The mark of what is committed, by a connection that is kept for it."""
        with self._lock:
            try:
                if self._kept is None:
                    engine = self.registry.engine()
                    self._kept = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
                return mark_of_now(self._kept)
            except (DBAPIError, psycopg2.Error):
                self._let_go()
        with self.registry.transaction() as connection:  # tells what is wrong, or that the database is back
            return snapshot_mark(connection)

    def _let_go(self) -> None:
        """After an outage nothing is known."""
        self._known = None
        if self._kept is not None:
            self._kept.invalidate()
            self._kept.close()
            self._kept = None

    def warm_up(self) -> None:
        """Begin to draw in the background, so that the first reader does not wait for all of it."""
        self._begin()

    def _begin(self) -> "Future[None]":
        self._last = self._follower.submit(self._follow)
        return self._last

    def close(self) -> None:
        """Stop what is under way: the next server takes it up again."""
        self._follower.shutdown(wait=False, cancel_futures=True)
        while self._last is not None and not self._last.done():
            self._ending.give_up()
            wait([self._last], 0.1)  # it may have been between two statements
        with self._lock:
            self._let_go()
