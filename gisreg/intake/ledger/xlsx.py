"""XLSX read as a stream of XML events.

Of openpyxl's two readers the quick one knows neither hidden rows nor merged cells nor formulas without a result, and
the full one holds every styled blank cell in memory.
"""

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any
from xml.parsers import expat

from gisreg.intake.archive import LARGEST_RATIO, LEAST_BUDGET
from gisreg.intake.ledger.faults import LedgerHasMacros, LedgerLocked, LedgerTooLarge, LedgerUnreadable
from gisreg.intake.ledger.serials import as_date, as_number, is_date_format
from gisreg.intake.ledger.sheet import ERROR, FORMULA, LONGEST_TEXT, MOST_CELLS, Merge, Sheet, SheetRow
from gisreg.text import Text

LARGEST_SHEET = 2 * 1024**3
LARGEST_STRINGS = 256 * 1024**2
LARGEST_PART = 32 * 1024**2
CHUNK = 1024 * 1024
BUFFER = 65_536
"""Text comes in pieces of so many bytes."""
MOST_PIECES = 1000
"""Of one cell; written in place it may have many runs."""
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
MACROS = "vbaproject.bin"
SURROGATES = range(0xD800, 0xE000)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")

Start = Callable[[str, dict[str, str]], None]


class _Wrong(Exception):
    """Found in the middle of parsing; becomes an error of ours outside."""


@dataclass(frozen=True)
class SheetEntry:
    """A sheet as the workbook lists it."""

    name: str
    part: str
    hidden: bool


class XlsxFile:
    """An opened workbook."""

    def __init__(self, archive: zipfile.ZipFile, shown: str, size: int) -> None:
        self._archive, self._shown, self._size = archive, shown, size
        self._names = {name.lower().lstrip("/"): name for name in archive.namelist()}
        if any(PurePosixPath(name).name == MACROS for name in self._names):
            raise LedgerHasMacros(shown)
        self._main = self._main_part()
        self.since_1904 = False
        self.sheets = self._listed()
        self._dates: list[bool] | None = None
        self._strings: list[str] | None = None

    def read(self, entry: SheetEntry) -> Sheet:
        """All filled rows of a sheet."""
        if self._strings is None:
            self._strings = self._shared_strings()
            self._dates = self._date_styles()
        reader = _SheetReader(entry.name, self._strings, self._dates or [], since_1904=self.since_1904)
        self._parse(entry.part, reader.start, reader.end, reader.text, LARGEST_SHEET)
        return reader.sheet

    # -- the parts around the sheets

    def _main_part(self) -> str:
        found: list[str] = []

        def start(name: str, at: dict[str, str]) -> None:
            if name == "Relationship" and at.get("Type", "").endswith("/officeDocument"):
                found.append(at.get("Target", ""))

        if "_rels/.rels" in self._names:
            self._parse("_rels/.rels", start)
        return (found[0].lstrip("/") if found else "") or "xl/workbook.xml"

    def _listed(self) -> list[SheetEntry]:
        parts = self._related()
        sheets: list[SheetEntry] = []

        def start(name: str, at: dict[str, str]) -> None:
            if name == "workbookPr":
                self.since_1904 = at.get("date1904") in ("1", "true")
            elif name == "sheet":
                key = next((value for attribute, value in at.items() if attribute.rpartition(":")[2] == "id"), "")
                if key in parts:
                    sheets.append(SheetEntry(at.get("name", ""), parts[key], at.get("state", "visible") != "visible"))

        self._parse(self._main, start)
        return sheets

    def _related(self) -> dict[str, str]:
        """The worksheets' parts by their relation to the workbook; sheets of charts are none."""
        main = PurePosixPath(self._main)
        found: dict[str, str] = {}

        def start(name: str, at: dict[str, str]) -> None:
            if name == "Relationship" and at.get("Type", "").endswith("/worksheet"):
                target = at.get("Target", "")
                part = target.lstrip("/") if target.startswith("/") else _joined(main.parent, target)
                found[at.get("Id", "")] = part

        self._parse(str(main.parent / "_rels" / f"{main.name}.rels"), start)
        return found

    def _beside(self, name: str) -> str:
        return str(PurePosixPath(self._main).parent / name)

    def _shared_strings(self) -> list[str]:
        part = self._beside("sharedStrings.xml")
        if part.lower() not in self._names:
            return []
        reader = _StringsReader()
        self._parse(part, reader.start, reader.end, reader.text, LARGEST_STRINGS)
        return reader.strings

    def _date_styles(self) -> list[bool]:
        """For each cell style whether it shows a date."""
        part = self._beside("styles.xml")
        formats: dict[int, str] = {}
        used: list[int] = []
        inside = [False]

        def start(name: str, at: dict[str, str]) -> None:
            if name == "numFmt":
                formats[_whole(at.get("numFmtId"))] = at.get("formatCode", "")
            elif name == "cellXfs":
                inside[0] = True
            elif name == "xf" and inside[0]:
                used.append(_whole(at.get("numFmtId")))

        def end(name: str) -> None:
            if name == "cellXfs":
                inside[0] = False

        if part.lower() in self._names:
            self._parse(part, start, end)
        return [is_date_format(number, formats.get(number)) for number in used]

    # -- XML

    def _parse(
        self, part: str, start: Start, end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None, most: int = LARGEST_PART,
    ) -> None:  # fmt: skip
        """One part, in pieces; a part that is not there is a broken workbook."""
        name = self._names.get(part.lower())
        if name is None:
            raise LedgerUnreadable(self._shown, detail=Text(f"缺少 {part}", f"{part} is missing"))
        self._check_size(name, most)
        parser = _parser(start, end, text)
        try:
            with self._archive.open(name) as file:
                _feed(parser, file)
        except (expat.ExpatError, _Wrong) as error:
            raise LedgerUnreadable(self._shown, detail=f"{part}: {error}"[:100]) from error

    def _check_size(self, name: str, most: int) -> None:
        size = self._archive.getinfo(name).file_size
        allowed = min(most, max(LARGEST_RATIO * self._size, LEAST_BUDGET))
        if size > allowed:
            raise LedgerTooLarge(self._shown, detail=f"{name} {size // 1024**2} MB", most=f"{allowed // 1024**2} MB")


@contextmanager
def open_xlsx(path: Path, shown: str) -> Iterator[XlsxFile]:
    """The workbook, open for reading its sheets.

    Raises:
        LedgerUnreadable, LedgerLocked, LedgerHasMacros, LedgerTooLarge.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if any(member.flag_bits & 1 for member in archive.infolist()):
                raise LedgerLocked(shown)
            yield XlsxFile(archive, shown, path.stat().st_size)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise LedgerUnreadable(shown, detail=str(error)[:80]) from error


def _parser(start: Start, end: Callable[[str], None] | None, text: Callable[[str], None] | None) -> Any:
    parser = expat.ParserCreate()
    parser.buffer_text, parser.buffer_size = True, BUFFER

    def first(name: str, at: dict[str, str]) -> None:
        """Some programs put a prefix before every name; without one the handlers are called directly."""
        if ":" in name:
            parser.StartElementHandler = lambda name, at: start(name.rpartition(":")[2], at)
            parser.EndElementHandler = (lambda name: end(name.rpartition(":")[2])) if end else None
        else:
            parser.StartElementHandler, parser.EndElementHandler = start, end
        start(name.rpartition(":")[2], at)

    parser.StartElementHandler = first
    if text:
        parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _no_doctype
    return parser


def _no_doctype(*_: object) -> None:
    raise _Wrong("DOCTYPE")


def _feed(parser: Any, file: IO[bytes]) -> None:
    while piece := file.read(CHUNK):
        parser.Parse(piece, False)
    parser.Parse(b"", True)


def _joined(folder: PurePosixPath, target: str) -> str:
    steps: list[str] = []
    for step in (*folder.parts, *PurePosixPath(target).parts):
        if step == "..":
            steps[-1:] = []
        elif step != ".":
            steps.append(step)
    return "/".join(steps)


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004 - digits of an int


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(found: re.Match[str]) -> str:
    """Halves of a pair and NUL are no text."""
    code = int(found[1], 16)
    return "" if code == 0 or code in SURROGATES else chr(code)


class _StringsReader:
    """The texts that cells refer to by number."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self._parts: list[str] = []
        self._length = 0
        self._inside = self._phonetic = False

    def start(self, name: str, _at: dict[str, str]) -> None:
        if name == "si":
            self._parts, self._length = [], 0
        elif name == "rPh":
            self._phonetic = True
        self._inside = name == "t" and not self._phonetic

    def text(self, piece: str) -> None:
        if self._inside and self._length < LONGEST_TEXT:
            self._parts.append(piece[:LONGEST_TEXT])
            self._length += len(piece)

    def end(self, name: str) -> None:
        self._inside = False
        if name == "rPh":
            self._phonetic = False
        elif name == "si":
            self.strings.append(_unescaped("".join(self._parts))[:LONGEST_TEXT])


class _SheetReader:
    """Events of a worksheet become rows of texts."""

    def __init__(self, name: str, strings: list[str], dates: list[bool], *, since_1904: bool) -> None:
        self.sheet = Sheet(name)
        self._strings, self._dates, self._since_1904 = strings, dates, since_1904
        self._row, self._column, self._hidden = 0, -1, False
        self._cells: dict[int, str] = {}
        self._cell: dict[str, str] = {}
        self._formula = False
        self._parts: list[str] = []
        self._inside = False
        self._count = 0
        self._starts = {"row": self._start_row, "f": self._start_formula, "mergeCell": self._merge}

    def start(self, name: str, at: dict[str, str]) -> None:
        if name == "c":  # most are blank: nothing is worked out before there is a value
            self._cell, self._formula = at, False
            if "r" not in at:
                self._column += 1
        elif name in ("v", "t"):
            self._inside = True
        elif begin := self._starts.get(name):
            begin(at)

    def text(self, piece: str) -> None:
        if self._inside and len(self._parts) < MOST_PIECES:
            self._parts.append(piece[:LONGEST_TEXT])

    def end(self, name: str) -> None:
        if name == "c":
            if self._parts or self._formula:
                self._end_cell()
        elif name in ("v", "t"):
            self._inside = False
        elif name == "row" and self._cells:
            self.sheet.rows.append(SheetRow(self._row, self._cells, self._hidden))
            self._cells = {}

    def _start_row(self, at: dict[str, str]) -> None:
        number = at.get("r")
        self._row = _whole(number) if number else self._row + 1
        if not 0 < self._row <= LAST_ROW:
            raise _Wrong(f"row {number}")
        self._cells, self._column, self._hidden = {}, -1, at.get("hidden") in ("1", "true")

    def _start_formula(self, _at: dict[str, str]) -> None:
        self._formula = True

    def _merge(self, at: dict[str, str]) -> None:
        ends = [_REFERENCE.fullmatch(end) for end in at.get("ref", "").split(":")]
        if len(ends) == 2 and ends[0] and ends[1]:  # noqa: PLR2004 - from and to
            (top, left), (bottom, right) = [(int(end[2]), _column(end[1])) for end in ends if end]
            self.sheet.merges.append(Merge(top, left, bottom, right))

    def _end_cell(self) -> None:
        place = self._cell.get("r")
        if place:
            self._column = _column(place)
        if not 0 <= self._column < LAST_COLUMN:
            raise _Wrong(f"cell {place}")
        if self._parts:
            self._keep("".join(self._parts))
            self._parts = []
        elif self._cell.get("t") != "str":
            self.sheet.odd[self._row, self._column] = (FORMULA, "")

    def _keep(self, text: str) -> None:
        value = self._value(text).strip()
        if value:
            self._count += 1
            if self._count > MOST_CELLS:
                raise _Wrong(f"{MOST_CELLS} 个以上单元格 / more cells than that")
            self._cells[self._column] = value[:LONGEST_TEXT]

    def _value(self, text: str) -> str:  # noqa: PLR0911 - one line a type of cell
        kind = self._cell.get("t", "n")
        if kind == "s":
            at = _whole(text.strip())
            return self._strings[at] if at < len(self._strings) else ""
        if kind in ("str", "inlineStr"):
            return _unescaped(text)
        if kind == "e":
            self.sheet.odd[self._row, self._column] = (ERROR, text[:20])
            return ""
        if kind == "b":
            return "true" if text.strip() == "1" else "false"
        if kind == "d":
            return text.replace("T", " ")
        style = _whole(self._cell.get("s"))
        if style < len(self._dates) and self._dates[style]:
            return _dated(text, since_1904=self._since_1904)
        return as_number(text)


def _dated(text: str, *, since_1904: bool) -> str:
    try:
        return as_date(float(text), since_1904=since_1904) or as_number(text)
    except ValueError:
        return text


_columns: dict[str, int] = {}


def _column(reference: str) -> int:
    """A1 → 0, AB12 → 27."""
    name = reference.rstrip("0123456789")
    known = _columns.get(name)
    if known is None:
        known = 0
        for letter in name:
            known = known * 26 + ord(letter) - 64
        known -= 1
        if len(_columns) < LAST_COLUMN:
            _columns[name] = known
    return known
