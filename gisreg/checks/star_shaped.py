"""Polygons that stay valid wherever they are moved: those whose border is seen whole from their middle.

To hold a polygon's sides against each other costs more than most that is done with it. A star-shaped one (one ring, all
of it seen from one point, in one turn) cannot cross itself, and a change of projection, which bends a parcel far less
than its corners stand apart, leaves it so. Both are seen in one pass over the corners of many shapes.
"""

from typing import Any

from gisreg.checks.shapes import M_PER_DEGREE

EARTH_M = 6.3e6
BEND = 10.0
"""From one CRS to another, points of a parcel so long move against each other by up to tan(latitude) * length² / radius
(the convergence of meridians, up to 1.4 in China): triangles of twice that by the length may turn over. Seven times as
much is left between, also for degrees taken as if they were as long to the east as to the north."""
ROUNDING_M = 1e-6
POLYGON = 3


def star_shaped(shapes: Any, *, geographic: bool, metres_per_unit: float) -> Any:
    """For each of the shapes (n,), whether it is for certain such a polygon (n,), bool.

    What is not said to be one may be valid all the same. ``metres_per_unit`` is that of projected coordinates.
    """
    import numpy as np  # noqa: PLC0415 - heavy
    import shapely  # noqa: PLC0415 - heavy

    found = np.zeros(len(shapes), bool)
    rows = np.flatnonzero((shapely.get_type_id(shapes) == POLYGON) & ~shapely.is_empty(shapes))
    rows = rows[shapely.get_num_interior_rings(shapes[rows]) == 0]
    if not len(rows):
        return found
    unit_m = M_PER_DEGREE if geographic else metres_per_unit
    placed, ring = shapely.get_coordinates(shapes[rows], return_index=True)
    with np.errstate(all="ignore"):  # coordinates without an end are refused elsewhere
        found[rows] = _seen_whole(placed * unit_m, ring)
    return found


def _seen_whole(corners: Any, ring: Any) -> Any:
    """By ring, whether its corners (n, 2), in metres, go round its middle once and well apart."""
    import numpy as np  # noqa: PLC0415 - heavy

    starts = np.flatnonzero(np.r_[True, ring[1:] != ring[:-1]])
    corners = corners - corners[starts][ring]  # small numbers: their products are exact enough
    last = np.r_[starts[1:], len(ring)] - 1
    middle = (np.add.reduceat(corners, starts) - corners[last]) / (last - starts)[:, None]
    x, y = (corners - middle[ring]).T
    twice_area = x[:-1] * y[1:] - y[:-1] * x[1:]
    upward = (y[:-1] <= 0) & (y[1:] > 0)
    between = starts[1:] - 1  # steps from one ring to the next
    upward[between], twice_area[between] = False, np.inf
    least = np.minimum.reduceat(twice_area, starts)
    twice_area[between] = -np.inf
    most = np.maximum.reduceat(twice_area, starts)
    length = np.sqrt(np.maximum.reduceat(x * x + y * y, starts)) * 2
    room = BEND * length**3 / EARTH_M + ROUNDING_M * length
    return ((least > room) | (most < -room)) & (np.add.reduceat(upward, starts, dtype=int) == 1)
