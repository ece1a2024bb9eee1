"""Shapefiles: shapes by GDAL, attributes by our own strict reader, completeness checked before either starts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gisreg.intake import dbf
from gisreg.intake.encoding import Found, decide
from gisreg.intake.errors import BrokenFile, PartMissing, PartsDisagree, PartTruncated
from gisreg.intake.long_texts import with_long_texts
from gisreg.intake.ogr import arrow_stream
from gisreg.intake.source import BATCH_ROWS, DAMAGED, ROW, WKB, Part, Source, split

if TYPE_CHECKING:
    import pyarrow as pa

SHP_HEADER_BYTES = 100
SHP_MAGIC = (9994).to_bytes(4, "big")
INDEX_ENTRY_BYTES = 8
ANY_BYTES = "ISO-8859-1"
"""GDAL is asked for the shapes alone; under this encoding it can also drop columns whose names are in another one."""


@dataclass(frozen=True)
class ShapefileSource(Source):
    """A complete shapefile."""

    table: dbf.DbfTable
    whole: bool
    """No row is marked deleted, so that parts can be read side by side."""

    def parts(self, count: int) -> list[Part]:
        """Equal ranges of records."""
        return split(0, self.table.rows, count if self.whole else 1)

    def first(self, fields: Sequence[str], rows: int) -> Iterator["pa.RecordBatch"]:
        """The first records, and none behind them."""
        return self.batches(fields, Part(0, min(rows, self.table.rows))) if self.whole else super().first(fields, rows)

    def batches(self, fields: Sequence[str], part: Part) -> Iterator["pa.RecordBatch"]:
        """Shapes and attributes of a range of records, side by side."""
        import numpy as np  # noqa: PLC0415 - heavy

        wanted = [self.table.fields[self.fields.index(field)] for field in fields]
        live = None if self.whole else self.table.live_rows()
        done = part.start
        last = part.stop if live is None else len(live)
        size = max(1, min(BATCH_ROWS, part.stop - part.start))
        options: dict[str, Any] = {"skip_features": part.start, "batch_size": size, "ENCODING": ANY_BYTES}
        with arrow_stream(self.path, self.layer, (), self.shown, **options) as (_, reader):
            for batch in reader:
                upto = min(done + batch.num_rows, last)
                if upto <= done:
                    break
                rows = np.arange(done, upto) if live is None else live[done:upto]
                first = int(rows[0])
                cells = self.table.records(first, int(rows[-1]) + 1)
                if live is not None:
                    cells = cells[rows - first]
                yield _batch(rows + 1, batch.column(0)[: upto - done], cells, wanted, self.encoding or "UTF-8")
                done = upto


def _batch(
    numbers: "pa.Array", shapes: "pa.Array", cells: "pa.Array", fields: Sequence[dbf.DbfField], encoding: str
) -> "pa.RecordBatch":
    import pyarrow as pa  # noqa: PLC0415 - heavy

    columns, damaged = dbf.text_columns(cells, fields, encoding)
    marks: list[str | None] = [None] * len(numbers)
    for row, place in damaged:
        marks[row] = f"{marks[row]},{place}" if marks[row] else str(place)
    names = [ROW, WKB, DAMAGED, *(f"f{place}" for place in range(len(fields)))]
    fixed = [pa.array(numbers, pa.int64()), shapes.cast(pa.binary()), pa.array(marks, pa.string())]
    return pa.record_batch([*fixed, *columns], names=names)


@dataclass(frozen=True)
class Facts:
    """What the files beside a .shp say."""

    table: dbf.DbfTable
    encoding: Found
    fields: tuple[str, ...]
    rows: int
    whole: bool


def beside(path: Path, suffix: str) -> Path | None:
    """The file of the same name with another suffix, in whatever case."""
    wanted = (path.stem + suffix).casefold()
    return next((other for other in path.parent.iterdir() if other.name.casefold() == wanted), None)


def examine(path: Path, shown: str, given_encoding: str | None) -> Facts:
    """Check that the shapefile is complete and agrees with itself, and find its encoding."""
    _check_shapes(path, shown)
    index, attributes = beside(path, ".shx"), beside(path, ".dbf")
    if index is None:
        raise PartMissing(shown, part=".shx")
    if attributes is None:
        raise PartMissing(shown, part=".dbf")
    table = with_long_texts(dbf.open_dbf(attributes, shown))
    shapes = (index.stat().st_size - SHP_HEADER_BYTES) // INDEX_ENTRY_BYTES
    if shapes != table.rows:
        raise PartsDisagree(shown, shapes=shapes, rows=table.rows)
    cpg = beside(path, ".cpg") or beside(path, ".cst")
    stated = cpg.read_bytes()[:64].decode("ascii", "replace").strip("\ufeff\0 \r\n") if cpg else None
    told = given_encoding or stated or table.language_byte
    seen = dbf.sample(table, dbf.STATED_SAMPLE_BYTES if told else dbf.SAMPLE_BYTES)
    found = decide(seen, given=given_encoding, cpg=stated, language_byte=table.language_byte, where=shown)
    live = table.live_rows()
    return Facts(
        table, found, dbf.field_names(table, found.name), table.rows if live is None else len(live), live is None
    )


def _check_shapes(path: Path, shown: str) -> None:
    """The .shp's header tells its length in 16-bit words."""
    with path.open("rb") as file:
        head = file.read(SHP_HEADER_BYTES)
    found = path.stat().st_size
    if not head.startswith(SHP_MAGIC):
        raise BrokenFile(shown, detail=".shp")
    expected = int.from_bytes(head[24:28], "big") * 2
    if len(head) < SHP_HEADER_BYTES or found < expected:
        raise PartTruncated(shown, part=".shp", expected=max(expected, SHP_HEADER_BYTES), found=found)
