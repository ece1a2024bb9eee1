"""Which rows of a file lie near each other: found from their boxes alone, before any shape is compared with another."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

MOST_AT_ONCE = 200_000
"""Pairs looked at together: what bounds the memory."""


def near_pairs(boxes: "np.ndarray", reach: float) -> "Iterator[tuple[np.ndarray, np.ndarray]]":
    """Places of all pairs of boxes (west, south, east, north) nearer than ``reach``, each pair once, in batches.

    Boxes are put into squares of a grid by their lower left corner, those of like size into one grid whose squares
    none of them exceeds: near boxes then lie in neighbouring squares. Larger ones look among the smaller in their grid.
    Boxes that are not finite are near nothing.
    """
    import numpy as np  # noqa: PLC0415 - heavy

    usable = np.flatnonzero(np.isfinite(boxes).all(axis=1))
    size = np.maximum(boxes[usable, 2] - boxes[usable, 0], boxes[usable, 3] - boxes[usable, 1]) + reach
    if len(usable) < 2:  # noqa: PLR2004 - a pair
        return
    usual = max(float(np.median(size)) * 2, reach, 1e-12)
    level = np.ceil(np.log(np.maximum(size / usual, 1)) / np.log(4)).astype(int)
    for grade in np.unique(level):
        square = usual * 4.0**grade
        large, all_ = usable[level == grade], usable[level <= grade]
        yield from _pairs(boxes, large, all_, square, reach)


def _pairs(boxes: Any, large: Any, all_: Any, square: float, reach: float) -> "Iterator[tuple[np.ndarray, np.ndarray]]":
    """Pairs of a large box with any other; of two large ones the one that comes first in the file is the first."""
    import numpy as np  # noqa: PLC0415 - heavy

    corner = boxes[all_, :2].min(axis=0)
    rows = int((boxes[all_, 1].max() - corner[1]) // square) + 3
    key = _key(boxes[all_], corner, square, rows)
    order = np.argsort(key, kind="stable")
    key, there = key[order], all_[order]
    among = np.zeros(len(boxes), bool)
    among[large] = True
    mine = _key(boxes[large], corner, square, rows)
    for column in (-1, 0, 1):
        first = np.searchsorted(key, mine + column * rows - 1, "left")
        last = np.searchsorted(key, mine + column * rows + 1, "right")
        for ones, others in _expanded(first, last):
            one, other = large[ones], there[others]
            # of two large boxes each finds the other: one of the two findings is enough
            keep = (one != other) & ~(among[other] & (other < one))
            one, other = one[keep], other[keep]
            a, b = boxes[one], boxes[other]
            near = (
                (a[:, 0] <= b[:, 2] + reach) & (b[:, 0] <= a[:, 2] + reach)
                & (a[:, 1] <= b[:, 3] + reach) & (b[:, 1] <= a[:, 3] + reach)
            )  # fmt: skip
            if near.any():
                yield one[near], other[near]


def _key(boxes: Any, corner: Any, square: float, rows: int) -> Any:
    import numpy as np  # noqa: PLC0415 - heavy

    at = np.floor((boxes[:, :2] - corner) / square).astype(np.int64)
    return (at[:, 0] + 1) * rows + at[:, 1] + 1


def _expanded(first: Any, last: Any) -> "Iterator[tuple[np.ndarray, np.ndarray]]":
    """Every number of each range, with the place of the range, a bounded number at once."""
    import numpy as np  # noqa: PLC0415 - heavy

    ends = np.cumsum(last - first)
    start = 0
    while start < len(first):
        before = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, before + MOST_AT_ONCE, "right")))
        count = last[start:stop] - first[start:stop]
        ones = np.repeat(np.arange(start, stop), count)
        steps = np.arange(len(ones)) - np.repeat(np.cumsum(count) - count, count)
        yield ones, first[ones] + steps
        start = stop
