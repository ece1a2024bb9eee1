# ruff: noqa: E501 - markup stays in one piece

"""A workbook of text tables in Office Open XML: headings, borders, wrapped cells, colours; no formula can get in."""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
TITLE, PLAIN, HEADING, CELL, FIRST_COLOUR = 1, 0, 2, 3, 4
"""Numbers of the styles."""
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")
LONGEST_NAME, LONGEST_CELL = 31, 32_767
HEAD_ROW = 3


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


def workbook(pages: Sequence[Page]) -> bytes:
    """The file's bytes."""
    palette = sorted({colour for page in pages for colour in page.colours})
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in _parts(pages, palette):
            packed.writestr(zipfile.ZipInfo(name), HEAD + text, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def _parts(pages: Sequence[Page], palette: Sequence[str]) -> Iterator[tuple[str, str]]:
    numbers = range(1, len(pages) + 1)
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{TYPE}.worksheet+xml"/>' for n in numbers
    )
    yield (
        "[Content_Types].xml",
        f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{TYPE}.styles+xml"/>{sheets}</Types>',
    )
    yield "_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")])
    targets = [("worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
    yield "xl/_rels/workbook.xml.rels", _relations([*targets, ("styles", "styles.xml")])
    yield "xl/workbook.xml", _book(pages)
    yield "xl/styles.xml", _styles(palette)
    for number, page in zip(numbers, pages, strict=True):
        yield f"xl/worksheets/sheet{number}.xml", "".join(_sheet(page, palette))


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    told = "".join(
        f'<Relationship Id="r{n}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{told}</Relationships>'


def _book(pages: Sequence[Page]) -> str:
    names = [_NOT_IN_NAMES.sub(" ", page.name)[:LONGEST_NAME] for page in pages]
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(names, start=1)
    )
    titles = "".join(
        f'<definedName name="_xlnm.Print_Titles" localSheetId="{n}">{_quoted(name)}!${HEAD_ROW}:${HEAD_ROW}</definedName>'
        for n, name in enumerate(names)
    )
    return (
        f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{sheets}</sheets>'
        f"<definedNames>{titles}</definedNames></workbook>"
    )


def _quoted(name: str) -> str:
    return escape("'" + name.replace("'", "''") + "'")


def _styles(palette: Sequence[str]) -> str:
    fills = ["EEF1F5", *palette]
    filled = "".join(
        f'<fill><patternFill patternType="solid"><fgColor rgb="FF{one}"/></patternFill></fill>' for one in fills
    )
    side = "".join(f'<{one} style="thin"><color rgb="FFC9CED6"/></{one}>' for one in ("left", "right", "top", "bottom"))
    wrap = '<alignment vertical="top" wrapText="1"/>'
    bordered = 'borderId="1" applyBorder="1" applyAlignment="1" applyFill="1"'
    formats = [
        '<xf fontId="0" fillId="0" borderId="0"/>',
        '<xf fontId="1" fillId="0" borderId="0" applyFont="1"/>',
        f'<xf fontId="2" fillId="2" {bordered} applyFont="1">{wrap}</xf>',
        f'<xf fontId="0" fillId="0" {bordered}>{wrap}</xf>',
        *(
            f'<xf fontId="2" fillId="{number}" {bordered} applyFont="1">{wrap}</xf>'
            for number in range(3, 3 + len(palette))
        ),
    ]
    return (
        f'<styleSheet xmlns="{MAIN}"><fonts count="3"><font><sz val="10"/></font><font><b/><sz val="14"/></font>'
        f'<font><b/><sz val="10"/></font></fonts><fills count="{2 + len(fills)}"><fill><patternFill patternType="none"/>'
        f'</fill><fill><patternFill patternType="gray125"/></fill>{filled}</fills>'
        f'<borders count="2"><border/><border>{side}</border></borders>'
        '<cellStyleXfs count="1"><xf fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{len(formats)}">{"".join(formats)}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


def _sheet(page: Page, palette: Sequence[str]) -> Iterator[str]:
    corner = f"{letters(page.frozen + 1)}{HEAD_ROW + 1}"
    yield (
        f'<worksheet xmlns="{MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView workbookViewId="0">'
        f'<pane xSplit="{page.frozen}" ySplit="{HEAD_ROW}" topLeftCell="{corner}" activePane="bottomRight" state="frozen"/>'
        "</sheetView></sheetViews><cols>"
    )
    for number, width in enumerate(page.widths[: len(page.headings)], start=1):
        yield f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
    yield "</cols><sheetData>"
    yield _row(1, [page.title], [TITLE])
    yield _row(2, [page.remark], [PLAIN])
    yield _row(HEAD_ROW, page.headings, [HEADING] * len(page.headings))
    for number, row in enumerate(page.rows):
        styles = [CELL] * len(row)
        if page.colours:
            styles[page.coloured] = FIRST_COLOUR + palette.index(page.colours[number])
        yield _row(HEAD_ROW + 1 + number, row, styles)
    yield '</sheetData><pageSetup paperSize="8" orientation="landscape" fitToHeight="0"/></worksheet>'


def _row(number: int, words: Sequence[str], styles: Sequence[int]) -> str:
    cells = "".join(
        f'<c r="{letters(place)}{number}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{_text(word)}</t></is></c>'
        for place, (word, style) in enumerate(zip(words, styles, strict=True), start=1)
    )
    return f'<row r="{number}">{cells}</row>'


def _text(words: str) -> str:
    return escape(_UNWRITABLE.sub("", words)[:LONGEST_CELL])


def letters(column: int) -> str:
    """A, B … Z, AA …"""
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(ord("A") + rest) + found
    return found
