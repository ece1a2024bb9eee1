"""Points into rings, rings into polygons: outer or hole is told by which ring contains which, never by number."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gisreg.intake.boundary_text.lines import Point

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

LEAST_POINTS = 3
NEAR_METRES, NEAR_DEGREES = 1.0, 1e-5
"""A last point of the first one's label that lies so near is meant to be it."""


@dataclass
class Ring:
    """A closed line: its different points in order, and how its end was written."""

    name: str
    points: list[Point] = field(default_factory=list)
    written: int = 0
    """Points in the file, the closing one included."""
    closed: bool = False
    wrong_end: Point | None = None
    """A closing point with wrong coordinates, taken for the first point."""
    far_end: Point | None = None
    """A last point with the first one's label, elsewhere."""

    @property
    def different(self) -> int:
        """Places that differ."""
        return len({(point.first, point.second) for point in self.points})


def rings_of(points: Sequence[Point], *, degrees: bool) -> list[Ring]:
    """Consecutive points of one ring number; a ring that is closed ends there, whatever the next number is."""
    rings: list[Ring] = []
    for point in points:
        current = rings[-1] if rings else None
        if current is None or point.ring != current.name:
            rings.append(Ring(point.ring, [point], 1))
        elif current.closed:
            if _is_end(point, current):  # the closing point once more, perhaps spoilt
                current.written += 1
                if not same(point, current.points[0]):
                    current.wrong_end = point
            else:
                rings.append(Ring(point.ring, [point], 1))
        else:
            _add(current, point)
    for ring in rings:
        _finish(ring, NEAR_DEGREES if degrees else NEAR_METRES)
    return rings


def same(one: Point, other: Point) -> bool:
    """The same place, to the digit."""
    return one.first == other.first and one.second == other.second


def _add(ring: Ring, point: Point) -> None:
    ring.written += 1
    if len(ring.points) >= LEAST_POINTS and same(point, ring.points[0]):
        ring.closed = True
    else:
        ring.points.append(point)


def _is_end(point: Point, ring: Ring) -> bool:
    return same(point, ring.points[0]) or _is_spoilt(point, ring.points[0])


def _is_spoilt(point: Point, first: Point) -> bool:
    """Written as (x, x): one of the first point's numbers twice."""
    return point.first == point.second and point.first in (first.first, first.second)


def _finish(ring: Ring, near: float) -> None:
    """The end of a ring that never came back to its first point exactly."""
    first, last = ring.points[0], ring.points[-1]
    if ring.closed or len(ring.points) < 2:  # noqa: PLR2004 - a first and a last
        return
    if _is_spoilt(last, first):
        ring.wrong_end, ring.closed = ring.points.pop(), True
    elif last.label and last.label == first.label and len(ring.points) > LEAST_POINTS:
        if distance(last, first) <= near:
            ring.wrong_end, ring.closed = ring.points.pop(), True
        else:
            ring.far_end = last


def distance(one: Point, other: Point) -> float:
    """In the file's own unit."""
    return math.hypot(one.first - other.first, one.second - other.second)


def polygon(rings: Sequence[Sequence[tuple[float, float]]]) -> "BaseGeometry":
    """One polygon or several: a ring inside an odd number of others is a hole of the smallest of them."""
    from shapely import MultiPolygon, Polygon  # noqa: PLC0415 - heavy

    filled = [Polygon(ring) for ring in rings]
    around = _around(filled)
    holes: dict[int, list[Sequence[tuple[float, float]]]] = {}
    for place, outside in enumerate(around):
        if len(outside) % 2:
            owner = min(outside, key=lambda other: filled[other].area)
            holes.setdefault(owner, []).append(rings[place])
    parts = [Polygon(rings[p], holes.get(p, [])) for p, outside in enumerate(around) if not len(outside) % 2]
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def _around(filled: "Sequence[BaseGeometry]") -> list[list[int]]:
    """For each ring those that it lies in. A ring that crosses itself lies in none: it is refused afterwards."""
    from shapely import STRtree  # noqa: PLC0415 - heavy

    around: list[list[int]] = [[] for _ in filled]
    sound = [place for place, shape in enumerate(filled) if shape.is_valid]
    if len(sound) <= 1:
        return around
    shapes = [filled[place] for place in sound]
    for inner, outer in STRtree(shapes).query(shapes, predicate="within").T.tolist():
        if shapes[outer].area > shapes[inner].area:
            around[sound[inner]].append(sound[outer])
    return around


def crossing(shape: "BaseGeometry") -> tuple[float, float] | None:
    """Where a boundary crosses itself; None where it does not. Rings that only touch are no matter of the points."""
    import re  # noqa: PLC0415 - only bad boundaries need it

    from shapely.validation import explain_validity  # noqa: PLC0415 - heavy

    if shape.is_valid:
        return None
    found = re.match(r"^Self-intersection\[(\S+) (\S+)\]", explain_validity(shape))
    return (float(found[1]), float(found[2])) if found else None


def near_lines(spot: tuple[float, float], rings: Sequence[Ring], *, north_first: bool) -> list[int]:
    """Lines of the points whose edges pass the spot where a boundary crosses itself."""
    import numpy as np  # noqa: PLC0415 - heavy
    import shapely  # noqa: PLC0415 - heavy

    ones = [point for ring in rings for point in ring.points]
    others = [point for ring in rings for point in (*ring.points[1:], ring.points[0])]
    pairs = [
        [(p.first, p.second)[:: -1 if north_first else 1] for p in pair] for pair in zip(ones, others, strict=True)
    ]
    nearest = np.argsort(shapely.distance(shapely.linestrings(pairs), shapely.Point(spot)), kind="stable")[:2]
    return sorted({line for edge in nearest for line in (ones[edge].line, others[edge].line)})
