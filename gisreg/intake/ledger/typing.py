"""The texts of a ledger become typed columns, with what is to be said of single values."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gisreg.checks.faults import FAULTS
from gisreg.intake.convert import CODE_ENDINGS, LONGEST_QUOTE, sql_type, typed
from gisreg.intake.keys import PARCEL_CODE
from gisreg.intake.ledger.faults import KINDS
from gisreg.intake.ledger.serials import day_of_serial
from gisreg.intake.ledger.source import LedgerSource
from gisreg.intake.mapping import TOWNSHIP_NAME, Mapped, MappedColumn
from gisreg.intake.notes import Note, NoteKind
from gisreg.intake.source import ROW

if TYPE_CHECKING:
    import pyarrow as pa

PARCEL_CODE_FORM = re.compile(r"\d{6}-\d{7}", re.ASCII)
TOWNSHIP_CODE = "township_code"
TOWNSHIPS = (TOWNSHIP_CODE, TOWNSHIP_NAME)
STATED_TOWNSHIP = "stated_township"
_ROUNDED = re.compile(r"\d(\.\d+)?[eE]\+?\d+", re.ASCII)
_LETTER_CODES = ("cadastral_code", "real_estate_unit_code")


@dataclass(frozen=True)
class TypedLedger:
    """Typed columns by target, in the order of the rows, and the notes on their values."""

    numbers: "pa.Array"
    columns: dict[str, "pa.Array"]
    types: dict[str, str]
    """SQL types by target."""
    notes: list[Note]


def find_parcel_codes(source: LedgerSource) -> str | None:
    """The column in which the registry's own numbers stand, whatever it is called."""
    for field in source.fields:
        values = [value for value in texts_of(source, field).to_pylist() if value is not None]
        if values and all(PARCEL_CODE_FORM.fullmatch(value) for value in values):
            return field
    return None


def texts_of(source: LedgerSource, field: str) -> "pa.Array":
    """A column as it stands in the file."""
    import pyarrow as pa  # noqa: PLC0415 - heavy

    found = source.table.column(f"f{source.fields.index(field)}").combine_chunks()
    return pa.concat_arrays(found.chunks) if isinstance(found, pa.ChunkedArray) else found


def typed_ledger(source: LedgerSource, mapped: Mapped, parcel_codes: str | None) -> TypedLedger:
    """All columns of use."""
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    numbers = source.table.column(ROW).combine_chunks()
    rows: list[int] = numbers.to_pylist()
    columns: dict[str, pa.Array] = {}
    types: dict[str, str] = {}
    notes: list[Note] = []
    if parcel_codes:
        columns[PARCEL_CODE], types[PARCEL_CODE] = texts_of(source, parcel_codes), "text"
    stated = []
    for column in mapped.columns:
        raw = texts_of(source, column.source)
        if column.target in TOWNSHIPS:
            stated.append(raw)
            continue
        raw = _readied(column, raw, rows, notes)
        judged = typed(column, raw)
        notes += _remarks(column, raw, rows, judged.bad, "bad_value")
        notes += _remarks(column, raw, rows, judged.unknown, "unknown_code")
        columns[column.target], types[column.target] = judged.values, sql_type(column)
    columns[STATED_TOWNSHIP] = pc.coalesce(*stated) if stated else pa.nulls(len(rows), pa.string())
    types[STATED_TOWNSHIP] = "text"
    return TypedLedger(numbers, columns, types, notes)


def _readied(column: MappedColumn, raw: "pa.Array", rows: Sequence[int], notes: list[Note]) -> "pa.Array":
    """Serial numbers become days, codes lose blanks and width; a code that was rounded is none."""
    import pyarrow as pa  # noqa: PLC0415 - heavy

    if column.type == "day":
        return pa.array([_as_day(text) for text in raw.to_pylist()], pa.string())
    if column.type != "text" or not column.target.endswith(CODE_ENDINGS):
        return raw
    codes = [_as_code(column.target, text) for text in raw.to_pylist()]
    for at, code in enumerate(codes):
        if code and _ROUNDED.fullmatch(code):
            notes.append(KINDS["ledger_rounded_code"].about(rows[at], field=column.source, words={"value": code}))
            codes[at] = None
    return pa.array(codes, pa.string())


def _as_day(text: str | None) -> str | None:
    found = day_of_serial(text) if text else None
    return found.isoformat() if found else text


def _as_code(target: str, text: str | None) -> str | None:
    if text is None:
        return None
    code = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    return code.upper() if target in _LETTER_CODES else code


def _remarks(
    column: MappedColumn, raw: "pa.Array", rows: Sequence[int], marks: "pa.Array", token: str
) -> Iterator[Note]:
    fault = FAULTS[token]
    kind = NoteKind(fault.token, fault.grade, fault.what, fault.mend)
    for at, marked in enumerate(marks.to_pylist()):
        if marked:
            yield kind.about(rows[at], field=column.source, words={"value": raw[at].as_py()[:LONGEST_QUOTE]})
