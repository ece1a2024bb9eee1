"""Answers of one statement, waited for by an event loop: no thread is woken for a question and none for its answer.

Handing a question to a thread and its answer back costs as much as reading a parcel. Texts come as bytes, as they left
the server: whoever passes them on neither decodes nor encodes them. A statement sees one snapshot as a transaction
does; where a connection has gone, the caller asks in the usual way, which mends what can be mended.
"""

import asyncio
import os
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from select import select
from typing import Any

import psycopg2
from psycopg2.extensions import BYTES, POLL_OK, POLL_WRITE, register_type
from sqlalchemy import make_url
from sqlalchemy.dialects.postgresql.psycopg2 import PGDialect_psycopg2

from gisreg.db.one_statement import CANCELLED, CONNECT_SECONDS, reading_options
from gisreg.db.prepared import MOST_PREPARED, name_of

MOST_LINES = max(4, 2 * (os.cpu_count() or 1))
"""More at once answer no sooner: they only share the processors."""
PATIENCE_S = 0.05
"""An answer that takes no longer than this is made, whether its reader is still there or not."""
MOST_WAIT_S = 5.0
"""Who finds no line free for so long asks in the usual way."""
HasLeft = Callable[[], Awaitable[None]]
"""Waits until the one who asks has left."""


def open_driver(url: str, *, time_out_ms: int, application_name: str) -> Any:
    """A connection for one line; it is waited for here, in whatever thread this is.

    Raises:
        psycopg2.Error.
    """
    dialect: Any = PGDialect_psycopg2()  # type: ignore[no-untyped-call]  # it has no types
    _, address = dialect.create_connect_args(make_url(url))
    driver = psycopg2.connect(
        **address, options=reading_options(time_out_ms), application_name=application_name, async_=True
    )
    _await_opening(driver)
    return driver


def _await_opening(driver: Any) -> None:
    """The driver's own ``connect_timeout`` says nothing of connections that are not waited for."""
    end = time.monotonic() + CONNECT_SECONDS
    while (state := driver.poll()) != POLL_OK:
        reads, writes = ([], [driver]) if state == POLL_WRITE else ([driver], [])
        if not any(select(reads, writes, [], max(0.0, end - time.monotonic()))):
            driver.close()
            raise psycopg2.OperationalError("nobody answers")


class Line:
    """One connection, asked for one thing at a time."""

    def __init__(self, driver: Any, loop: asyncio.AbstractEventLoop, turn: int = 0) -> None:
        self.driver, self.turn = driver, turn
        self.is_lost = False
        self._loop = loop
        self._cursor = driver.cursor()
        register_type(BYTES, self._cursor)
        self._known: set[str] = set()
        self._sent: asyncio.Future[None] | None = None
        self._there = driver.fileno()
        loop.add_reader(self._there, self._go_on)

    async def rows(self, sql: str, values: Sequence[Any], has_left: HasLeft) -> list[tuple[Any, ...]]:
        """The rows of a statement with ``$1 …``.

        Raises:
            psycopg2.Error: the statement failed or was given up.
        """
        name = name_of(sql)
        if name not in self._known:
            await self._prepare(name, sql, has_left)
        await self._done(f"EXECUTE {name} ({', '.join(['%s'] * len(values))})", values, has_left)
        rows: list[tuple[Any, ...]] = self._cursor.fetchall()
        return rows

    def close(self) -> None:
        """Hang up."""
        self._loop.remove_reader(self._there)
        self._loop.remove_writer(self._there)
        self.driver.close()

    async def _prepare(self, name: str, sql: str, has_left: HasLeft) -> None:
        if len(self._known) >= MOST_PREPARED:
            await self._done("DEALLOCATE ALL", None, has_left)
            self._known.clear()
        await self._done(f"PREPARE {name} AS {sql}", None, has_left)
        self._known.add(name)

    async def _done(self, sql: str, values: Sequence[Any] | None, has_left: HasLeft) -> None:
        self._sent = sent = self._loop.create_future()
        self._cursor.execute(sql, values)
        self._go_on()  # what a full buffer held back is sent on
        watching: list[asyncio.Task[None]] = []
        patience = self._loop.call_later(PATIENCE_S, lambda: watching.append(self._watching(sent, has_left)))
        try:
            await sent
        finally:
            patience.cancel()
            for one in watching:
                await one  # what it stopped was this question, and shall be no other

    def _watching(self, sent: "asyncio.Future[None]", has_left: HasLeft) -> "asyncio.Task[None]":
        return self._loop.create_task(self._watch(sent, has_left))

    async def _watch(self, sent: "asyncio.Future[None]", has_left: HasLeft) -> None:
        """Give up what nobody waits for any more."""
        leaving = asyncio.ensure_future(has_left())
        try:
            await asyncio.wait([sent, leaving], return_when=asyncio.FIRST_COMPLETED)
            if not sent.done():
                with suppress(psycopg2.Error):  # what has just ended cannot be stopped
                    await asyncio.to_thread(self.driver.cancel)
                await asyncio.wait([sent])
        finally:
            leaving.cancel()

    def _go_on(self) -> None:
        """The server has spoken, or can hear more."""
        sent, there = self._sent, self._there
        if sent is None or sent.done():  # nobody asked: it hangs up
            self.is_lost = True
            self._loop.remove_reader(there)
            return
        try:
            state = self.driver.poll()
        except psycopg2.Error as error:
            self._loop.remove_writer(there)
            sent.set_exception(error)
            return
        if state == POLL_WRITE:
            self._loop.add_writer(there, self._go_on)
            return
        self._loop.remove_writer(there)
        if state == POLL_OK:
            sent.set_result(None)


class Lines:
    """A few lines for one event loop, opened as they are needed; who finds none free waits for the next."""

    def __init__(self, open_one: Callable[[], Any], most: int = MOST_LINES) -> None:
        self._open_one, self._most = open_one, most
        self._loop: asyncio.AbstractEventLoop | None = None
        self._free: list[Line] = []
        self._opened = 0
        self._waiting: deque[asyncio.Future[Line | None]] = deque()
        self._turn = 0

    async def answer(self, sql: str, values: Sequence[Any], has_left: HasLeft) -> tuple[Any, ...] | None:
        """The first row of a statement with ``$1 …``; None where there is none, or no line to ask by.

        Raises:
            psycopg2.Error: the statement failed or was given up.
        """
        rows = await self.answers(sql, values, has_left)
        return rows[0] if rows else None

    async def answers(self, sql: str, values: Sequence[Any], has_left: HasLeft) -> list[tuple[Any, ...]] | None:
        """All rows of the statement; None where there is no line to ask by.

        Raises:
            psycopg2.Error: the statement failed or was given up.
        """
        line = await self._take()
        if line is None:
            return None
        is_good = False
        try:
            rows = await line.rows(sql, values, has_left)
            is_good = True
        except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
            is_good = error.pgcode == CANCELLED
            if is_good:
                raise
            return None
        except psycopg2.Error:
            is_good = True
            raise
        finally:
            if is_good:
                self._give(line)
            else:
                self._drop(line)
                self._give(None)
        return rows

    def forget(self) -> None:
        """Open new lines from now on: the database may be elsewhere. Any thread may say so."""
        self._turn += 1

    def close(self) -> None:
        """Leave all lines that are free; by the loop that they belong to."""
        while self._free:
            self._drop(self._free.pop())

    async def _take(self) -> Line | None:
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._begin(loop)
        while self._free:
            line = self._free.pop()
            if line.turn == self._turn and not line.is_lost:
                return line
            self._drop(line)
        if self._opened < self._most:
            return await self._new(loop)
        waiting: asyncio.Future[Line | None] = loop.create_future()
        self._waiting.append(waiting)
        await asyncio.wait([waiting], timeout=MOST_WAIT_S)
        if waiting.done():
            return waiting.result()
        waiting.cancel()  # lines that nothing comes back by are no reason to wait for ever
        return None

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Lines belong to the loop that they were opened in; that one has ended."""
        for line in self._free:
            line.driver.close()
        self._loop, self._free, self._opened, self._waiting = loop, [], 0, deque()

    async def _new(self, loop: asyncio.AbstractEventLoop) -> Line | None:
        self._opened += 1
        try:
            return Line(await asyncio.to_thread(self._open_one), loop, self._turn)
        except BaseException as error:
            self._opened -= 1
            self._give(None)
            if isinstance(error, Exception):  # whatever it is, the usual way meets it as well and tells it
                return None
            raise

    def _give(self, line: Line | None) -> None:
        """To whoever waits; where there is one line less, all who wait are sent the usual way."""
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(line)
                if line is not None:
                    return
        if line is not None:
            self._free.append(line)

    def _drop(self, line: Line) -> None:
        self._opened -= 1
        line.close()
