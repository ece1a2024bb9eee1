"""``.dbf``: rows are spooled column by column as they come, then laid out once the widths are known from the data."""

import struct
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from gisreg.errors import InputError
from gisreg.export.digits import date_block, decimals_needed, number_block, number_width
from gisreg.export.encoding import ENCODINGS, Bytes, CharacterNotInEncoding, Lengths, NotEncodable, block, encode
from gisreg.export.fields import DictionaryRow, Field
from gisreg.export.polygons import TWO_GIB, ShapefileTooLarge
from gisreg.text import Text

TEXT_WIDTH = 254
"""The widest DBF text; longer texts go on in fields of their own."""
MOST_PARTS = 9
MOST_RECORD = 65_535
MOST_FIELDS = 255
_BLANK = 32
_FEW = 8
"""A column with at most one value in so many rows different is kept as codes into a short table."""
_LANGUAGE_DRIVER = {"GBK": 0x4D}
"""The DBF header's own word for the code page; the .cpg says it for the others."""


class TextTooLong(InputError):
    """A text would need too many fields."""

    what: ClassVar[Text] = Text(
        "文字过长({bytes} 字节),shapefile 放不下", "the text is too long for a shapefile ({bytes} bytes)"
    )
    mend: ClassVar[Text] = Text("请缩短该值,或导出 .gpkg", "shorten it, or export .gpkg")


class RecordTooWide(InputError):
    """The fields together are wider than a DBF record may be."""

    what: ClassVar[Text] = Text(
        "字段合计 {fields} 个、每行 {bytes} 字节,超过 DBF 上限(255 个、65535 字节)",
        "{fields} fields of {bytes} bytes a row exceed what a DBF holds (255, 65,535)",
    )
    mend: ClassVar[Text] = Text("请导出 .gpkg", "export .gpkg")


class _Column:
    """One field on its way: what the spool holds of it, and what its width must be."""

    kind = "C"

    def __init__(self, field: Field) -> None:
        self.field = field
        self.width = 1
        self.decimals = 0

    def pack(self, array: Any) -> list[npt.NDArray[Any]]:
        """What is spooled of one batch."""
        raise NotImplementedError

    def fill(self, out: Bytes, packed: list[npt.NDArray[Any]]) -> None:
        """Lay the batch out in the column's bytes of the records."""
        raise NotImplementedError

    def parts(self) -> list[int]:
        """The widths of the DBF fields it takes."""
        return [self.width]


class _Flag(_Column):
    """Yes, no or unknown as text 1, 0 or blank: many programs show a blank *number* as 0, and unknown is never "no"."""

    def pack(self, array: Any) -> list[npt.NDArray[Any]]:
        known = np.asarray(array.is_valid())
        return [
            np.where(known, np.where(np.asarray(array.fill_null(False)), ord("1"), ord("0")), _BLANK).astype(np.uint8)
        ]

    def fill(self, out: Bytes, packed: list[npt.NDArray[Any]]) -> None:
        out[:, 0] = packed[0]


class _Day(_Column):
    kind = "D"

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self.width = 8

    def pack(self, array: Any) -> list[npt.NDArray[Any]]:
        return [date_block(array)]

    def fill(self, out: Bytes, packed: list[npt.NDArray[Any]]) -> None:
        out[:] = packed[0].reshape(len(out), 8)


class _Number(_Column):
    kind = "N"

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self.whole = field.type == "integer"
        self.decimals = 0 if self.whole else 1  # without a decimal, readers would take it for a whole number
        self._largest, self._negative = 0.0, False
        self.width = number_width(0.0, False, self.decimals)

    def pack(self, array: Any) -> list[npt.NDArray[Any]]:
        values = array.to_numpy(zero_copy_only=False).astype(np.float64)
        known = values[~np.isnan(values)]
        if known.size:
            if not self.whole:
                self.decimals = decimals_needed(known, self.decimals)
            self._largest = max(self._largest, float(np.abs(known).max()))
            self._negative = self._negative or bool((known < 0).any())
            self.width = number_width(self._largest, self._negative, self.decimals)
        return [values]

    def fill(self, out: Bytes, packed: list[npt.NDArray[Any]]) -> None:
        out[:] = number_block(packed[0], self.width, self.decimals)


class _Text(_Column):
    def __init__(self, field: Field, codec: str) -> None:
        super().__init__(field)
        self._codec = codec
        self._few = True

    def pack(self, array: Any) -> list[npt.NDArray[Any]]:
        if array.null_count == len(array):
            return []
        if self._few:
            coded = array.dictionary_encode()
            self._few = len(coded.dictionary) * _FEW <= max(len(array), 256)
            if self._few:
                codes = np.asarray(coded.indices.fill_null(len(coded.dictionary))).astype(np.int32)
                return [self._table(coded.dictionary, codes), codes]
        return [self._table(array, None)]

    def _table(self, array: Any, codes: npt.NDArray[np.int32] | None) -> Bytes:
        try:
            raw, lengths = encode(array, self._codec)
        except NotEncodable as error:
            row = error.row if codes is None else int(np.flatnonzero(codes == error.row)[0])
            raise _BadText(row, error.character, array[error.row].as_py()) from None
        if lengths.size and lengths.max() > TEXT_WIDTH:
            raw, lengths = self._in_parts(array, codes)
        width = int(lengths.max(initial=1)) or 1
        self.width = max(self.width, width)
        if codes is not None:  # NULL is the last code
            lengths = np.append(lengths, 0)
        return block(raw, lengths, width)

    def _in_parts(self, array: Any, codes: npt.NDArray[np.int32] | None) -> tuple[Bytes, Lengths]:
        """Long texts, cut between characters so that each part fills a field of its own."""
        laid = []
        for place, value in enumerate(array.to_pylist()):
            whole = (value or "").encode(self._codec)
            text = whole if len(whole) <= TEXT_WIDTH else _cut(value, self._codec)
            if len(text) > TEXT_WIDTH * MOST_PARTS:
                row = place if codes is None else int(np.flatnonzero(codes == place)[0])
                raise _LongText(row, len(whole))
            laid.append(text)
        lengths = np.fromiter(map(len, laid), np.int64, len(laid))
        return np.frombuffer(b"".join(laid), np.uint8), lengths

    def fill(self, out: Bytes, packed: list[npt.NDArray[Any]]) -> None:
        if not packed:
            return
        if len(packed) == 2:  # noqa: PLR2004 - table and codes
            table, codes = packed
            out[:, : table.shape[1]] = table[codes]
        else:
            width = packed[0].shape[1]
            out[:, :width] = packed[0]

    def parts(self) -> list[int]:
        full, rest = divmod(self.width, TEXT_WIDTH)
        return [TEXT_WIDTH] * full + ([rest] if rest else [])


class _BadText(Exception):
    def __init__(self, row: int, character: str, value: str) -> None:
        super().__init__(character)
        self.row, self.character, self.value = row, character, value


class _LongText(Exception):
    def __init__(self, row: int, size: int) -> None:
        super().__init__(size)
        self.row, self.size = row, size


def _cut(text: str, codec: str) -> bytes:
    """Parts of at most 254 bytes, each but the last padded to 254.

    None begins or ends in a blank, which readers drop, unless the blanks alone fill a part.
    """
    sizes = [len(character.encode(codec)) for character in text]
    parts, start = [], 0
    while start < len(text):
        end, used = start, 0
        while end < len(text) and used + sizes[end] <= TEXT_WIDTH:
            used += sizes[end]
            end += 1
        kept = end
        while start < kept < len(text) and " " in text[kept - 1 : kept + 1]:
            kept -= 1
        end = kept if kept > start else end
        part = text[start:end].encode(codec)
        parts.append(part.ljust(TEXT_WIDTH) if end < len(text) else part)
        start = end
    return b"".join(parts)


class TableFile:
    """Takes batches, then writes the .dbf."""

    def __init__(self, wanted: Sequence[Field], encoding: str, spool: Path, key: str) -> None:
        codec = ENCODINGS[encoding]
        self._encoding, self._key = encoding, key
        self._columns = [_column(field, codec) for field in wanted]
        self._spool = spool.open("w+b")
        self._batches: list[tuple[int, list[list[tuple[tuple[int, ...], np.dtype[Any]]]]]] = []
        self.rows = 0

    def add(self, batch: Any) -> None:
        """Spool one record batch. The first value that cannot be written ends the export."""
        layout = []
        for column in self._columns:
            name = column.field.name
            try:
                packed = column.pack(batch.column(name))
            except _BadText as error:
                raise CharacterNotInEncoding(
                    where=self._where(batch, error.row, column.field), encoding=self._encoding, value=error.value,
                    character=error.character, number=f"{ord(error.character):04X}",
                ) from None  # fmt: skip
            except _LongText as error:
                raise TextTooLong(where=self._where(batch, error.row, column.field), bytes=error.size) from None
            layout.append([(array.shape, array.dtype) for array in packed])
            for array in packed:
                self._spool.write(np.ascontiguousarray(array).data)
        self._batches.append((len(batch), layout))
        self.rows += len(batch)

    def _where(self, batch: Any, row: int, field: Field) -> Text:
        code = batch.column(self._key)[row].as_py()
        return Text(
            f"宗地 {code},字段 {field.name}({field.dbf} {field.titles.zh})",
            f"parcel {code}, field {field.name} ({field.dbf} {field.titles.en})",
        )

    def write(self, path: Path, today: date) -> None:
        """Lay all rows out."""
        width = 1 + sum(column.width for column in self._columns)
        described = self.dictionary()
        self._check_size(width, len(described))
        with path.open("wb") as file:
            file.write(self._head(described, width, today))
            for records in self._records(width):
                file.write(records.data)
            file.write(b"\x1a")

    def _check_size(self, width: int, count: int) -> None:
        if count > MOST_FIELDS or width > MOST_RECORD:
            raise RecordTooWide(fields=count, bytes=width)
        if 33 + 32 * count + width * self.rows + 1 > TWO_GIB:
            raise ShapefileTooLarge(part=".dbf")

    def _head(self, described: Sequence[DictionaryRow], width: int, today: date) -> bytes:
        head = struct.pack(
            "<4BIHH17xB2x", 3, today.year - 1900, today.month, today.day, self.rows, 33 + 32 * len(described), width,
            _LANGUAGE_DRIVER.get(self._encoding, 0),
        )  # fmt: skip
        names = (
            struct.pack("<11sc4x2B14x", row.dbf.encode("ascii"), row.kind.encode(), row.width, row.decimals)
            for row in described
        )
        return head + b"".join(names) + b"\r"

    def _records(self, width: int) -> Iterator[Bytes]:
        self._spool.seek(0)
        for rows, layout in self._batches:
            out = np.full((rows, width), _BLANK, np.uint8)
            start = 1  # the deletion mark stands first
            for column, shapes in zip(self._columns, layout, strict=True):
                packed = [
                    np.fromfile(self._spool, dtype, int(np.prod(shape))).reshape(shape) for shape, dtype in shapes
                ]
                column.fill(out[:, start : start + column.width], packed)
                start += column.width
            yield out

    def dictionary(self) -> list[DictionaryRow]:
        """The DBF fields as they come out."""
        rows = []
        for column in self._columns:
            for part, width in enumerate(column.parts()):
                name = column.field.dbf or ""
                name = f"{name[:8]}_{part + 1}" if part else name
                rows.append(DictionaryRow(name, column.kind, width, column.decimals, column.field, part))
        return rows

    def close(self) -> None:
        """Let the spool go."""
        self._spool.close()


def _column(field: Field, codec: str) -> _Column:
    if field.type == "boolean":
        return _Flag(field)
    if field.type == "date":
        return _Day(field)
    if field.type in ("number", "integer"):
        return _Number(field)
    return _Text(field, codec)
