"""What is suspicious about a boundary that is no fault of validity: slivers, spikes, corners drawn twice.

Judged on the survey's own coordinates, a batch at a time: corners of all shapes in one array.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gisreg.checks.policy import Tolerances

if TYPE_CHECKING:
    import numpy as np

M_PER_DEGREE = 111_320.0
"""Of latitude, and of longitude on the equator: near enough to tell a spike from a corner."""
SHORTEST_SPIKE_M = 0.5
"""Two sides at least as long as this make a spike; shorter ones are a draughtsman's crumb."""


@dataclass(frozen=True)
class Spot:
    """A finding: the shape's place in the batch, and where it is in the file's own coordinates."""

    row: int
    fault: str
    x: float
    y: float
    measured: float
    """Width in metres, angle in degrees, or number of corners."""


def shape_findings(
    wkb: "np.ndarray", *, geographic: bool, metres_per_unit: float, allowed: Tolerances
) -> Iterator[Spot]:
    """Findings about polygons; whatever else there is, or cannot be read, is the database's to judge."""
    import numpy as np  # noqa: PLC0415 - heavy
    import shapely  # noqa: PLC0415 - heavy

    shapes = _readable(wkb)
    polygons = np.flatnonzero(np.isin(shapely.get_type_id(shapes), (3, 6)) & ~shapely.is_empty(shapes))
    if not len(polygons):
        return
    flat = shapely.force_2d(shapes[polygons])
    ground = _in_metres(flat, geographic, metres_per_unit)
    yield from _slivers(flat, ground, polygons, allowed.sliver_width_m)
    yield from _corners(flat, ground, polygons, allowed)


def _readable(wkb: "np.ndarray") -> Any:
    import numpy as np  # noqa: PLC0415 - heavy
    import shapely  # noqa: PLC0415 - heavy

    try:
        return shapely.from_wkb(wkb, on_invalid="ignore")
    except NotImplementedError:  # a curve among them
        return np.array([_one(raw) for raw in wkb], dtype=object)


def _one(raw: bytes | None) -> Any:
    import shapely  # noqa: PLC0415 - heavy

    try:
        return shapely.from_wkb(raw, on_invalid="ignore")
    except NotImplementedError:
        return None


def _in_metres(shapes: Any, geographic: bool, metres_per_unit: float) -> Any:
    import numpy as np  # noqa: PLC0415 - heavy
    import shapely  # noqa: PLC0415 - heavy

    if not geographic:
        return shapes if metres_per_unit == 1.0 else shapely.transform(shapes, lambda at: at * metres_per_unit)
    return shapely.transform(
        shapes, lambda at: at * M_PER_DEGREE * np.stack([np.cos(np.radians(at[:, 1])), np.ones(len(at))], -1)
    )


def _slivers(flat: Any, ground: Any, polygons: Any, width_m: float) -> Iterator[Spot]:
    import numpy as np  # noqa: PLC0415 - heavy
    import shapely  # noqa: PLC0415 - heavy

    area, around = shapely.area(ground), shapely.length(ground)
    with np.errstate(all="ignore"):
        width = 2 * area / around
    thin = np.flatnonzero((area > 0) & (width < width_m))
    for at, (west, south, _, _) in zip(thin, shapely.bounds(flat[thin]), strict=True):
        yield Spot(int(polygons[at]), "sliver", float(west), float(south), float(width[at]))


def _corners(flat: Any, ground: Any, polygons: Any, allowed: Tolerances) -> Iterator[Spot]:
    """Spikes and doubled corners: each ring's corners with the one before and the one behind."""
    import numpy as np  # noqa: PLC0415 - heavy
    import shapely  # noqa: PLC0415 - heavy

    parts, whole = shapely.get_parts(ground, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    owner = whole[part]
    at, ring = shapely.get_coordinates(rings, return_index=True)
    placed = shapely.get_coordinates(flat)
    same = ring[1:] == ring[:-1]
    step = np.diff(at, axis=0)
    length = np.hypot(step[:, 0], step[:, 1])
    doubled = np.flatnonzero(same & (length <= allowed.vertex_m))
    angle, corner = _angles(step, length, ring)
    sharp = angle < allowed.spike_degrees
    for fault, corners, measured in (
        ("duplicate_vertex", doubled, None),
        ("spike", corner[sharp], angle[sharp]),
    ):
        owners, first, count = np.unique(owner[ring[corners]], return_index=True, return_counts=True)
        for place, at_first, times in zip(polygons[owners], first, count, strict=True):
            x, y = placed[corners[at_first]]
            value = times if measured is None else measured[at_first]
            yield Spot(int(place), fault, float(x), float(y), float(value))


def _angles(step: Any, length: Any, ring: Any) -> tuple[Any, Any]:
    """The angle at each corner between two sides of some length, in degrees, and the corner's place.

    A ring ends where it began: its closing side comes before its first one.
    """
    import numpy as np  # noqa: PLC0415 - heavy

    first = np.flatnonzero(np.r_[True, ring[1:] != ring[:-1]])
    closing = np.r_[first[1:], len(ring)] - 2
    inner = np.setdiff1d(np.arange(len(ring)), np.r_[first, closing + 1])
    corner, into, out = np.r_[inner, first], np.r_[inner - 1, closing], np.r_[inner, first]
    fit = (
        (length[into] >= SHORTEST_SPIKE_M) & (length[out] >= SHORTEST_SPIKE_M) & np.isfinite(length[into] + length[out])
    )
    corner, back, forth = corner[fit], -step[into[fit]], step[out[fit]]
    cross = back[:, 0] * forth[:, 1] - back[:, 1] * forth[:, 0]
    return np.degrees(np.abs(np.arctan2(cross, (back * forth).sum(axis=1)))), corner
