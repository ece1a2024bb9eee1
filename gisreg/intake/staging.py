# ruff: noqa: E501 - wording and SQL stay in one piece

"""Throwaway tables of a running import: named by a number that its session holds a lock on, so that those of dead
sessions are known and dropped at the next start."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from gisreg.db.base import STAGING_SCHEMA
from gisreg.db.errors import translated
from gisreg.intake.keys import PARCEL_CODE
from gisreg.intake.mapping import KEY_COLUMN

LOCK_CLASS = 7_446_474
PREFIX = "import_"
UNJUDGED = ("wkb", "sound", "star_shaped", "square")
"""Raw columns that a judged row has no more: its shape stands in typed columns, and is judged."""
JUDGED = {
    "refusal": "text", "repairs": "text[]", "warnings": "text", "survey_boundary": "geometry",
    "boundary": "geometry(MultiPolygon, 4490)", "area_m2": "float8", "planar_area_m2": "float8", "area_before": "float8",
    "township_code": "text", "content_hash": "uuid",
}  # fmt: skip
"""What judging adds to a row."""


@dataclass(frozen=True)
class Staging:
    """The names of one import's tables."""

    number: int

    def table(self, name: str) -> str:
        """A qualified table name."""
        return f"{STAGING_SCHEMA}.{PREFIX}{self.number}_{name}"

    @property
    def rows(self) -> str:
        """All judged rows; those of the parts inherit from it."""
        return self.table("rows")

    @property
    def raw(self) -> str:
        """All rows as they came; those of the parts inherit from it."""
        return self.table("raw")

    @property
    def pairs(self) -> str:
        """Numbers of rows that lie near each other."""
        return self.table("pairs")

    def raw_part(self, part: int) -> str:
        """The rows of a part as they came."""
        return f"{PREFIX}{self.number}_raw_{part}"

    def rows_part(self, part: int) -> str:
        """The judged rows of a part."""
        return self.table(f"rows_{part}")


@contextmanager
def staging_area(engine: Engine) -> Iterator[Staging]:
    """Names that nobody else uses; whatever was made under them is dropped at the end."""
    with translated(), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as keeper:
        drop_orphans(keeper)
        staging = Staging(secrets.randbelow(2**31 - 1))
        _hold(keeper, staging.number)
        try:
            yield staging
        finally:
            # What happened to the import is decided by now; a lost connection leaves its tables to the next start.
            with suppress(DBAPIError):
                drop(keeper, staging.number)


def _hold(keeper: Connection, number: int) -> bool:
    wanted = {"lock_class": LOCK_CLASS, "number": number}
    return bool(keeper.scalar(text("SELECT pg_try_advisory_lock(:lock_class, :number)"), wanted))


def drop_orphans(keeper: Connection) -> None:
    """Drop the tables of imports whose sessions are gone."""
    query = text(
        "SELECT DISTINCT split_part(tablename, '_', 2)::int FROM pg_tables WHERE schemaname = :schema AND tablename ~ :form"
    )
    numbers = keeper.scalars(query, {"schema": STAGING_SCHEMA, "form": f"^{PREFIX}[0-9]+_"})
    for number in list(numbers):
        if _hold(keeper, number):
            drop(keeper, number)
            keeper.execute(
                text("SELECT pg_advisory_unlock(:lock_class, :number)"), {"lock_class": LOCK_CLASS, "number": number}
            )


def drop(keeper: Connection, number: int) -> None:
    """Drop the tables of one import."""
    if keeper.closed or keeper.invalidated:
        return
    query = text("SELECT tablename FROM pg_tables WHERE schemaname = :schema AND tablename LIKE :form")
    names = keeper.scalars(query, {"schema": STAGING_SCHEMA, "form": f"{PREFIX}{number}\\_%"})
    listed = ", ".join(f'{STAGING_SCHEMA}."{name}"' for name in names)
    if listed:
        keeper.execute(text(f"DROP TABLE IF EXISTS {listed}"))


def create_rows(connection: Connection, staging: Staging, raw: Mapping[str, str]) -> None:
    """The tables of raw and of judged rows; ``raw`` has the columns of a raw row and their types."""
    connection.execute(text(f"CREATE UNLOGGED TABLE {staging.raw} ({_columns(raw)})"))
    kept = {name: kind for name, kind in raw.items() if name not in UNJUDGED}
    # without codes of its own a file's rows are recognised by their content; the columns are there all the same
    known_by = {KEY_COLUMN: "text", PARCEL_CODE: "text"}
    connection.execute(text(f"CREATE UNLOGGED TABLE {staging.rows} ({_columns({**JUDGED, **known_by, **kept})})"))


def _columns(types: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in types.items())


def create_parts(connection: Connection, staging: Staging, count: int) -> None:
    """The tables of the parts, made in the file's order: that is the order in which their rows are read together."""
    for number in range(count):
        raw = f"{STAGING_SCHEMA}.{staging.raw_part(number)}"
        for part, whole in ((raw, staging.raw), (staging.rows_part(number), staging.rows)):
            connection.execute(
                text(f"CREATE UNLOGGED TABLE {part} () INHERITS ({whole}) WITH (autovacuum_enabled = off)")
            )
