"""Answers of one statement: no transaction around it, and nobody asks beforehand whether the connection still lives.

A statement sees one snapshot as a transaction does, and a trip to the server costs as much as reading a parcel. Where a
connection has gone, the caller asks in the usual way, which mends what can be mended and tells what cannot.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import psycopg2
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError

from gisreg.db.engine import session_options
from gisreg.db.prepared import prepared

CANCELLED = "57014"
CONNECT_SECONDS = 10
SETTINGS = {
    "default_transaction_read_only": "on",
    # workers and compiled code take longer to begin than such an answer takes, and other readers wait for them
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    # a plan for any values: to plan for these costs more than to answer
    "plan_cache_mode": "force_generic_plan",
}
Watch = Callable[[Any], AbstractContextManager[None]]
"""Makes a block in which the driver's connection works for somebody who may give it up."""


def reading_options(time_out_ms: int) -> str:
    """What such a connection starts with."""
    settings = {**SETTINGS, "statement_timeout": str(time_out_ms)}
    return " ".join([session_options(), *(f"-c {name}={value}" for name, value in settings.items())])


def make_reading_engine(url: str, *, time_out_ms: int, pool_size: int, application_name: str) -> Engine:
    """Connections that each answer statements of their own."""
    options = reading_options(time_out_ms)
    return create_engine(
        url,
        connect_args={"options": options, "application_name": application_name, "connect_timeout": CONNECT_SECONDS},
        isolation_level="AUTOCOMMIT",
        pool_size=pool_size,
        pool_reset_on_return=None,
    )


def answer(engine: Engine, sql: str, values: Sequence[Any], watch: Watch) -> tuple[Any, ...] | None:
    """The first row of a statement with ``$1 …``; None where there is none, or no connection to ask by.

    Raises:
        psycopg2.Error: the statement failed or was given up.
    """
    try:
        connection = engine.raw_connection()
    except (DBAPIError, psycopg2.Error):
        return None
    driver: Any = connection.driver_connection
    try:
        with driver.cursor() as cursor, watch(driver):
            name = prepared(connection.info, cursor, sql)
            cursor.execute(f"EXECUTE {name} ({', '.join(['%s'] * len(values))})", values)
            row: tuple[Any, ...] | None = cursor.fetchone()
            return row
    except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
        if getattr(error, "pgcode", None) == CANCELLED:
            raise
        connection.invalidate()
        return None
    finally:
        connection.close()
