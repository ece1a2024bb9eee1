"""What is copied of a parcel, as SQL: its row in ``parcel_drawn`` and what it adds to the sums."""

from typing import Any, cast

from sqlalchemy import (
    REAL,
    BigInteger,
    ColumnElement,
    CompoundSelect,
    FromClause,
    Integer,
    Select,
    SmallInteger,
    Table,
    and_,
    func,
    insert,
    literal,
    select,
    union_all,
)
from sqlalchemy import (
    cast as sql_cast,
)
from sqlalchemy.sql.dml import Insert

from gisreg.db.models import ParcelDrawn, ParcelDrawnSum
from gisreg.features.collections import GEOMETRY
from gisreg.features.reader import is_public
from gisreg.geometry import WEB_MERCATOR_SRID
from gisreg.parcels.current import parcel_current
from gisreg.tiles.grids import CELL_LEVEL, CELLS, HALF_WORLD_M
from gisreg.vocab import State

DRAWN = cast(Table, ParcelDrawn.__table__)
SUM = cast(Table, ParcelDrawnSum.__table__)
LEVELS = (15, 16)
"""Matrices whose cells are summed beforehand; finer ones hold so few parcels that they are summed when asked for."""
DM2_PER_M2 = 100
KEYS = tuple(column.name for column in SUM.primary_key.columns)
TOLD = ("parcels", "land_dm2", "sum_x", "sum_y")


def copies(chosen: ColumnElement[bool] | None = None) -> Select[Any]:
    """The rows of ``parcel_drawn`` as they should be now, in the order of its columns."""
    c = parcel_current.c
    there = [c.state != State.REMOVED, c[GEOMETRY].is_not(None), *([] if chosen is None else [chosen])]
    inner = (
        select(
            c.id, c.county_code, c.version, c.parcel_code, c.kind, c.state, c.township_code, c.label,
            func.coalesce(c.gated, False).label("gated"), c.is_left,
            func.coalesce(and_(*is_public(parcel_current)), False).label("is_public"),
            sql_cast(func.round(func.coalesce(c.land_area_m2, 0.0) * DM2_PER_M2), BigInteger).label("land_dm2"),
            func.ST_Transform(c[GEOMETRY], WEB_MERCATOR_SRID).label("place"),
        )
        .where(*there)
        .offset(0)  # transformed once, not once for each of the columns that it goes into
        .subquery("inner_row")
    )  # fmt: skip
    place = inner.c.place
    west, east = func.ST_XMin(place), func.ST_XMax(place)
    south, north = func.ST_YMin(place), func.ST_YMax(place)
    kept = [inner.c[column.name] for column in DRAWN.columns if column.name in inner.c]
    return select(
        *kept,
        _cell((west + east) / 2).label("x"),
        _cell((south + north) / -2).label("y"),
        sql_cast(func.greatest(east - west, north - south), REAL).label("size_m"),
        func.ST_NPoints(place).label("corners"),
        place.label(GEOMETRY),
    )


def _cell(metres: ColumnElement[Any]) -> ColumnElement[Any]:
    """As :func:`gisreg.tiles.grids.Tile.cells` counts them."""
    return sql_cast(func.floor((metres + HALF_WORLD_M) * (CELLS / (2 * HALF_WORLD_M))), Integer)


def copy_into(table: Table, rows: Select[Any]) -> Insert:
    """Write such rows."""
    return insert(table).from_select([column.name for column in DRAWN.columns], rows)


def sums(drawn: FromClause, sign: int = 1) -> CompoundSelect[Any]:
    """What these rows add to the sums of each level; with ``sign`` -1, what goes with them."""
    c = drawn.c
    told = [func.count() * sign, *(_summed(c[name], sign) for name in ("land_dm2", "x", "y"))]
    closed = (c.state == State.CLOSED).label("is_closed")
    common = [c.county_code, c.kind, closed, func.coalesce(c.label, "").label("label"), c.is_left, c.is_public]
    levels = []
    for level in (0, *LEVELS):
        shift = CELL_LEVEL - level
        own: list[ColumnElement[Any]]
        fixed: list[ColumnElement[Any]]
        if level:
            own = [c.x.op(">>")(shift).label("x"), c.y.op(">>")(shift).label("y")]
            fixed = [literal("").label("township_code")]
        else:
            own = [func.coalesce(c.township_code, "").label("township_code")]
            fixed = [literal(0).label("x"), literal(0).label("y")]
        named = {column.name: column for column in (*own, *fixed, *common)}
        ordered = [sql_cast(literal(level), SmallInteger).label("level"), *(named[name] for name in KEYS[1:])]
        values = [value.label(name) for value, name in zip(told, TOLD, strict=True)]
        levels.append(select(*ordered, *values).group_by(*own, *common))
    return union_all(*levels)


def _summed(column: ColumnElement[Any], sign: int) -> ColumnElement[Any]:
    return sql_cast(func.sum(column), BigInteger) * sign
