"""A mark that changes whenever anything visible in the database changes."""

from typing import Any

from sqlalchemy import Connection, text

# Two transactions with the same snapshot see exactly the same rows; the database's own number tells a restored one.
MARK = "(SELECT oid FROM pg_database WHERE datname = current_database()) || '/' || pg_current_snapshot()"
"""The mark as an expression, for a statement that tells it beside what it reads."""
_MARK = text(f"SELECT {MARK}")


def snapshot_mark(connection: Connection) -> str:
    """The mark of what this transaction sees; the same mark later means that nothing was written in between."""
    return str(connection.execute(_MARK).scalar_one())


def mark_of_now(connection: Connection) -> str:
    """The mark of what is committed, by a connection that commits by itself and is asked for nothing else.

    Raises:
        psycopg2.Error.
    """
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        cursor.execute(f"SELECT {MARK}")
        return str(cursor.fetchone()[0])
