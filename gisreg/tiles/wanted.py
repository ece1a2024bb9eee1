"""A tile that is asked for, and the expressions that every kind of tile needs."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Double,
    FromClause,
    Select,
    func,
    literal_column,
    select,
)
from sqlalchemy import cast as sql_cast

from gisreg.features.collections import Collection
from gisreg.features.reader import Reader
from gisreg.geometry import WEB_MERCATOR_SRID
from gisreg.tiles.copying import DM2_PER_M2, DRAWN
from gisreg.tiles.grids import CELLS, HALF_WORLD_M, Rectangle, Tile
from gisreg.vocab import State

EXTENT = 4096
"""Steps of a tile's own coordinates."""
BUFFER = 64
"""Steps beyond its edge that are drawn too, so that outlines at the edge do not show."""
CELL_M = 2 * HALF_WORLD_M / CELLS
MU_PER_M2 = 0.0015
Column = ColumnElement[Any]


@dataclass(frozen=True)
class Wanted:
    """A tile of a collection for a reader."""

    collection: Collection
    tile: Tile
    reader: Reader

    def rows(self, source: FromClause) -> list[ColumnElement[bool]]:
        """What the reader sees of the collection, in the copy or in its sums."""
        c, found = source.c, self.reader.rows(source)
        if self.collection.kind is not None:
            return [*found, c.kind == self.collection.kind]
        closed = c.is_closed if "is_closed" in c else c.state == State.CLOSED
        of_name = {"closed_parcels": closed, "public_sites": c.is_public}
        return [*found, of_name[self.collection.name]] if self.collection.name in of_name else found

    @property
    def sums_will_do(self) -> bool:
        """Whether nothing is hidden from this reader, so that sums made beforehand are right."""
        return not self.reader.rows(DRAWN)


def box(rectangle: Rectangle, srid: int) -> Column:
    """As PostGIS has it."""
    return func.ST_MakeEnvelope(rectangle.west, rectangle.south, rectangle.east, rectangle.north, srid)


def near_m(tile: Tile) -> Rectangle:
    """The tile with its margin, in Web Mercator."""
    return tile.mercator.grown(BUFFER / EXTENT)


def near(tile: Tile) -> Column:
    """The same as PostGIS has it."""
    return box(near_m(tile), WEB_MERCATOR_SRID)


@dataclass(frozen=True)
class Frame:
    """Where a tile lies, as SQL: its edges, and what is near it in Web Mercator."""

    srid: int
    bounds: Column
    near: Column


def frame_of(tile: Tile) -> Frame:
    """Of a tile that is known."""
    return Frame(tile.grid.srid, box(tile.bounds, tile.grid.srid), near(tile))


def placed(frame: Frame, place: Column, srid: int) -> Column:
    """In the tile's own coordinates; null where nothing of it is left."""
    there = place if srid == frame.srid else func.ST_Transform(place, frame.srid)
    return func.ST_AsMVTGeom(there, frame.bounds, EXTENT, BUFFER, literal_column("true"))


def point(x: Column, y: Column) -> Column:
    """The place of a cell in Web Mercator."""
    metres = func.ST_MakePoint((x + 0.5) * CELL_M - HALF_WORLD_M, HALF_WORLD_M - (y + 0.5) * CELL_M)
    return func.ST_SetSRID(metres, WEB_MERCATOR_SRID)


def mu(dm2: Column) -> Column:
    """To the hundredth."""
    return sql_cast(func.round(dm2 * MU_PER_M2) / DM2_PER_M2, Double)


def layer_of(name: str, features: Select[Any] | CompoundSelect[Any], *, numbered: bool) -> Select[Any]:
    """The features of this statement as one layer; ``geom`` is their place, ``id`` their number if they have one."""
    # computed once, though looked at twice
    drawn = features.offset(0).subquery("drawn")
    made = func.ST_AsMVT(drawn.table_valued(), name, EXTENT, "geom", *(["id"] if numbered else []))
    return select(made).where(drawn.c.geom.is_not(None))


def bytes_of(connection: Connection, statement: Select[Any]) -> bytes | None:
    """The one value of the answer."""
    content = connection.execute(statement).scalar_one()
    return None if content is None else bytes(content)
