"""Pages of features: first which ones (one small statement that the indexes serve), then their GeoJSON in one piece."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, ClassVar

import psycopg2
from sqlalchemy import ColumnElement, Connection, Select, column, func, select, table, text, true
from sqlalchemy.exc import DBAPIError

from gisreg.db.one_statement import CANCELLED
from gisreg.db.sql import load
from gisreg.errors import ResourceError
from gisreg.features import cursor, leaving
from gisreg.features.asking import Asked
from gisreg.features.box import Box
from gisreg.features.collections import GEOMETRY, Collection
from gisreg.features.crs import DEGREE_DIGITS
from gisreg.features.writing_json import features_of
from gisreg.text import Text

TIME_OUT_MS = 20_000
FOR_SMALL_ANSWERS = "SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL jit = off"
"""Workers and compiled code take longer to begin than a page takes to read, and other readers wait for them."""
GROUND = table("parcel", column("id"), column(GEOMETRY)).alias("ground")
"""Boundaries of now, without the hundred other columns, which to name again costs more than to read them."""
MOST_IN_BOX = 100_000
"""Up to so many a box is emptied and sorted; beyond, the list is followed in its order until the page is full."""


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
    connection.exec_driver_sql(f"SET LOCAL statement_timeout = {TIME_OUT_MS}; {FOR_SMALL_ANSWERS}")
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
    found = _first(connection, asked)
    shown = found[: asked.limit]
    more = cursor.written(shown[-1][1:]) if len(found) > asked.limit else None
    return Page(_written(connection, asked, [key[0] for key in shown]), len(shown), more)


def _first(connection: Connection, asked: Asked) -> Sequence[Any]:
    """The keys of the page, and one more, which tells whether there is a next one.

    Where numbers follow the ground, as they do, the planner errs about a box: it expects its parcels all along the list
    and may read half of the registry to fill a page. So a box is emptied by the index first and then sorted, unless
    it holds much of all there is.
    """
    if asked.box is not None:
        found = connection.execute(keys_in_box(asked, asked.box, _behind(asked), asked.limit + 1)).all()
        if found[0].size <= MOST_IN_BOX:
            return [row[1:] for row in found if row.id is not None]
    return connection.execute(keys_in_order(asked, _behind(asked), asked.limit + 1)).all()


def _behind(asked: Asked) -> list[ColumnElement[bool]]:
    """What stands behind the cursor."""
    if asked.cursor is None:
        return []
    columns, order = asked.columns, asked.collection.order
    return [cursor.behind(columns, asked.sort, order, cursor.read(asked.cursor, columns, asked.sort, order))]


def keys_in_order(asked: Asked, behind: Sequence[ColumnElement[bool]], most: Any) -> Select[Any]:
    """The list from where the cursor stands, up to so many."""
    order = _ordering(asked, asked.columns[asked.collection.order], [asked.columns[key.name] for key in asked.sort])
    return _keys(asked).where(*asked.rows(), *behind).order_by(*order).limit(most)


def _keys(asked: Asked) -> Select[Any]:
    """The key inside the database and the values that pages continue behind."""
    columns = asked.columns
    named = [*(columns[key.name] for key in asked.sort), columns[asked.collection.order]]
    return select(columns["id"], *(column.label(f"key_{place}") for place, column in enumerate(named)))


def keys_in_box(asked: Asked, box: Box, behind: Sequence[ColumnElement[bool]], most: Any) -> Select[Any]:
    """The same out of what is near the box; whether a boundary touches it is looked at only until the page is full.

    The first column is how many are near; a row without keys tells it of an empty page.
    """
    near = _keys(asked).where(*asked.rows_anywhere(), *behind, box.is_near(asked.columns[GEOMETRY]))
    boxed = near.limit(MOST_IN_BOX + 1).cte("boxed").prefix_with("MATERIALIZED", dialect="postgresql")
    sized = select(func.count().label("size")).select_from(boxed).subquery("sized")
    keys = [boxed.c[f"key_{n}"] for n in range(len(asked.sort) + 1)]
    ordered = select(boxed).order_by(*_ordering(asked, keys[-1], keys[:-1])).offset(0).subquery("ordered")
    here = asked.collection.is_parcels and asked.moment is None
    ground = GROUND if here else asked.source.alias("ground")
    place = select(ground.c[GEOMETRY]).where(ground.c.id == ordered.c.id).scalar_subquery()
    full = select(ordered).where(box.touches(place)).limit(most).subquery("full")
    again = [full.c[f"key_{n}"] for n in range(len(asked.sort) + 1)]
    return (
        select(sized.c.size, full)
        .select_from(sized.outerjoin(full, true()))
        .order_by(*_ordering(asked, again[-1], again[:-1]))
    )


def _ordering(asked: Asked, last: ColumnElement[Any], keys: Sequence[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    """What is unknown stands last in either direction."""
    directed = zip(keys, asked.sort, strict=True)
    return [*((key.desc() if one.descending else key.asc()).nulls_last() for key, one in directed), last.asc()]


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
    return features_of(
        connection,
        ids,
        asked.collection,
        asked.crs,
        properties=asked.properties,
        moment=asked.moment,
        profile=asked.profile,
    )
