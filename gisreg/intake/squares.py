"""Squares over the county that lie in one township each: most parcels need no look at any border."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from gisreg.db.sql import load, run_script

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from shapely import MultiPolygon

WORTH_FROM_ROWS = 5_000
"""For fewer rows the squares cost more than the looks at the borders."""
COARSEST, FINEST = 16, 512
"""Squares from west to east and from south to north. Each level halves the sides of those that a border crosses."""
MOST_UNITS = 255
"""The grid keeps a byte for each square."""
MARGIN_M, MARGIN_DEGREES = 1.0, 1e-5
"""A border's straight line bends by centimetres from one CRS to the other; squares nearer to one are left out."""


@dataclass(frozen=True)
class Squares:
    """A grid in the coordinates of the file; plain data, so that it travels."""

    frame: tuple[float, float, float, float]
    """West, south, east and north, in the units of the file's CRS."""
    cells: bytes
    """By column and row, as many of the one as of the other: 0, or the place of a code in ``codes`` counted from 1."""
    codes: tuple[str, ...]
    """Townships; the one empty code stands for a county without townships."""

    def townships(self, boxes: "np.ndarray") -> "pa.Array":
        """The code of the township in whose squares each box (n, 4) lies wholly; null where there is none."""
        import numpy as np  # noqa: PLC0415 - heavy
        import pyarrow as pa  # noqa: PLC0415 - heavy

        found = np.zeros(len(boxes), np.uint8)
        for cells in self._levels():
            left = np.flatnonzero(found == 0)
            found[left] = self._found(cells, boxes[left])
        return pa.array([None, *self.codes], pa.string()).take(pa.array(found))

    def _levels(self) -> "Iterator[np.ndarray]":
        """The grid, and coarser ones of it for larger parcels: a square of four that are the same is the same."""
        import numpy as np  # noqa: PLC0415 - heavy

        flat = np.frombuffer(self.cells, np.uint8)
        cells = flat.reshape(int(len(flat) ** 0.5), -1)
        yield cells
        while len(cells) % 2 == 0:
            fours = cells.reshape(len(cells) // 2, 2, len(cells) // 2, 2)
            first = fours[:, :1, :, :1]
            cells = np.where((fours == first).all(axis=(1, 3)), first[:, 0, :, 0], 0)
            yield cells

    def _found(self, cells: "np.ndarray", boxes: "np.ndarray") -> "np.ndarray":
        """For boxes that lie in up to two times two squares: what these are, where all are the same; else 0."""
        import numpy as np  # noqa: PLC0415 - heavy

        west, south, east, north = self.frame
        corner, step = (west, south), ((east - west) / len(cells), (north - south) / len(cells))
        with np.errstate(invalid="ignore"):  # a row without a shape has no box
            low, high = np.floor((boxes[:, :2] - corner) / step), np.floor((boxes[:, 2:] - corner) / step)
            near = ((low >= 0) & (high < len(cells)) & (high - low <= 1)).all(axis=1)
        (west_at, south_at), (east_at, north_at) = low[near].astype(int).T, high[near].astype(int).T
        four = [cells[x, y] for x in (west_at, east_at) for y in (south_at, north_at)]
        found = np.zeros(len(boxes), np.uint8)
        found[near] = np.where(np.logical_and.reduce([one == four[0] for one in four]), four[0], 0)
        return found


def squares_of(
    connection: Connection, county: str, rows: int, *, srid: int, metres_per_unit: float | None
) -> Squares | None:
    """The squares that lie wholly inside one township; None where looking them up would not pay.

    ``metres_per_unit`` is that of the file's CRS, None where its units are degrees.
    """
    import numpy as np  # noqa: PLC0415 - heavy
    import shapely  # noqa: PLC0415 - heavy

    if rows < WORTH_FROM_ROWS:
        return None
    run_script(connection, load("gisreg.intake", "sql/session.sql"))
    found = connection.execute(text(load("gisreg.intake", "sql/squares.sql")), {"county": county, "srid": srid}).all()
    if not found or len(found) > MOST_UNITS:
        return None
    shapes = shapely.from_wkb([bytes(unit.boundary) for unit in found])
    frame, cells = shapely.total_bounds(shapes), np.zeros((FINEST, FINEST), np.uint8)
    margin = MARGIN_M / metres_per_unit if metres_per_unit else MARGIN_DEGREES
    for number, shape in enumerate(shapes, 1):
        _fill(cells, number, shape, frame, margin)
    return Squares(tuple(frame.tolist()), cells.tobytes(), tuple(unit.code for unit in found))


def _fill(cells: "np.ndarray", number: int, shape: "MultiPolygon", frame: "np.ndarray", margin: float) -> None:
    """Give a township's number to the squares inside it; what a border crosses is looked at in quarters."""
    import numpy as np  # noqa: PLC0415 - heavy
    import shapely  # noqa: PLC0415 - heavy

    shapely.prepare(shape)
    across = COARSEST
    x, y = (side.ravel() for side in np.indices((across, across)))
    while True:
        width, height = (frame[2:] - frame[:2]) / across
        west, south = frame[0] + x * width, frame[1] + y * height
        squares = shapely.box(west - margin, south - margin, west + width + margin, south + height + margin)
        inside = shapely.contains_properly(shape, squares)
        blocks = cells.reshape(across, FINEST // across, across, FINEST // across)
        blocks[x[inside], :, y[inside], :] = number
        crossed = ~inside & shapely.intersects(shape, squares)
        if across == FINEST:
            return
        x, y = (np.concatenate([2 * side[crossed] + more for more in quarters]) for side, quarters in
                ((x, (0, 0, 1, 1)), (y, (0, 1, 0, 1))))  # fmt: skip
        across *= 2
