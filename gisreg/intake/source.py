"""One read-only way to look at a file of features, whatever its format; each format is one implementation.

A source is opened once (:func:`gisreg.intake.opening.open_source`), can be sent to another process, and gives its rows
as Arrow batches: row number, geometry as WKB, and the wanted fields as text. Text only, because codes must keep their
leading zeros and dates must be judged before they are believed; the database makes the typed values.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gisreg.intake.notes import Note

if TYPE_CHECKING:
    import pyarrow as pa

BATCH_ROWS = 16_384
ROW, WKB, DAMAGED = "row_no", "wkb", "damaged"
"""Names of the columns that every batch has; the wanted fields follow as f0, f1, …"""


@dataclass(frozen=True)
class Part:
    """Rows ``start`` ≤ n < ``stop`` of a source, in its own counting."""

    start: int
    stop: int


@dataclass(frozen=True)
class Source(ABC):
    """An opened layer."""

    path: Path
    """What the reader opens; for a zip a file unpacked from it."""
    shown: str
    """How the file is called towards people."""
    layer: str
    fields: tuple[str, ...]
    rows: int
    srid: int
    crs_from: str
    """file, or given."""
    encoding: str | None
    encoding_from: str | None
    """cpg, ldid, detected, ascii, given, or format."""
    notes: tuple[Note, ...] = field(default=(), kw_only=True, repr=False)
    """What the reader itself has found out: only it knows lines, columns and the drawing around a shape."""
    measured: tuple[str, ...] = field(default=(), kw_only=True)
    """Fields with areas that were computed from the very boundary beside them."""
    whole_mm: bool = field(default=False, kw_only=True)
    """Its coordinates are written in whole millimetres: of land surveyed otherwise it can say no more than that."""

    @abstractmethod
    def parts(self, count: int) -> list[Part]:
        """At most ``count`` parts of about equal size that can be read side by side."""

    @abstractmethod
    def batches(self, fields: Sequence[str], part: Part) -> Iterator["pa.RecordBatch"]:
        """The part's rows with these fields."""

    def first(self, fields: Sequence[str], rows: int) -> Iterator["pa.RecordBatch"]:
        """The first rows with these fields; sources that can read no more than these do."""
        left = rows
        for part in self.parts(1):
            for batch in self.batches(fields, part):
                yield batch.slice(0, left)
                left -= batch.num_rows
                if left <= 0:
                    return

    def sample_boxes(self, rows: int = 100) -> list[tuple[float, float, float, float]]:
        """Bounding boxes of the first rows that have any."""
        from numpy import errstate  # noqa: PLC0415 - heavy
        from shapely import bounds, from_wkb  # noqa: PLC0415 - only opening looks at shapes in Python

        wkb = [shape for batch in self.first((), rows) for shape in batch.column(1).to_pylist()]
        try:
            with errstate(all="ignore"):  # coordinates without an end are refused row by row
                shapes = from_wkb(wkb, on_invalid="ignore")
        except NotImplementedError:  # curves: the database alone understands them
            return []
        return [tuple(box) for box in bounds(shapes).tolist() if not math.isnan(box[0])]


def split(start: int, stop: int, count: int) -> list[Part]:
    """Equal parts of a range, none empty."""
    size = max(1, -(-(stop - start) // max(1, count)))
    return [Part(first, min(first + size, stop)) for first in range(start, stop, size)]
