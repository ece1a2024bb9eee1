"""The grids that tiles lie on: the Web Mercator of most maps, and Tianditu's in degrees of CGCS2000 (its ``c``)."""

import math
from dataclasses import dataclass
from typing import ClassVar

from gisreg.errors import NotFoundError
from gisreg.geometry import STORAGE_SRID, WEB_MERCATOR_SRID
from gisreg.text import Text

HALF_WORLD_M = 20037508.342789244
"""From the middle of Web Mercator to its edge."""
CELL_LEVEL = 28
"""Places are told in cells of this matrix of WebMercatorQuad: 15 cm, and two of them in eight bytes."""
CELLS = 1 << CELL_LEVEL
TILE_PIXELS = 256
PIXEL_M = 0.00028
"""The size of a pixel by which the standard tells scales."""
METRES_A_DEGREE = 6378137 * math.pi / 180


class GridUnknown(NotFoundError):
    """No such tile matrix set."""

    what: ClassVar[Text] = Text("没有瓦片矩阵集 {given}", "there is no tile matrix set {given}")
    mend: ClassVar[Text] = Text("可用的见 /ogc/tileMatrixSets:{known}", "/ogc/tileMatrixSets lists them: {known}")


class NoSuchTile(NotFoundError):
    """Outside the matrix."""

    what: ClassVar[Text] = Text(
        "{grid} 没有瓦片 {matrix}/{row}/{column}", "{grid} has no tile {matrix}/{row}/{column} (matrix/row/column)"
    )
    mend: ClassVar[Text] = Text(
        "级别 {first}–{last};该级行、列小于 {height}、{width}",
        "matrices {first} to {last}; there rows are below {height}, columns below {width}",
    )


@dataclass(frozen=True)
class Rectangle:
    """West, south, east, north."""

    west: float
    south: float
    east: float
    north: float

    def grown(self, share: float) -> "Rectangle":
        """With a margin that is this share of the width."""
        margin = (self.east - self.west) * share
        return Rectangle(self.west - margin, self.south - margin, self.east + margin, self.north + margin)


@dataclass(frozen=True)
class Cells:
    """Cells of ``CELL_LEVEL`` from the upper left, the last ones not included: no cell is in two tiles."""

    x0: int
    y0: int
    x1: int
    y1: int


@dataclass(frozen=True)
class Grid:
    """A tile matrix set. Each matrix halves the tiles of the one before."""

    name: str
    titles: Text
    srid: int
    crs: str
    first: int
    last: int
    is_degrees: bool
    well_known: str | None = None
    """The address of its definition, where a register has one."""

    def width(self, matrix: int) -> int:
        """Tiles from west to east."""
        return 1 << matrix

    def height(self, matrix: int) -> int:
        """Tiles from north to south."""
        return 1 << matrix - 1 if self.is_degrees else 1 << matrix

    def span(self, matrix: int) -> float:
        """The side of a tile in units of the grid."""
        return (360.0 if self.is_degrees else 2 * HALF_WORLD_M) / (1 << matrix)

    def scale_denominator(self, matrix: int) -> float:
        """The scale at pixels of 0.28 mm."""
        metres = self.span(matrix) * (METRES_A_DEGREE if self.is_degrees else 1)
        return metres / TILE_PIXELS / PIXEL_M

    @property
    def corner(self) -> tuple[float, float]:
        """West and north of the whole."""
        return (-180.0, 90.0) if self.is_degrees else (-HALF_WORLD_M, HALF_WORLD_M)

    def tile(self, matrix: int, row: int, column: int) -> "Tile":
        """A tile that there is.

        Raises:
            NoSuchTile.
        """
        there = self.first <= matrix <= self.last
        if not there or not 0 <= row < self.height(matrix) or not 0 <= column < self.width(matrix):
            of = min(max(matrix, self.first), self.last)
            raise NoSuchTile(
                where=f"{matrix}/{row}/{column}"[:100], grid=self.name, matrix=matrix, row=row, column=column,
                first=self.first, last=self.last, height=self.height(of), width=self.width(of),
            )  # fmt: skip
        return Tile(self, matrix, row, column)


@dataclass(frozen=True)
class Tile:
    """One place of a grid."""

    grid: Grid
    matrix: int
    row: int
    column: int

    @property
    def bounds(self) -> Rectangle:
        """In units of the grid."""
        (west, north), span = self.grid.corner, self.grid.span(self.matrix)
        return Rectangle(
            west + self.column * span,
            north - (self.row + 1) * span,
            west + (self.column + 1) * span,
            north - self.row * span,
        )

    @property
    def mercator(self) -> Rectangle:
        """The same in Web Mercator, where parcels are drawn: meridians and parallels are its axes too."""
        if not self.grid.is_degrees:
            return self.bounds
        b = self.bounds
        return Rectangle(_east_m(b.west), _north_m(b.south), _east_m(b.east), _north_m(b.north))

    @property
    def cells(self) -> Cells:
        """What middles of parcels are chosen by."""
        m = self.mercator
        return Cells(_cell(m.west), _cell(-m.north), _cell(m.east), _cell(-m.south))


def _east_m(degrees: float) -> float:
    return degrees / 180 * HALF_WORLD_M


def _north_m(degrees: float) -> float:
    """Beyond the edge of Web Mercator there is nothing."""
    if abs(degrees) >= 85.06:  # noqa: PLR2004 - where the square of Web Mercator ends
        return math.copysign(HALF_WORLD_M, degrees)
    return math.asinh(math.tan(math.radians(degrees))) / math.pi * HALF_WORLD_M


def _cell(metres: float) -> int:
    """The cell of a distance from the middle, counted from the edge."""
    return min(max(round((metres + HALF_WORLD_M) / (2 * HALF_WORLD_M) * CELLS), 0), CELLS)


WEB_MERCATOR = Grid(
    "WebMercatorQuad", Text("Web 墨卡托", "Web Mercator"), WEB_MERCATOR_SRID,
    "http://www.opengis.net/def/crs/EPSG/0/3857", 0, 24, is_degrees=False,
    well_known="http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad",
)  # fmt: skip
CGCS2000 = Grid(
    "CGCS2000Quad", Text("CGCS2000 经纬度(天地图 c)", "CGCS2000 degrees (Tianditu's c)"), STORAGE_SRID,
    "http://www.opengis.net/def/crs/EPSG/0/4490", 1, 20, is_degrees=True,
)  # fmt: skip
GRIDS = {grid.name: grid for grid in (WEB_MERCATOR, CGCS2000)}


def grid_of(name: str) -> Grid:
    """The grid of a name.

    Raises:
        GridUnknown.
    """
    found = GRIDS.get(name)
    if found is None:
        raise GridUnknown(where=name[:100], given=name[:100], known=", ".join(GRIDS))
    return found
