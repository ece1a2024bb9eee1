"""Boundaries with arcs (curve polygons, ISO 13249) as polygons with straight sides: near enough to see neighbours.

GEOS reads no curves; what is stored and measured is made of them by the database. An arc is given by its ends and a
point between; it is followed in steps, and through the points where it turns back in x or y, so that its box is right.
"""

import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

Spots = list[tuple[float, float]]
STEP = math.pi / 64
LINE, POLYGON, MULTIPOLYGON, ARCS, COMPOUND, CURVEPOLYGON, MULTISURFACE = 2, 3, 6, 8, 9, 10, 12
EWKB_Z, EWKB_M, EWKB_SRID = 0x80000000, 0x40000000, 0x20000000
DEEPEST = 8
LEAST_CORNERS = 4


class _NotThisError(ValueError):
    """No area, or not the whole of it."""


@dataclass
class _Reader:
    raw: bytes
    at: int = 0

    def take(self, form: str) -> tuple[float, ...]:
        """The next numbers."""
        found = struct.unpack_from(form, self.raw, self.at)
        self.at += struct.calcsize(form)
        return found

    def head(self) -> tuple[str, int, int]:
        """Byte order, kind of shape, and how many numbers a point has."""
        order = "<" if self.take("<B")[0] == 1 else ">"
        code = int(self.take(order + "I")[0])
        if code & EWKB_SRID:
            self.take(order + "I")
        thousands, kind = divmod(code & 0xFFFFFFF, 1000)  # ISO: 1 Z, 2 M, 3 both
        numbers = 2 + bool(code & EWKB_Z) + bool(code & EWKB_M) + (0, 1, 1, 2)[thousands if thousands < 4 else 0]  # noqa: PLR2004 - there are no more
        return order, kind, numbers

    def count(self, order: str) -> int:
        """How many of something follow."""
        found = int(self.take(order + "I")[0])
        if found > len(self.raw) - self.at:
            raise _NotThisError
        return found

    def spots(self, order: str, numbers: int) -> Spots:
        """Points that follow, flat."""
        count = self.count(order)
        values = self.take(f"{order}{count * numbers}d")
        if not all(map(math.isfinite, values[: count * numbers])):
            raise _NotThisError
        return list(zip(values[::numbers], values[1::numbers], strict=True))


def straightened(raw: bytes) -> "BaseGeometry | None":
    """The polygons of a curve polygon or of a multisurface; None for anything else."""
    from shapely import GEOSException, MultiPolygon, Polygon  # noqa: PLC0415 - heavy

    try:
        areas = _areas(_Reader(raw), 0)
        parts = [Polygon(rings[0], rings[1:]) for rings in areas if rings]
    except (struct.error, ValueError, GEOSException):
        return None
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def _areas(reader: _Reader, depth: int) -> list[list[Spots]]:
    """The rings of each polygon."""
    order, kind, numbers = reader.head()
    if depth > DEEPEST:
        raise _NotThisError
    if kind in (MULTISURFACE, MULTIPOLYGON):
        return [area for _ in range(reader.count(order)) for area in _areas(reader, depth + 1)]
    if kind == POLYGON:
        return [[_closed(reader.spots(order, numbers)) for _ in range(reader.count(order))]]
    if kind == CURVEPOLYGON:
        return [[_closed(_line(reader, depth + 1)) for _ in range(reader.count(order))]]
    raise _NotThisError


def _closed(ring: Spots) -> Spots:
    if len(ring) < LEAST_CORNERS or ring[0] != ring[-1]:
        raise _NotThisError
    return ring


def _line(reader: _Reader, depth: int) -> Spots:
    order, kind, numbers = reader.head()
    if kind == LINE:
        return reader.spots(order, numbers)
    if kind == ARCS:
        return _along(reader.spots(order, numbers))
    if kind != COMPOUND or depth > DEEPEST:
        raise _NotThisError
    pieces = [_line(reader, depth + 1) for _ in range(reader.count(order))]
    return [spot for number, piece in enumerate(pieces) for spot in (piece[1:] if number else piece)]


def _along(given: Spots) -> Spots:
    """A string of arcs: each from one end over a point to the next end, which begins the next arc."""
    followed = given[:1]
    for start, over, end in zip(given[:-2:2], given[1:-1:2], given[2::2], strict=True):
        followed += _arc(start, over, end)
    return followed


def _arc(start: tuple[float, float], over: tuple[float, float], end: tuple[float, float]) -> Spots:
    """The points of an arc behind its start; a whole circle has its ends in one place and the other point opposite."""
    if start == end:
        x, y = (start[0] + over[0]) / 2, (start[1] + over[1]) / 2
        turn = math.tau
    else:
        centre = _centre(start, over, end)
        if centre is None:
            return [over, end]
        x, y = centre
        turn = _turn(*(math.atan2(spot[1] - y, spot[0] - x) for spot in (start, over, end)))
    radius, begin = math.hypot(start[0] - x, start[1] - y), math.atan2(start[1] - y, start[0] - x)
    low, high = sorted((begin, begin + turn))
    angles = [step * STEP for step in range(math.floor(low / STEP) + 1, math.ceil(high / STEP))]
    followed = [(x + radius * math.cos(angle), y + radius * math.sin(angle)) for angle in angles]
    return [*(followed if turn > 0 else reversed(followed)), end]


def _turn(begin: float, over: float, end: float) -> float:
    """How far an arc goes round: to the left where it meets the point between first, else to the right."""
    left = (end - begin) % math.tau
    return left if (over - begin) % math.tau <= left else left - math.tau


def _centre(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> tuple[float, float] | None:
    """Of the circle through three points; None for a straight line."""
    bx, by, cx, cy = b[0] - a[0], b[1] - a[1], c[0] - a[0], c[1] - a[1]
    double = 2 * (bx * cy - by * cx)
    if abs(double) <= 1e-12 * (bx * bx + by * by + cx * cx + cy * cy):
        return None
    first, second = bx * bx + by * by, cx * cx + cy * cy
    return a[0] + (cy * first - by * second) / double, a[1] + (bx * second - cx * first) / double
