"""``bbox``: read, judged and made a condition that the spatial index serves."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import Boolean, ColumnElement, func, or_

from gisreg.errors import InputError
from gisreg.features.crs import Crs, is_zone
from gisreg.features.numerals import number_of
from gisreg.geometry import STORAGE_SRID, zone_of
from gisreg.text import Text

FLAT, WITH_HEIGHTS = 4, 6
ZONE_REACH_M, NORTHMOST_M, MERCATOR_REACH_M = 1_500_000.0, 7_000_000.0, 20_037_508.0
"""Where the projections of the zones and of Web Mercator can be trusted; what lies beyond holds no parcel."""
FARTHEST_M = 1e12
"""Beyond this no number is a place on the earth in any system."""
STEPS = 20
"""Into how many pieces a side is cut before it is bent into degrees."""


class BoxUnreadable(InputError):
    """Not four (or, with heights, six) finite numbers in order and in range."""

    what: ClassVar[Text] = Text("范围 bbox={given} 无效", "bbox={given} is no box")
    mend: ClassVar[Text] = Text(
        "请按 bbox-crs 的坐标轴顺序写 小,小,大,大 四个数(默认 西,南,东,北,经纬度)",
        "give four numbers, lower corner then upper, in the axis order of bbox-crs (by default west,south,east,north)",
    )


@dataclass(frozen=True)
class Box:
    """Corners with east before north, whatever the order they came in."""

    west: float
    south: float
    east: float
    north: float
    crs: Crs

    def touches(self, boundary: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether a boundary meets the box; the box is transformed, never the column."""
        return or_(*(func.ST_Intersects(boundary, part) for part in self._parts()))

    def is_near(self, boundary: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether the boundary's own box does: all that touch the box and a few more, as the index alone tells."""
        return or_(*(boundary.op("&&", return_type=Boolean())(part) for part in self._parts()))

    def _parts(self) -> list[ColumnElement[Any]]:
        """The box in the storage system; two where it lies across the antimeridian."""
        if not self.crs.is_geographic:
            return [_bent((self.west, self.south, self.east, self.north), self.crs.srid)]
        if self.west <= self.east:
            return [_shape((self.west, self.south, self.east, self.north), STORAGE_SRID)]
        halves = ((self.west, self.south, 180.0, self.north), (-180.0, self.south, self.east, self.north))
        return [_shape(half, STORAGE_SRID) for half in halves]


def _bent(corners: tuple[float, float, float, float], srid: int) -> ColumnElement[Any]:
    """A rectangle of metres in degrees, where its sides are curves."""
    side = max(corners[2] - corners[0], corners[3] - corners[1]) / STEPS
    shape = _shape(corners, srid)
    return func.ST_Transform(func.ST_Segmentize(shape, side) if side > 0 else shape, STORAGE_SRID)


def _shape(corners: tuple[float, float, float, float], srid: int) -> ColumnElement[Any]:
    """A rectangle; a line or a point where the box has no width: a polygon without area meets nothing reliably."""
    west, south, east, north = corners
    if west < east and south < north:
        return func.ST_MakeEnvelope(west, south, east, north, srid)
    lower, upper = func.ST_MakePoint(west, south), func.ST_MakePoint(east, north)
    return func.ST_SetSRID(lower if (west, south) == (east, north) else func.ST_MakeLine(lower, upper), srid)


def box_of(given: str | None, crs: Crs) -> Box | None:
    """The box of a parameter.

    Raises:
        BoxUnreadable.
    """
    if given is None:
        return None
    numbers = _numbers(given)
    half = len(numbers) // 2
    lower, upper = numbers[:2], numbers[half : half + 2]
    if crs.north_first:
        lower, upper = lower[::-1], upper[::-1]
    box = Box(lower[0], lower[1], upper[0], upper[1], crs)
    if box.south > box.north or not _in_range(box):
        raise BoxUnreadable(where="bbox", given=given[:200])
    return box if crs.is_geographic else _clipped(box)


def _numbers(given: str) -> list[float]:
    words = given.split(",", WITH_HEIGHTS)
    numbers = [number for word in words if (number := number_of(word.strip())) is not None and math.isfinite(number)]
    if len(words) not in (FLAT, WITH_HEIGHTS) or len(numbers) < len(words):
        raise BoxUnreadable(where="bbox", given=given[:200])
    return numbers


def _in_range(box: Box) -> bool:
    if box.crs.is_geographic:
        return max(abs(box.west), abs(box.east)) <= 180 and max(abs(box.south), abs(box.north)) <= 90  # noqa: PLR2004 - degrees
    metres = (box.west, box.east, box.south, box.north)
    return box.west <= box.east and max(map(abs, metres)) < FARTHEST_M


def _clipped(box: Box) -> Box:
    """Only where the projection can be computed; a box wholly outside becomes a point in a corner, where nothing is."""
    zone = zone_of(box.crs.srid) if is_zone(box.crs) else None
    if zone is None:
        west, east, south, north = -MERCATOR_REACH_M, MERCATOR_REACH_M, -MERCATOR_REACH_M, MERCATOR_REACH_M
    else:
        west, east = zone.false_easting - ZONE_REACH_M, zone.false_easting + ZONE_REACH_M
        south, north = 0.0, NORTHMOST_M
    across = (min(max(x, west), east) for x in (box.west, box.east))
    along = (min(max(y, south), north) for y in (box.south, box.north))
    (w, e), (s, n) = across, along
    return Box(w, s, e, n, box.crs)
