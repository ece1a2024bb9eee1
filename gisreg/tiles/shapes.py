"""Parcels by their shapes, where they are few enough for one tile.

Such tiles are asked for most and hold least, so that to put their statement together would take longer than to run it:
it is written once for a grid, a collection and a reader, and each connection prepares it once.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import psycopg2
from sqlalchemy import Connection, Engine, Select, case, func, literal_column, null, select
from sqlalchemy.dialects.postgresql.base import PGDialect

from gisreg.db.one_statement import CANCELLED, answer
from gisreg.db.prepared import prepared
from gisreg.features import leaving, pages
from gisreg.features.collections import GEOMETRY, Collection, collection_of
from gisreg.features.pages import TookTooLong
from gisreg.features.reader import Reader
from gisreg.geometry import WEB_MERCATOR_SRID
from gisreg.tiles.copying import DRAWN
from gisreg.tiles.grids import Grid
from gisreg.tiles.wanted import EXTENT, Column, Frame, Wanted, layer_of, mu, near_m, placed, point

LAYER = "parcels"
SLIM = ("parcel_code", "kind", "state", "township_code", "label", "gated", "is_left")
"""What a shape tells beside its area, as far as its collection tells it at all."""
MOST_PARCELS, MOST_CORNERS = 4_000, 200_000
POINT_BELOW = 12
"""A parcel of fewer steps is drawn as a point: it would be less than a pixel."""
MOST_KEPT = 200
_DIALECT: Any = PGDialect(paramstyle="named")  # type: ignore[no-untyped-call]  # it has no types
_VERSION = "(SELECT string_agg(county_code || ':' || version, ';' ORDER BY county_code) FROM parcel_drawn_state)"


@dataclass(frozen=True)
class Shapes:
    """What was found."""

    version: str
    content: bytes | None
    """None where there are too many parcels or corners for a tile."""


def shapes(connection: Connection, wanted: Wanted) -> Shapes:
    """The tile, in a transaction."""
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        name = prepared(connection.info, cursor, statement(wanted.collection.name, wanted.tile.grid, wanted.reader))
        values = _values(wanted)
        cursor.execute(f"EXECUTE {name} ({', '.join(['%s'] * len(values))})", values)
        return _read(cursor.fetchone())


def shapes_alone(engine: Engine, wanted: Wanted) -> Shapes | None:
    """The tile by one statement and nothing around it; None where no connection answers.

    A statement takes its snapshot after it has locked the copy, so that it never sees one that is being made anew.

    Raises:
        TookTooLong.
    """
    sql = statement(wanted.collection.name, wanted.tile.grid, wanted.reader)
    try:
        row = answer(engine, sql, _values(wanted), _watched)
    except psycopg2.Error as error:
        if error.pgcode != CANCELLED:
            raise
        raise TookTooLong(seconds=pages.TIME_OUT_MS // 1000) from error
    return None if row is None else _read(row)


def _watched(driver: Any) -> AbstractContextManager[None]:
    waiting = leaving.reader.get()
    return waiting.working(driver) if waiting else nullcontext()


def _read(row: Sequence[Any]) -> Shapes:
    version, content = row
    return Shapes(version or "", None if content is None else bytes(content))


def _values(wanted: Wanted) -> list[float]:
    """In the order in which :func:`statement` numbers them."""
    bounds, mercator, around = wanted.tile.bounds, wanted.tile.mercator, near_m(wanted.tile)
    corners = [getattr(one, name) for one in (bounds, around) for name in ("west", "south", "east", "north")]
    return [*corners, POINT_BELOW * (mercator.east - mercator.west) / EXTENT, MOST_PARCELS + 1]


@lru_cache(maxsize=MOST_KEPT)
def statement(collection: str, grid: Grid, reader: Reader) -> str:
    """SQL with $1–$4 for the edges in the grid's own units, $5–$8 for what is near, then the least size and number."""
    edges, around = (func.ST_MakeEnvelope(*map(_number, range(first, first + 4))) for first in (1, 5))
    frame = Frame(
        grid.srid,
        func.ST_SetSRID(edges, grid.srid),
        func.ST_SetSRID(around, WEB_MERCATOR_SRID),
    )
    told = collection_of(collection)
    rows = Wanted(told, grid.tile(grid.first, 0, 0), reader).rows(DRAWN)
    found = select(DRAWN).where(DRAWN.c[GEOMETRY].op("&&")(frame.near), *rows)
    some = (
        found.limit(literal_column("CAST($10 AS bigint)")).cte("some").prefix_with("MATERIALIZED", dialect="postgresql")
    )
    corners = func.coalesce(func.sum(some.c.corners), 0)
    fits = select((func.count() < _number(10)) & (corners <= MOST_CORNERS)).select_from(some).scalar_subquery()
    layer = layer_of(LAYER, _features(some, told, frame), numbered=True).scalar_subquery()
    answer_ = select(literal_column(_VERSION), case((fits, layer), else_=null()))
    return str(answer_.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True}))


def _features(some: Any, told: Collection, frame: Frame) -> Select[Any]:
    c = some.c
    place = case((c.size_m < _number(9), point(c.x, c.y)), else_=c[GEOMETRY])
    named = [c[name] for name in SLIM if name in told.fields]
    return select(c.id, *named, mu(c.land_dm2).label("area_mu"), placed(frame, place, WEB_MERCATOR_SRID).label("geom"))


def _number(place: int) -> Column:
    return literal_column(f"CAST(${place} AS double precision)")
