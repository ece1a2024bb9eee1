"""Pages of features: first which ones (one small statement that the indexes serve), then their GeoJSON in one piece."""

import math
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, ClassVar

import psycopg2
from sqlalchemy import ColumnElement, Connection, func, select, text
from sqlalchemy.exc import DBAPIError

from gisreg.db.sql import load
from gisreg.errors import ResourceError
from gisreg.features import cursor, leaving
from gisreg.features.asking import Asked
from gisreg.features.collections import Collection
from gisreg.features.crs import DEGREE_DIGITS
from gisreg.features.writing_json import features_of
from gisreg.text import Text

TIME_OUT_MS = 20_000
CANCELLED = "57014"


class TookTooLong(ResourceError):
    """The statement was given up at its time-out."""

    what: ClassVar[Text] = Text(
        "查询超过 {seconds} 秒,已停止", "the query took longer than {seconds} s and was stopped"
    )
    mend: ClassVar[Text] = Text(
        "请缩小 bbox、加 filter 条件,或不计总数", "narrow the bbox, filter more, or do without the count"
    )


@dataclass(frozen=True)
class Page:
    """Features as GeoJSON, one after the other with commas between."""

    features: bytes
    returned: int
    next: str | None
    """The word behind which the list continues; None at its end."""


@contextmanager
def timed(connection: Connection) -> Iterator[None]:
    """Statements of this transaction that take too long, or that nobody waits for any more, are given up.

    Raises:
        TookTooLong.
    """
    connection.exec_driver_sql(f"SET LOCAL statement_timeout = {TIME_OUT_MS}")
    waiting = leaving.reader.get()
    try:
        with waiting.working(connection.connection.driver_connection) if waiting else nullcontext():
            yield
    except (DBAPIError, psycopg2.Error) as error:
        if getattr(getattr(error, "orig", error), "pgcode", None) != CANCELLED:
            raise
        raise TookTooLong(seconds=TIME_OUT_MS // 1000) from error


def page(connection: Connection, asked: Asked) -> Page:
    """The features behind ``asked.cursor``.

    Raises:
        CursorUnreadable.
    """
    columns, order = asked.columns, asked.collection.order
    names = [*(key.name for key in asked.sort), order]
    keys = [columns[name].label(f"key_{place}") for place, name in enumerate(names)]
    wanted = select(columns["id"], *keys).where(*asked.rows())
    if asked.cursor is not None:
        values = cursor.read(asked.cursor, columns, asked.sort, order)
        wanted = wanted.where(cursor.behind(columns, asked.sort, order, values))
    # one more than wanted tells whether there is a next page
    wanted = wanted.order_by(*_ordering(asked)).limit(asked.limit + 1)
    found = connection.execute(wanted).all()
    shown = found[: asked.limit]
    more = cursor.written(shown[-1][1:]) if len(found) > asked.limit else None
    return Page(_written(connection, asked, [key[0] for key in shown]), len(shown), more)


def _ordering(asked: Asked) -> list[ColumnElement[Any]]:
    columns = asked.columns
    keys = [
        (columns[key.name].desc() if key.descending else columns[key.name].asc()).nulls_last() for key in asked.sort
    ]
    return [*keys, columns[asked.collection.order].asc()]


def count(connection: Connection, asked: Asked) -> int:
    """How many there are in all pages."""
    wanted = select(func.count()).select_from(asked.source).where(*asked.rows())
    return int(connection.execute(wanted).scalar_one())


@dataclass(frozen=True)
class One:
    """A single feature."""

    feature: bytes
    version: int | None = None
    state: str | None = None


def one(connection: Connection, asked: Asked, fid: str) -> One | None:
    """The feature of this name, if this reader sees it in this collection; its state tells a number out of use."""
    columns, collection = asked.columns, asked.collection
    restricted = [*asked.reader.rows(asked.source), *collection.restrict(asked.source)]
    extra = [columns["version"], columns["state"]] if collection.is_parcels else []
    key = connection.execute(select(columns["id"], *extra).where(columns[collection.fid] == fid, *restricted)).first()
    if key is None:
        return None
    feature = _written(connection, asked, [key[0]])
    return One(feature, key[1], key[2]) if extra else One(feature)


def extent(connection: Connection, collection: Collection) -> tuple[float, float, float, float] | None:
    """West, south, east, north of all that the collection can hold; None where nothing is on the map.

    Of parcels it is read off the spatial index, which costs nothing and is never too small.
    """
    known = text(load("gisreg.features", f"extent_of_{collection.extent_of}.sql"))
    found = connection.execute(known).first()
    if found is None or found[0] is None:
        return None
    west, south, east, north = found
    return _down(west), _down(south), -_down(-east), -_down(-north)


def _down(degrees: float) -> float:
    """To the digits that features are written with, outwards."""
    shift = 10.0**DEGREE_DIGITS
    return math.floor(degrees * shift) / shift


def _written(connection: Connection, asked: Asked, ids: list[int]) -> bytes:
    return features_of(connection, ids, asked.collection, asked.crs, properties=asked.properties, moment=asked.moment)
