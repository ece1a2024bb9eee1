"""Workbooks of text tables: headings, borders, wrapped cells, colours; no formula can get in."""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, TYPE_STRING
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

HEAD_ROW = 3
LONGEST_NAME, LONGEST_CELL = 31, 32_767
"""What Excel takes."""
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")
_NOT_IN_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
_LINE = Side(style="thin", color="FFC9CED6")


@dataclass(frozen=True)
class Page:
    """One worksheet."""

    name: str
    title: str
    remark: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float]
    colours: Sequence[str] = ()
    """One for each row, for the cell of ``coloured``."""
    coloured: int = 0
    frozen: int = 1
    """Columns that stay in sight."""


@dataclass(frozen=True)
class _Style:
    """How a cell looks."""

    font: Font
    fill: PatternFill | None = None
    framed: bool = True


TITLE = _Style(Font(size=14, bold=True), framed=False)
PLAIN = _Style(Font(size=10), framed=False)
HEADING = _Style(Font(size=10, bold=True), PatternFill("solid", fgColor="FFEEF1F5"))
CELL = _Style(Font(size=10))
_FRAME = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_WRAPPED = Alignment(vertical="top", wrap_text=True)


def workbook(pages: Sequence[Page]) -> bytes:
    """The file's bytes. Rows are written as they come, so that a long table needs little memory."""
    book = Workbook(write_only=True)
    for page in pages:
        _write(book.create_sheet(_NOT_IN_NAMES.sub(" ", page.name)[:LONGEST_NAME]), page)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _write(sheet: Worksheet, page: Page) -> None:
    sheet.freeze_panes = f"{get_column_letter(page.frozen + 1)}{HEAD_ROW + 1}"
    sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.paperSize, sheet.page_setup.orientation = Worksheet.PAPERSIZE_A3, Worksheet.ORIENTATION_LANDSCAPE
    sheet.page_setup.fitToHeight = 0
    for number, width in enumerate(page.widths[: len(page.headings)], start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    for words, style in ((page.title, TITLE), (page.remark, PLAIN)):
        sheet.append([_cell(sheet, words, style)])
    sheet.append([_cell(sheet, words, HEADING) for words in page.headings])
    for row in _rows(sheet, page):
        sheet.append(row)


def _rows(sheet: Worksheet, page: Page) -> Iterator[list[WriteOnlyCell]]:
    painted = {colour: _Style(HEADING.font, PatternFill("solid", fgColor=f"FF{colour}")) for colour in page.colours}
    for number, row in enumerate(page.rows):
        styles = [CELL] * len(row)
        if page.colours:
            styles[page.coloured] = painted[page.colours[number]]
        yield [_cell(sheet, words, style) for words, style in zip(row, styles, strict=True)]


def _cell(sheet: Worksheet, words: str, style: _Style) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, _clean(words))
    cell.data_type = TYPE_STRING  # words that begin with "=" stay words
    cell.font = style.font
    if style.fill is not None:
        cell.fill = style.fill
    if style.framed:
        cell.border, cell.alignment = _FRAME, _WRAPPED
    return cell


def _clean(words: str) -> str:
    """Without what no XML may hold, no longer than a cell."""
    return _NOT_IN_XML.sub("", ILLEGAL_CHARACTERS_RE.sub("", words))[:LONGEST_CELL]
