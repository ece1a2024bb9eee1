"""What is suspicious about a boundary beside its validity: slivers, spikes, corners drawn twice, parts that overlap.

Judged on the survey's own coordinates, a batch at a time: corners of all shapes in one array.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gisreg.checks.curves import straightened
from gisreg.checks.policy import Tolerances
from gisreg.checks.spots import Spot
from gisreg.checks.tangles import tangled

if TYPE_CHECKING:
    import numpy as np

M_PER_DEGREE = 111_320.0
"""Of latitude, and of longitude on the equator: near enough to tell a spike from a corner."""
SHORTEST_SPIKE_M = 0.5
"""Two sides at least as long as this make a spike; shorter ones are a draughtsman's crumb."""


HALF_ROUND = 180.0
LEAST_OVERLAP_M2 = 0.01
"""Parts that overlap by less touch; coordinates are written in millimetres."""
MULTI = 6
"""How GEOS numbers multipolygons."""


def shape_findings(shapes: Any, *, geographic: bool, metres_per_unit: float, allowed: Tolerances) -> Iterator[Spot]:
    """Findings about the polygons among the shapes; whatever else there is, is the database's to judge."""
    import numpy as np  # noqa: PLC0415 - heavy
    import shapely  # noqa: PLC0415 - heavy

    polygons = np.flatnonzero(np.isin(shapely.get_type_id(shapes), (3, 6)))
    corners = _Corners.of(shapes[polygons], polygons)
    if not len(corners.placed):
        return
    with np.errstate(all="ignore"):  # coordinates without an end are refused elsewhere
        ground = _in_metres(corners.placed, geographic, metres_per_unit)
        step = np.diff(ground, axis=0)
        squared = (step * step).sum(axis=1)
        yield from _slivers(corners, ground, squared, allowed.sliver_width_m)
        yield from _points(corners, step, squared, allowed)
    yield from tangled(shapes, corners.sizes(len(shapes)), allowed.crossings)
    yield from _overlapping_parts(shapes, geographic, metres_per_unit)
    if geographic:
        yield from _round_the_world(shapes)


def _round_the_world(shapes: Any) -> Iterator[Spot]:
    """Drawn over the date line, where longitude jumps from 180 to -180: on paper it goes round all the world."""
    import numpy as np  # noqa: PLC0415 - heavy
    import shapely  # noqa: PLC0415 - heavy

    west, south, east, _ = shapely.bounds(shapes).T
    with np.errstate(all="ignore"):
        wide = np.flatnonzero((east - west > HALF_ROUND) & (east - west <= 2 * HALF_ROUND))
    for row in wide.tolist():
        yield Spot(row, "across_date_line", float(west[row]), float(south[row]), float(east[row] - west[row]))


def _overlapping_parts(shapes: Any, geographic: bool, metres_per_unit: float) -> Iterator[Spot]:
    """Parcels of several parts that lie on one another: where the largest such piece is, and how much it is in all."""
    import numpy as np  # noqa: PLC0415 - heavy
    import shapely  # noqa: PLC0415 - heavy

    several = np.flatnonzero((shapely.get_type_id(shapes) == MULTI) & (shapely.get_num_geometries(shapes) > 1))
    for row in several[~shapely.is_valid(shapes[several])].tolist():
        pieces = _common_ground(shapely.get_parts(shapes[row]))
        if pieces is None:
            continue
        x, y = shapely.get_coordinates(shapely.point_on_surface(pieces[np.argmax(shapely.area(pieces))]))[0].tolist()
        unit = M_PER_DEGREE**2 * math.cos(math.radians(y)) if geographic else metres_per_unit**2
        area_m2 = float(shapely.area(shapely.union_all(pieces))) * unit
        if area_m2 >= LEAST_OVERLAP_M2:
            yield Spot(row, "parts_overlap", x, y, area_m2)


def _common_ground(parts: Any) -> Any:
    """Where parts lie on one another; a part that crosses itself is the database's to tell."""
    import numpy as np  # noqa: PLC0415 - heavy
    import shapely  # noqa: PLC0415 - heavy

    sound = parts[shapely.is_valid(parts)]
    ones, others = shapely.STRtree(sound).query(sound, predicate="intersects")
    earlier = ones < others
    pieces = shapely.intersection(sound[ones[earlier]], sound[others[earlier]])
    pieces = pieces[shapely.area(pieces) > 0]
    return np.asarray(pieces) if len(pieces) else None


def read_shapes(wkb: "np.ndarray") -> Any:
    """Shapes, those with arcs as polygons near enough; None where there is none that can be read."""
    import numpy as np  # noqa: PLC0415 - heavy
    import shapely  # noqa: PLC0415 - heavy

    with np.errstate(all="ignore"):  # coordinates without an end are refused elsewhere
        try:
            return shapely.from_wkb(wkb, on_invalid="ignore")
        except NotImplementedError:  # a curve among them
            return np.array([_one(raw) for raw in wkb], dtype=object)


def _one(raw: bytes | None) -> Any:
    import shapely  # noqa: PLC0415 - heavy

    try:
        return shapely.from_wkb(raw, on_invalid="ignore")
    except NotImplementedError:
        return straightened(raw) if raw else None


@dataclass(frozen=True)
class _Corners:
    """All corners of many polygons, ring after ring."""

    placed: Any
    """(n, 2), in the file's own coordinates."""
    ring: Any
    """(n,) the number of each corner's ring."""
    owner: Any
    """(rings,) the row of each ring."""

    @classmethod
    def of(cls, polygons: Any, rows: Any) -> "_Corners":
        import numpy as np  # noqa: PLC0415 - heavy
        import shapely  # noqa: PLC0415 - heavy

        if not (shapely.get_type_id(polygons) == MULTI).any() and not shapely.get_num_interior_rings(polygons).any():
            placed, ring = shapely.get_coordinates(polygons, return_index=True)  # the usual: one ring each
            return cls(placed, ring, rows)
        parts, whole = shapely.get_parts(polygons, return_index=True)
        rings, part = shapely.get_rings(parts, return_index=True)
        placed, ring = shapely.get_coordinates(rings, return_index=True)
        return cls(placed, ring, np.asarray(rows)[whole[part]])

    def sizes(self, rows: int) -> Any:
        """How many corners each of the batch's shapes has."""
        import numpy as np  # noqa: PLC0415 - heavy

        return np.bincount(self.owner, weights=np.bincount(self.ring, minlength=len(self.owner)), minlength=rows)


def _in_metres(placed: Any, geographic: bool, metres_per_unit: float) -> Any:
    import numpy as np  # noqa: PLC0415 - heavy

    if geographic:
        return placed * M_PER_DEGREE * np.stack([np.cos(np.radians(placed[:, 1])), np.ones(len(placed))], -1)
    return placed if metres_per_unit == 1.0 else placed * metres_per_unit


def _slivers(corners: _Corners, ground: Any, squared: Any, width_m: float) -> Iterator[Spot]:
    """Parcels of which no ring is wider than a strip: twice the area by the length of its border."""
    import numpy as np  # noqa: PLC0415 - heavy

    ring = corners.ring[:-1]
    same = corners.ring[1:] == ring
    x, y = ground[:, 0] - ground[0, 0], ground[:, 1] - ground[0, 1]
    starts = np.flatnonzero(np.r_[True, ring[1:] != ring[:-1]])
    area = np.abs(np.add.reduceat(np.where(same, x[:-1] * y[1:] - x[1:] * y[:-1], 0.0), starts)) / 2
    around = np.add.reduceat(np.where(same, np.sqrt(squared), 0.0), starts)
    row = corners.owner[ring[starts]]
    first = np.flatnonzero(np.r_[True, row[1:] != row[:-1]])
    width = np.maximum.reduceat(2 * area / around, first)
    for at in np.flatnonzero((width > 0) & (width < width_m)):
        west, south = corners.placed[starts[first[at]]]
        yield Spot(int(row[first[at]]), "sliver", float(west), float(south), float(width[at]))


def _points(corners: _Corners, step: Any, squared: Any, allowed: Tolerances) -> Iterator[Spot]:
    """Corners drawn twice, and spikes; of each corner the step to the next (n - 1, 2), and its length squared."""
    import numpy as np  # noqa: PLC0415 - heavy

    doubled = np.flatnonzero((corners.ring[1:] == corners.ring[:-1]) & (squared <= allowed.vertex_m**2))
    sharp, angle = _sharp(step, squared, corners.ring, allowed.spike_degrees)
    for fault, found, measured in (("duplicate_vertex", doubled, None), ("spike", sharp, angle)):
        rows, first, count = np.unique(corners.owner[corners.ring[found]], return_index=True, return_counts=True)
        for row, at, times in zip(rows, first, count, strict=True):
            x, y = corners.placed[found[at]]
            yield Spot(int(row), fault, float(x), float(y), float(times if measured is None else measured[at]))


def _sharp(step: Any, squared: Any, ring: Any, degrees: float) -> tuple[Any, Any]:
    """Corners between two sides of some length that turn back within so many degrees, and the angles.

    A ring ends where it began: its closing side comes before its first one.
    """
    import numpy as np  # noqa: PLC0415 - heavy

    starts = np.r_[True, ring[1:] != ring[:-1]]
    first = np.flatnonzero(starts)
    into = np.arange(-1, len(ring) - 1)
    into[first] = np.r_[first[1:], len(ring)] - 2
    corner = np.flatnonzero(np.r_[~starts[1:], False])  # all but the ring's last, which is its first again
    into = into[corner]
    back, forth = -step[into], step[corner]
    dot = (back * forth).sum(axis=1)
    lengths = squared[into] * squared[corner]
    shortest = SHORTEST_SPIKE_M**2
    turned = (dot > 0) & (dot * dot > np.cos(np.radians(degrees)) ** 2 * lengths)
    found = np.flatnonzero(turned & (squared[into] >= shortest) & (squared[corner] >= shortest))
    cosine = np.clip(dot[found] / np.sqrt(lengths[found]), -1, 1)
    return corner[found], np.degrees(np.arccos(cosine))
