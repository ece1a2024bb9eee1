"""XLS, the format of Excel before 2007, by xlrd."""

import io
from pathlib import Path
from typing import Any

from gisreg.intake.ledger.faults import LedgerLocked, LedgerTooLarge, LedgerUnreadable
from gisreg.intake.ledger.serials import as_date, as_number
from gisreg.intake.ledger.sheet import ERROR, LONGEST_TEXT, Merge, Sheet, SheetRow
from gisreg.text import Text

LARGEST_BYTES = 128 * 1024**2
MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""The stream that a password-protected XLSX consists of."""
NO_EXCEL = Text("内容不是 Excel 表格", "its content is no workbook")
MACROS = "_VBA_PROJECT".encode("utf-16-le")


def open_xls(path: Path, shown: str, encoding: str | None) -> Any:
    """The workbook as xlrd knows it.

    Raises:
        LedgerUnreadable, LedgerLocked, LedgerTooLarge.
    """
    import xlrd  # noqa: PLC0415 - few imports need it

    if path.stat().st_size > LARGEST_BYTES:
        megabytes = path.stat().st_size // 1024**2
        raise LedgerTooLarge(shown, detail=f"{megabytes} MB", most=f"{LARGEST_BYTES // 1024**2} MB")
    raw = path.read_bytes()
    if ENCRYPTED in raw:
        raise LedgerLocked(shown)
    given: dict[str, Any] = {"file_contents": raw, "logfile": io.StringIO(), "encoding_override": encoding}
    try:
        try:
            return xlrd.open_workbook(formatting_info=True, **given)
        except xlrd.XLRDError:
            raise
        except Exception:  # formats of other programs' files, over which xlrd stumbles: the values do without
            return xlrd.open_workbook(**given)
    except xlrd.XLRDError as error:
        if "encrypt" in str(error).lower():
            raise LedgerLocked(shown) from error
        detail = NO_EXCEL if "Expected BOF" in str(error) else str(error)[:80]
        raise LedgerUnreadable(shown, detail=detail) from error
    except MemoryError:
        raise
    except Exception as error:  # xlrd leaves what damage it meets to struct, to indexes and to assertions
        raise LedgerUnreadable(shown, detail=f"{type(error).__name__} {error}"[:80]) from error


def sheet_names(book: Any) -> list[tuple[str, bool]]:
    """Names, and whether they are hidden."""
    return [(sheet.name, sheet.visibility != 0) for sheet in book.sheets()]


def read_sheet(book: Any, name: str) -> Sheet:
    """All filled rows of a sheet."""
    found = book.sheet_by_name(name)
    sheet = Sheet(name)
    for at in range(found.nrows):
        cells: dict[int, str] = {}
        for column, cell in enumerate(found.row(at)):
            value = _value(book, sheet, at, column, cell).strip()
            if value:
                cells[column] = value[:LONGEST_TEXT]
        info = found.rowinfo_map.get(at)
        if cells:
            sheet.rows.append(SheetRow(at + 1, cells, bool(info and info.hidden)))
    sheet.merges = [Merge(top + 1, left, bottom, right - 1) for top, bottom, left, right in found.merged_cells]
    return sheet


def _value(book: Any, sheet: Sheet, row: int, column: int, cell: Any) -> str:
    import xlrd  # noqa: PLC0415 - as above

    if cell.ctype == xlrd.XL_CELL_TEXT:
        return str(cell.value)
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        return as_number(repr(cell.value))
    if cell.ctype == xlrd.XL_CELL_DATE:
        return as_date(cell.value, since_1904=bool(book.datemode)) or as_number(repr(cell.value))
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "true" if cell.value else "false"
    if cell.ctype == xlrd.XL_CELL_ERROR:
        sheet.odd[row + 1, column] = (ERROR, xlrd.error_text_from_code.get(cell.value, "#ERR"))
    return ""
