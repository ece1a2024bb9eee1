# ruff: noqa: E501 - wording stays in one piece

"""A ledger as a source: its rows by the spreadsheet's numbers, its columns by their joined names, no shapes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from gisreg.geometry import STORAGE_SRID
from gisreg.intake.errors import EmptyFile, FileMissing, LayerMissing, NeedsConversion, SeveralLayers
from gisreg.intake.keys import NO_CRS
from gisreg.intake.ledger.faults import KINDS, LedgerEmpty, LedgerTooLarge, LedgerUnreadable
from gisreg.intake.ledger.header import WITHIN_ROWS, Header, find_header
from gisreg.intake.ledger.packed import is_packed_ledger, is_zip, unpacked
from gisreg.intake.ledger.sheet import ERROR, Merge, Sheet, SheetRow, Workbook, letters
from gisreg.intake.ledger.totals import Total, differences, label_of
from gisreg.intake.ledger.words import is_footer, is_number, is_section, plain
from gisreg.intake.mapping import FieldHint
from gisreg.intake.notes import WHOLE_FILE, Note
from gisreg.intake.refusals import MACROS
from gisreg.intake.table import TableSource, make_table
from gisreg.text import Text

WORKBOOKS = (".xlsx", ".xls", ".et", ".xlt", ".xltx")
MACRO_WORKBOOKS = (".xlsm", ".xltm", ".xlsb", ".xlam")
TABLE = ".csv"
LARGEST_BYTES = 512 * 1024**2
LISTED_ROWS = 20
MOST_NAMES_OF_A_LIST = 2
"""In a table of more columns, a row with a single text is a heading."""
NO_DATA = {
    "beside": ("在表格以外", "beside the table"), "footer": ("表尾说明", "the footer"), "section": ("分段标题", "headings"),
    "header": ("重复的表头", "the header again"),
}  # fmt: skip
ZIP, OLE, HTML = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", (b"<html", b"<!doc", b"<?xml", b"<tabl")


@dataclass(frozen=True)
class LedgerSource(TableSource):
    """An opened sheet."""

    hints: dict[str, FieldHint] = field(default_factory=dict, compare=False)
    """What the header says of each column beside its name."""


def is_ledger(path: Path, encoding: str | None = None) -> bool:
    """Whether a file is read as a ledger: a workbook, or CSV in which no shapes stand; in a zip too."""
    suffix = path.suffix.lower()
    if suffix in WORKBOOKS or suffix in MACRO_WORKBOOKS:
        return not path.is_dir()
    if is_zip(path):
        return is_packed_ledger(path, WORKBOOKS + MACRO_WORKBOOKS, encoding)
    if suffix != TABLE or not path.is_file() or not path.stat().st_size:
        return False
    from gisreg.intake.csv_shapes import holds_shapes  # noqa: PLC0415 - heavy

    return not holds_shapes(path, str(path), encoding)


def open_ledger(path: Path, *, layer: str | None = None, encoding: str | None = None) -> LedgerSource:
    """The one sheet meant, read whole.

    Raises:
        InputError: it is no ledger that can be read, each with what to do.
    """
    if not is_zip(path):
        return _opened(path, str(path), layer, encoding)
    with unpacked(path, WORKBOOKS + MACRO_WORKBOOKS, layer) as (inner, shown, sheet):
        return replace(_opened(inner, shown, sheet, encoding), path=path)


def _opened(path: Path, shown: str, layer: str | None, encoding: str | None) -> LedgerSource:
    _check(path, shown)
    book = _workbook(path, shown, layer, encoding)
    header = find_header(book.sheet)
    if header is None:
        raise LedgerEmpty(shown, sheet=book.sheet.name, within=WITHIN_ROWS)
    return _source(path, shown, book, header)


def _check(path: Path, shown: str) -> None:
    if not path.exists():
        raise FileMissing(shown)
    size = path.stat().st_size
    if size == 0:
        raise EmptyFile(shown)
    if path.suffix.lower() in MACRO_WORKBOOKS:
        raise NeedsConversion(shown, name_zh=MACROS.name.zh, name_en=MACROS.name.en, way_zh=MACROS.way.zh, way_en=MACROS.way.en)  # fmt: skip
    if size > LARGEST_BYTES:
        raise LedgerTooLarge(shown, detail=f"{size // 1024**2} MB", most=f"{LARGEST_BYTES // 1024**2} MB")


def _workbook(path: Path, shown: str, layer: str | None, encoding: str | None) -> Workbook:
    """By what the file is, whatever it is called."""
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(ZIP):
        return _xlsx(path, shown, layer)
    if head.startswith(OLE):
        return _xls(path, shown, layer, encoding)
    if path.suffix.lower() == TABLE:
        from gisreg.intake.ledger.table_text import read_csv  # noqa: PLC0415 - as the others

        if layer not in (None, path.stem):
            raise LayerMissing(shown, layer=layer, layers=path.stem)
        return read_csv(path, shown, encoding)
    if head[:5].lower() in HTML:
        raise LedgerUnreadable(shown, detail=Text("实为网页或 XML", "it is HTML or XML"))
    return _xls(path, shown, layer, encoding)


def _xlsx(path: Path, shown: str, layer: str | None) -> Workbook:
    from gisreg.intake.ledger.xlsx import open_xlsx  # noqa: PLC0415 - only this format needs it

    with open_xlsx(path, shown) as book:
        entries = {entry.name: entry for entry in book.sheets}
        listed = [(entry.name, entry.hidden) for entry in book.sheets]
        return _chosen(listed, layer, shown, lambda name: book.read(entries[name]))


def _xls(path: Path, shown: str, layer: str | None, encoding: str | None) -> Workbook:
    from gisreg.intake.ledger.xls import open_xls, read_sheet, sheet_names  # noqa: PLC0415 - only this format needs it

    book = open_xls(path, shown, encoding)
    return _chosen(sheet_names(book), layer, shown, lambda name: read_sheet(book, name))


def _chosen(
    listed: Sequence[tuple[str, bool]], layer: str | None, shown: str, read: Callable[[str], Sheet]
) -> Workbook:
    """The sheet named, else the only visible one that holds something."""
    names = "、".join(name for name, _ in listed)
    if layer is not None:
        if layer not in [name for name, _ in listed]:
            raise LayerMissing(shown, layer=layer, layers=names)
        return Workbook(read(layer), ())
    visible = [name for name, hidden in listed if not hidden] or [name for name, _ in listed]
    filled = [sheet for name in visible if (sheet := read(name)).rows]
    if not filled:
        raise LedgerEmpty(shown, sheet=names or "-", within=WITHIN_ROWS)
    ledgers = [sheet for sheet in filled if find_header(sheet)] or filled
    if len(ledgers) > 1:
        raise SeveralLayers(shown, layers="、".join(sheet.name for sheet in ledgers))
    return Workbook(ledgers[0], tuple(sheet.name for sheet in filled if sheet is not ledgers[0]))


@dataclass(frozen=True)
class _Parted:
    """The rows below the header, told apart."""

    data: list[SheetRow]
    totals: list[Total]
    skipped: dict[str, list[int]]
    """Headings, repeated headers and footers, by what they are."""


def _source(path: Path, shown: str, book: Workbook, header: Header) -> LedgerSource:
    sheet = book.sheet
    below = sheet.rows[header.above + header.lines :]
    filled, merged_notes = _fill_merged(sheet, below, header)
    parted = _part(filled, header)
    columns = [one.column for one in header.fields]
    rows = [(row.number, None, [row.cells.get(column) for column in columns]) for row in parted.data]
    fields = tuple(one.name for one in header.fields)
    data = {row.number for row in parted.data}
    notes = [
        *_file_notes(book, parted, header),
        *(note for note in [*merged_notes, *_odd_notes(sheet, header)] if note.row in data),
    ]
    if not rows:
        raise LedgerEmpty(shown, sheet=sheet.name, within=WITHIN_ROWS)
    return LedgerSource(
        path=path, shown=shown, layer=sheet.name, fields=fields, rows=len(rows), srid=STORAGE_SRID, crs_from=NO_CRS,
        encoding=book.encoding, encoding_from=book.encoding_from or "format", table=make_table(rows, fields),
        notes=tuple(sorted(notes, key=lambda note: note.row)),
        hints={one.name: FieldHint(one.levels, one.unit, header.sheet_units) for one in header.fields},
    )  # fmt: skip


def _fill_merged(sheet: Sheet, rows: Sequence[SheetRow], header: Header) -> tuple[list[SheetRow], list[Note]]:
    """A text in cells merged over several rows stands for each of them; a number for the first only, or it would count twice."""
    first = rows[0].number if rows else 0
    names = {one.column: one.name for one in header.fields}
    by_number = {row.number: row for row in rows}
    notes: list[Note] = []
    for merge in sheet.merges:
        top = by_number.get(merge.top)
        if merge.bottom == merge.top or merge.top < first or top is None or merge.left not in top.cells:
            continue
        value = top.cells[merge.left]
        if is_number(value) and names.get(merge.left):
            notes += _merged_notes(merge, names[merge.left], by_number)
            continue
        for number in range(merge.top + 1, min(merge.bottom, rows[-1].number) + 1):
            row = by_number.get(number)
            if row is not None:
                row.cells.setdefault(merge.left, value)
    return list(rows), notes


def _merged_notes(merge: Merge, name: str, rows: dict[int, SheetRow]) -> Iterator[Note]:
    for number in range(merge.top, merge.bottom + 1):
        if number in rows:
            yield KINDS["ledger_merged"].about(number, field=name, words={"range": str(merge)})


def _part(rows: Sequence[SheetRow], header: Header) -> _Parted:
    parted = _Parted([], [], {})
    names = [plain(one.levels[-1]) for one in header.fields]
    known = {one.column for one in header.fields}
    for row in rows:
        label = label_of(row)
        if label:
            parted.totals.append(Total(row, *label, at=len(parted.data)))
        elif what := _no_data(row, known, names):
            parted.skipped.setdefault(what, []).append(row.number)
        else:
            parted.data.append(row)
    return parted


def _no_data(row: SheetRow, known: set[int], names: Sequence[str]) -> str | None:
    """What a row is, if it is none of data; most rows are known by their first cell."""
    columns = sorted(known.intersection(row.cells))
    if not columns:
        return "beside"
    if is_footer(row.cells[min(row.cells)]):
        return "footer"
    first = plain(row.cells[columns[0]])
    if len(columns) == 1:
        return "section" if len(names) > MOST_NAMES_OF_A_LIST and is_section(first) else None
    if not any(first.startswith(name) for name in names):
        return None
    texts = [plain(row.cells[column]) for column in columns]
    return "header" if all(any(text.startswith(name) for name in names) for text in texts) else None


def _file_notes(book: Workbook, parted: _Parted, header: Header) -> Iterator[Note]:
    hidden = [row.number for row in parted.data if row.hidden]
    if hidden:
        words = {"count": len(hidden), "rows": _listed(hidden)}
        yield KINDS["ledger_hidden_rows"].about(WHOLE_FILE, words=words)
    for what, numbers in parted.skipped.items():
        zh, en = NO_DATA[what]
        words = {"rows": _listed(numbers), "what_zh": zh, "what_en": en}
        yield KINDS["ledger_rows_skipped"].about(WHOLE_FILE, words=words)
    if book.others:
        yield KINDS["ledger_sheets_left"].about(WHOLE_FILE, words={"sheets": "、".join(book.others)})
    for one in differences(parted.totals, parted.data, header.fields):
        words = {"label": one.label, "field": one.field, "stated": f"{one.stated:.12g}", "sum": f"{one.sum:.12g}"}
        yield KINDS["ledger_total_differs"].about(WHOLE_FILE, field=one.field, place=f"{one.row}", words=words)


def _odd_notes(sheet: Sheet, header: Header) -> Iterator[Note]:
    names = {one.column: one.name for one in header.fields}
    for (row, column), (what, value) in sheet.odd.items():
        if column in names:
            kind = KINDS["ledger_error_cell" if what == ERROR else "ledger_formula"]
            yield kind.about(row, field=names[column], place=f"{letters(column)}{row}", words={"value": value})


def _listed(numbers: Sequence[int]) -> str:
    more = "…" if len(numbers) > LISTED_ROWS else ""
    return "、".join(map(str, numbers[:LISTED_ROWS])) + more
