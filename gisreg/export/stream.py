"""A query's rows as Arrow batches: ADBC reads COPY's binary stream in a thread of its own while the caller works."""

import contextlib
import queue
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from sqlalchemy import Engine, Select, event

from gisreg.db.engine import session_options, transaction
from gisreg.db.errors import translated_adbc

BATCH_BYTES = 8 * 1024 * 1024
BATCHES_AHEAD = 3
FEW_ROWS = 50_000


SESSION = "-c default_transaction_read_only=on -c jit=off -c work_mem=64MB -c max_parallel_workers_per_gather=0"
"""Compiling a query of a hundred columns took 3 s a process; its joins sort a million narrow rows."""


def literal_sql(engine: Engine, statement: Select[Any]) -> str:
    """The statement exactly as psycopg2 would send it: COPY, which ADBC streams by, takes no parameters of its own."""
    sent: list[str] = []

    def catch(_connection: Any, cursor: Any, sql: str, parameters: Any, _context: Any, _many: bool) -> tuple[str, Any]:
        sent.append(cursor.mogrify(sql, parameters).decode())
        return "SELECT 1 WHERE false", None

    with transaction(engine) as connection:
        event.listen(connection, "before_cursor_execute", catch, retval=True)
        connection.execute(statement).close()
        event.remove(connection, "before_cursor_execute", catch)
    return sent[0]


def is_small(engine: Engine, statement: Select[Any]) -> bool:
    """Whether the planner expects few rows: those are put in order; sorting a million wide rows took longer than
    reading them."""
    explain = "EXPLAIN (FORMAT JSON) " + literal_sql(engine, statement)
    with transaction(engine) as connection, contextlib.closing(connection.connection.cursor()) as cursor:
        cursor.execute(explain)  # past SQLAlchemy, which would read the percent signs as parameters
        (explained,) = cursor.fetchone() or ([{"Plan": {"Plan Rows": FEW_ROWS}}],)
        plan = explained[0]["Plan"]
    return int(plan["Plan Rows"]) <= FEW_ROWS


def libpq_uri(engine: Engine) -> str:
    """The engine's address for ADBC, with the registry's session options and read-only."""
    address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    options = quote(f"{session_options()} {SESSION}")
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}options={options}&application_name=gisreg-export&connect_timeout=10"


class ArrowStream:
    """The batches of one query. ``schema`` is known at once; iterating yields record batches, once."""

    def __init__(self, cursor: Any) -> None:
        reader = cursor.fetch_record_batch()
        self.schema = reader.schema
        self._cursor = cursor
        self._queue: queue.Queue[Any] = queue.Queue(BATCHES_AHEAD)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._read, args=(reader,), name="export-reader", daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[Any]:
        while (item := self._queue.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item

    def _read(self, reader: Any) -> None:
        try:
            for batch in reader:
                if self._stopped.is_set():
                    return
                self._queue.put(batch)
        except BaseException as error:  # noqa: BLE001,RUF100 - whatever it is, it belongs to the consumer
            self._queue.put(error)
        else:
            self._queue.put(None)

    def stop(self) -> None:
        """End the reading, in the middle if need be; the connection may be closed only after that."""
        self._stopped.set()
        if self._thread.is_alive():
            with contextlib.suppress(Exception):  # the query may end by itself just now
                self._cursor.adbc_cancel()
        while self._thread.is_alive():
            with contextlib.suppress(queue.Empty):
                self._queue.get(timeout=0.05)
        self._thread.join()


@contextlib.contextmanager
def open_stream(engine: Engine, statement: Select[Any]) -> Iterator[ArrowStream]:
    """Run the query; driver errors that leave the block are the registry's own."""
    from adbc_driver_postgresql import StatementOptions, dbapi  # noqa: PLC0415 - slow to import, only exports need it

    sql = literal_sql(engine, statement)
    with translated_adbc(), dbapi.connect(libpq_uri(engine)) as connection, connection.cursor() as cursor:
        cursor.adbc_statement.set_options(**{StatementOptions.BATCH_SIZE_HINT_BYTES.value: str(BATCH_BYTES)})
        cursor.execute(sql)
        stream = ArrowStream(cursor)
        try:
            yield stream
        finally:
            stream.stop()
