"""The attribute table of a shapefile, read column-wise and strictly.

GDAL replaces what it cannot decode and shifts impossible dates without a word; here every value comes as the text that
stands in the file, and rows whose text cannot be decoded are named.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gisreg.intake.encoding import Piece, codec_of
from gisreg.intake.errors import BrokenFile, PartTruncated

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

READABLE_TYPES = "CNFDL"
HEADER_BYTES, FIELD_BYTES, FIELDS_END = 32, 32, 0x0D
NEWLINE, SPACE, STAR, DELETED = 10, 32, 0x2A, 0x2A
SAMPLE_BYTES = 8_000_000
STATED_SAMPLE_BYTES = 500_000
"""Enough to contradict an encoding that is stated; every value is decoded strictly later anyway."""
CHUNK_ROWS = 5_000


@dataclass(frozen=True)
class DbfField:
    """A column: where it stands in a record."""

    raw_name: bytes
    kind: str
    offset: int
    width: int
    cuts: tuple[int, ...] = ()
    """Where in its width the texts of further fields begin that belong to it."""


@dataclass(frozen=True)
class DbfTable:
    """An opened DBF."""

    path: Path
    rows: int
    header_bytes: int
    record_bytes: int
    language_byte: int
    fields: tuple[DbfField, ...]

    def records(self, start: int, stop: int) -> "np.ndarray":
        """Some records as rows of bytes. Read, not mapped: mapped pages would count as this process's memory."""
        import numpy as np  # noqa: PLC0415 - heavy

        offset, count = (
            self.header_bytes + start * self.record_bytes,
            (min(stop, self.rows) - start) * self.record_bytes,
        )
        return np.fromfile(self.path, np.uint8, count, offset=offset).reshape(-1, self.record_bytes)

    def live_rows(self) -> "np.ndarray | None":
        """Indices of the rows not marked deleted; None where all are live."""
        import numpy as np  # noqa: PLC0415 - heavy

        chunks = (self.records(start, start + CHUNK_ROWS)[:, 0] == DELETED for start in range(0, self.rows, CHUNK_ROWS))
        marked = np.concatenate([np.empty(0, bool), *chunks])
        return np.flatnonzero(~marked) if marked.any() else None


def open_dbf(path: Path, shown: str) -> DbfTable:
    """Read and check the header."""
    with path.open("rb") as file:
        head = file.read(HEADER_BYTES)
        rows, header_bytes, record_bytes = (int.from_bytes(head[a:z], "little") for a, z in ((4, 8), (8, 10), (10, 12)))
        if len(head) < HEADER_BYTES or header_bytes <= HEADER_BYTES or record_bytes < 1:
            raise BrokenFile(shown, detail=".dbf")
        described = file.read(header_bytes - HEADER_BYTES)
    found, expected = path.stat().st_size, header_bytes + rows * record_bytes
    if found < expected:
        raise PartTruncated(shown, part=".dbf", expected=expected, found=found)
    fields = tuple(_fields(described))
    if sum(field.width for field in fields) + 1 > record_bytes:
        raise BrokenFile(shown, detail=".dbf")
    return DbfTable(path, rows, header_bytes, record_bytes, head[29], fields)


def _fields(described: bytes) -> Iterator[DbfField]:
    offset = 1
    for start in range(0, len(described) - FIELD_BYTES + 1, FIELD_BYTES):
        entry = described[start : start + FIELD_BYTES]
        if entry[0] == FIELDS_END:
            return
        kind, width = chr(entry[11]), entry[16]
        if kind == "C":  # dBASE's way to widths above 255
            width += entry[17] << 8
        yield DbfField(entry[:11].split(b"\0")[0].rstrip(), kind, offset, width)
        offset += width


def field_names(table: DbfTable, encoding: str) -> tuple[str, ...]:
    """Names in the table's encoding, made unique; broken ones keep what can be read."""
    names: list[str] = []
    for place, field in enumerate(table.fields):
        name = field.raw_name.decode(codec_of(encoding), "replace") or f"field_{place + 1}"
        while name in names:
            name += "_"
        names.append(name)
    return tuple(names)


def sample(table: DbfTable, budget: int = SAMPLE_BYTES) -> Iterator[Piece]:
    """Field names and non-ASCII values from all over the table, up to ``budget`` bytes."""
    for place, field in enumerate(table.fields):
        # A name may be cut in the middle of a character: ten bytes is all there is.
        yield Piece(0, f"#{place + 1}", field.raw_name, full=len(field.raw_name) >= 10)  # noqa: PLR2004 - DBF's limit
    texts = [(field, field.raw_name.decode("ascii", "replace")) for field in table.fields if field.kind == "C"]
    for start in _spread(range(0, table.rows, CHUNK_ROWS)):
        chunk = table.records(start, start + CHUNK_ROWS)
        if chunk.tobytes().isascii():
            continue
        for field, name in texts:
            for row, value in _non_ascii(chunk[:, field.offset : field.offset + field.width]):
                yield Piece(start + row + 1, name, value.rstrip(b" \0"), full=value[-1] not in b" \0")
                budget -= len(value)
                if budget < 0:
                    return


def _spread(starts: range) -> list[int]:
    """First, last, middle, then the rest: a sample that ends early has still seen all over."""
    order = list(starts)
    first = [order[i] for i in dict.fromkeys((0, len(order) - 1, len(order) // 2))] if order else []
    return first + [start for start in order if start not in first]


def _non_ascii(column: "np.ndarray") -> Iterator[tuple[int, bytes]]:
    import numpy as np  # noqa: PLC0415 - heavy

    rows = np.flatnonzero((column > 127).any(axis=1))  # noqa: PLR2004 - ASCII ends there
    step = max(1, len(rows) // 2000)
    for row in rows[::step]:
        yield int(row), column[row].tobytes()


def text_columns(
    records: "np.ndarray", fields: Sequence[DbfField], encoding: str
) -> tuple[list["pa.Array"], list[tuple[int, int]]]:
    """The fields of some records as text, and (row, field) of what could not be decoded."""
    columns, damaged = [], []
    for place, field in enumerate(fields):
        cells = records[:, field.offset : field.offset + field.width]
        column, rows = _long_column(cells, field.cuts, encoding) if field.cuts else _column(cells, field.kind, encoding)
        columns.append(column)
        damaged += [(row, place) for row in rows]
    return columns, damaged


def _column(cells: "np.ndarray", kind: str, encoding: str) -> tuple["pa.Array", list[int]]:
    return _text_column(_without_stars(cells) if kind in "NF" else cells, encoding)


def _long_column(cells: "np.ndarray", cuts: Sequence[int], encoding: str) -> tuple["pa.Array", list[int]]:
    """A text over several fields: each is decoded by itself, since none is cut within a character."""
    import numpy as np  # noqa: PLC0415 - heavy
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    pieces = [_text_column(piece, encoding) for piece in np.split(cells, cuts, axis=1)]
    whole = pc.binary_join_element_wise(*[text for text, _ in pieces], "", null_handling="skip")
    return _trimmed(whole), sorted({row for _, damaged in pieces for row in damaged})


def _without_stars(cells: "np.ndarray") -> "np.ndarray":
    """Numbers that are null: shapelib, and so GDAL and QGIS, fill them with asterisks."""
    import numpy as np  # noqa: PLC0415 - heavy

    null = cells[:, :1] == STAR
    return np.where(null, np.uint8(SPACE), cells) if null.any() else cells


def _text_column(cells: "np.ndarray", encoding: str) -> tuple["pa.Array", list[int]]:
    """One column: all its cells are decoded as one text, split again at line ends."""
    import numpy as np  # noqa: PLC0415 - heavy

    count = len(cells)
    used = np.flatnonzero(((cells != SPACE) & (cells != 0)).any(axis=0))
    width = int(used[-1]) + 1 if len(used) else 0
    block = np.full((count, width + 1), NEWLINE, np.uint8)
    block[:, :width] = cells[:, :width]
    raw = block.tobytes()
    if raw.count(b"\n") != count or b"\0" in raw:
        return _slow_column(cells, encoding)
    if not raw.isascii():
        try:
            raw = raw.decode(codec_of(encoding)).encode()
        except UnicodeDecodeError:
            return _slow_column(cells, encoding)
    if raw.count(b"\n") != count:  # a multi-byte character swallowed a line end
        return _slow_column(cells, encoding)
    return _trimmed(_from_lines(raw, count)), []


def _from_lines(raw: bytes, count: int) -> "pa.Array":
    import numpy as np  # noqa: PLC0415 - heavy
    import pyarrow as pa  # noqa: PLC0415 - heavy

    offsets = np.zeros(count + 1, np.int32)
    offsets[1:] = np.flatnonzero(np.frombuffer(raw, np.uint8) == NEWLINE) + 1
    return pa.Array.from_buffers(pa.string(), count, [None, pa.py_buffer(offsets), pa.py_buffer(raw)])


def _slow_column(cells: "np.ndarray", encoding: str) -> tuple["pa.Array", list[int]]:
    """Cell by cell, where line ends, NULs or undecodable bytes stand in the values."""
    import pyarrow as pa  # noqa: PLC0415 - heavy

    codec, values, damaged = codec_of(encoding), [], []
    for row, cell in enumerate(cells):
        raw = cell.tobytes().split(b"\0")[0].rstrip()
        try:
            values.append(raw.decode(codec))
        except UnicodeDecodeError as error:
            # A writer that counts bytes cuts the last character; what is whole is kept, the rest named.
            values.append(raw[: error.start].decode(codec) if error.start >= len(cell) - 3 else None)
            damaged.append(row)
    return _trimmed(pa.array(values, pa.string())), damaged


def _trimmed(text: "pa.Array") -> "pa.Array":
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    text = pc.utf8_trim_whitespace(text)
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
