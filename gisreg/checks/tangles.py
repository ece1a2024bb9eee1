"""Boundaries that cross themselves so often that nobody can mean it, and that repairing them would hold up all others.

PostGIS repairs a crossing in about a tenth of a millisecond; a ring of 3,000 corners in no order at all has a million.
How often a boundary crosses itself is estimated: some of its sides, evenly chosen, are held against all of them.
"""

import math
from collections.abc import Iterator
from typing import Any

from gisreg.checks.spots import Spot

PAIRS_LOOKED_AT = 4_000_000
"""Of sides: what bounds the time, to about a tenth of a second."""
LEAST_SIDES = 200
"""So many sides are looked at in any case, or all that there are."""
AT_ONCE = 250_000
"""Pairs compared together: what bounds the memory."""


def tangled(shapes: Any, corners: Any, allowed: float) -> Iterator[Spot]:
    """Shapes that cross themselves more than ``allowed`` times, by estimate; ``corners`` are counted by shape."""
    import numpy as np  # noqa: PLC0415 - heavy
    import shapely  # noqa: PLC0415 - heavy

    able = np.flatnonzero(corners > least_corners(allowed))
    with np.errstate(all="ignore"):  # coordinates without an end are refused elsewhere
        for row in able[~shapely.is_valid(shapes[able])].tolist():
            number, spot = crossings(sides_of(shapes[row]))
            if number > allowed and spot is not None:
                yield Spot(row, "too_tangled", *spot, _rounded(number))


def least_corners(allowed: float) -> float:
    """With fewer corners nothing can cross itself so often: each side crosses all but its neighbours at most."""
    return 1 + math.sqrt(2 * allowed)


def sides_of(shape: Any) -> Any:
    """All sides of a shape's rings: (n, 2, 2)."""
    import numpy as np  # noqa: PLC0415 - heavy
    import shapely  # noqa: PLC0415 - heavy

    spots, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(shape)), return_index=True)
    same = np.flatnonzero(ring[1:] == ring[:-1])
    return np.stack([spots[same], spots[same + 1]], axis=1)


def crossings(sides: Any) -> tuple[float, tuple[float, float] | None]:
    """About how many pairs of sides cross each other, and the middle of a side that does."""
    import numpy as np  # noqa: PLC0415 - heavy

    count = len(sides)
    looked = min(count, max(LEAST_SIDES, PAIRS_LOOKED_AT // max(count, 1)))
    chosen = ((np.arange(looked) + 0.5) * count / max(looked, 1)).astype(np.int64)
    step = max(1, AT_ONCE // max(count, 1))
    found = np.concatenate(
        [_crossing(sides[chosen[start : start + step]], sides) for start in range(0, len(chosen), step)]
    )
    if not found.any():
        return 0.0, None
    x, y = sides[chosen[int(np.argmax(found > 0))]].mean(axis=0).tolist()
    return float(found.sum()) * count / len(chosen) / 2, (x, y)


def _crossing(some: Any, all_: Any) -> Any:
    """How many of all sides each of some sides truly crosses; those that only touch, as neighbours do, do not count."""
    a, b = some[:, None, 0], some[:, None, 1]
    c, d = all_[None, :, 0], all_[None, :, 1]
    through = (_side(a, b, c) * _side(a, b, d) < 0) & (_side(c, d, a) * _side(c, d, b) < 0)
    return through.sum(axis=1)


def _side(start: Any, end: Any, spot: Any) -> Any:
    """On which side of a line a spot lies, by the sign."""
    return (end[..., 0] - start[..., 0]) * (spot[..., 1] - start[..., 1]) - (end[..., 1] - start[..., 1]) * (
        spot[..., 0] - start[..., 0]
    )


def _rounded(number: float) -> float:
    """To two digits: it is an estimate."""
    return float(f"{number:.2g}")
