"""What one loading process does: read its part, send it to the server, have the server prepare it there."""

import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sqlalchemy import Engine

from gisreg.db.base import STAGING_SCHEMA
from gisreg.db.engine import make_engine, session_options
from gisreg.db.errors import translated, translated_adbc
from gisreg.db.sql import load
from gisreg.intake.mapping import KEY_COLUMN
from gisreg.intake.prepare import Preparation
from gisreg.intake.rows import typed_batch, typed_schema
from gisreg.intake.source import Part, Source

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

BATCHES_AHEAD = 2
SHAPE_ERRORS = ("XX000", "22", "38")
"""SQLSTATEs by which PostGIS refuses a shape: then the careful statement is used, which refuses that row alone."""


@dataclass(frozen=True)
class Task:
    """One part of a file; plain data, so that it travels."""

    url: str
    source: Source
    part: Part
    number: int
    preparation: Preparation


Tell = Callable[[int], None]
"""Called with the number of rows just sent."""


@dataclass(frozen=True)
class Loaded:
    """What is known of a part's rows when they are in staging."""

    boxes: "np.ndarray"
    """Where they are (n, 5): number, west, south, east, north."""
    codes: "pa.ChunkedArray"
    """The file's own codes (n,)."""


def load_part(task: Task, tell: Tell) -> Loaded:
    """Bring one part into staging, judged and measured."""
    engine = make_engine(task.url, pool_size=0, application_name="gisreg import")
    raw = task.preparation.staging.raw_part(task.number)
    loaded = send(task, raw, tell)
    with translated(), cursor(engine) as run:
        run("SET client_min_messages = error; SET jit = off; SET max_parallel_workers_per_gather = 0")
        run(load("gisreg.intake", "sql/session.sql"))
        prepare(task, run)
        run(task.preparation.swapped(task.number))
        wrong_zone = task.preparation.wrong_zone(task.number)
        if wrong_zone:
            run(wrong_zone)
    return loaded


class cursor:  # noqa: N801 - used as a function, like open()
    """A plain cursor that runs SQL without looking for parameters in it; commits each statement."""

    def __init__(self, engine: Engine) -> None:
        self._connection = engine.raw_connection()

    def __enter__(self) -> Callable[[str], None]:
        driver: Any = self._connection.driver_connection
        driver.autocommit = True
        return driver.cursor().execute  # type: ignore[no-any-return] # psycopg2 has no types

    def __exit__(self, *_: object) -> None:
        self._connection.close()


def prepare(task: Task, run: Callable[[str], None]) -> None:
    """The fast statement; where one shape makes PostGIS raise, the careful one."""
    import psycopg2  # noqa: PLC0415 - its error class only

    try:
        run(task.preparation.statement(task.number, careful=False))
    except psycopg2.Error as error:
        if not (error.pgcode or "").startswith(SHAPE_ERRORS):
            raise
        run(f"TRUNCATE {task.preparation.staging.rows_part(task.number)}")
        run(task.preparation.statement(task.number, careful=True))


def send(task: Task, raw: str, tell: Tell) -> Loaded:
    """COPY in PostgreSQL's binary form straight from Arrow; a thread reads ahead meanwhile."""
    import numpy as np  # noqa: PLC0415 - heavy
    import pyarrow as pa  # noqa: PLC0415 - heavy
    from adbc_driver_postgresql import dbapi  # noqa: PLC0415 - heavy

    mapped = task.preparation.mapped
    batches = task.source.batches([column.source for column in mapped.columns], task.part)
    boxes, codes = [np.empty((0, 5))], []

    def typed() -> "Iterator[pa.RecordBatch]":
        for batch in batches:
            rows, places = typed_batch(mapped, task.preparation.judging, batch)
            boxes.append(places)
            codes.append(rows[KEY_COLUMN] if KEY_COLUMN in rows.schema.names else pa.nulls(len(rows), pa.string()))
            yield rows

    ahead = ReadAhead(typed(), tell)
    reader = pa.RecordBatchReader.from_batches(typed_schema(mapped), iter(ahead))
    with translated_adbc(), dbapi.connect(libpq_uri(task.url)) as connection, connection.cursor() as ingest:
        try:
            ingest.adbc_ingest(raw, reader, mode="append", db_schema_name=STAGING_SCHEMA)
        finally:
            ahead.stop()
            ahead.reraise()
        connection.commit()
    return Loaded(np.concatenate(boxes), pa.chunked_array(codes, pa.string()))


def libpq_uri(url: str) -> str:
    """The address for ADBC, with the registry's session options."""
    joint = "&" if "?" in url else "?"
    scheme, _, rest = url.partition("://")
    return (
        f"{scheme.partition('+')[0]}://{rest}{joint}options={quote(session_options())}&application_name=gisreg%20import"
    )


class ReadAhead:
    """Batches read in a thread of their own, a few ahead of who sends them."""

    def __init__(self, batches: Iterator["pa.RecordBatch"], tell: Tell) -> None:
        self._batches, self._tell = batches, tell
        self._queue: queue.Queue[Any] = queue.Queue(BATCHES_AHEAD)
        self._stopped = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._read, name="import-reader", daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator["pa.RecordBatch"]:
        while (batch := self._queue.get()) is not None:
            yield batch
            self._tell(batch.num_rows)

    def _read(self) -> None:
        try:
            for batch in self._batches:
                if self._stopped.is_set():
                    return
                self._queue.put(batch)
        except BaseException as error:  # noqa: BLE001,RUF100 - whatever it is, it belongs to the consumer
            self._failure = error
        finally:
            self._queue.put(None)

    def stop(self) -> None:
        """End the reading, in the middle if need be."""
        self._stopped.set()
        while self._thread.is_alive():
            try:
                self._queue.get(timeout=0.05)
            except queue.Empty:
                continue
        self._thread.join()

    def reraise(self) -> None:
        """What went wrong while reading says more than the sender's complaint about it."""
        if self._failure is not None:
            raise self._failure
