"""A source whose rows are made in memory: formats that must be read whole before a row is known (text, drawings)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gisreg.intake.source import BATCH_ROWS, DAMAGED, ROW, WKB, Part, Source, split

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class TableSource(Source):
    """Rows that are there already."""

    table: "pa.Table" = field(repr=False, compare=False)
    """Row number, WKB, then a text column for each field, named by its place: f0, f1, …"""

    def parts(self, count: int) -> list[Part]:
        """Equal slices."""
        return split(0, self.rows, count)

    def batches(self, fields: Sequence[str], part: Part) -> Iterator["pa.RecordBatch"]:
        """A slice with these fields."""
        import pyarrow as pa  # noqa: PLC0415 - heavy

        wanted = [self.fields.index(name) for name in fields]
        for batch in self.table.slice(part.start, part.stop - part.start).to_batches(max_chunksize=BATCH_ROWS):
            columns = {ROW: batch.column(ROW), WKB: batch.column(WKB), DAMAGED: pa.nulls(batch.num_rows, pa.string())}
            columns |= {f"f{place}": batch.column(f"f{found}") for place, found in enumerate(wanted)}
            yield pa.record_batch(list(columns.values()), names=list(columns))


def make_table(rows: Iterable[tuple[int, bytes | None, Sequence[str | None]]], fields: Sequence[str]) -> "pa.Table":
    """Rows (number, WKB, values in the order of the fields) as such a table; blank values are none."""
    import pyarrow as pa  # noqa: PLC0415 - heavy

    listed = list(rows)
    columns = {
        ROW: pa.array([number for number, _, _ in listed], pa.int64()),
        WKB: pa.array([shape for _, shape, _ in listed], pa.binary()),
    }
    for place in range(len(fields)):
        columns[f"f{place}"] = pa.array([_plain(values[place]) for _, _, values in listed], pa.string())
    return pa.table(columns)


def _plain(value: str | None) -> str | None:
    # PostgreSQL's text cannot hold NUL
    return (value or "").replace("\0", "").strip() or None
