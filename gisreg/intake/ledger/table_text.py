"""CSV as a sheet; rows are numbered as a spreadsheet shows them."""

import csv
import io
from pathlib import Path
from statistics import median

from gisreg.intake.errors import NotGeodata
from gisreg.intake.ledger.faults import LedgerTooLarge
from gisreg.intake.ledger.sheet import LONGEST_TEXT, MOST_CELLS, Sheet, SheetRow, Workbook
from gisreg.intake.plaintext import read_text

DELIMITERS = ",\t;|"
SAMPLE_LINES = 30


def read_csv(path: Path, shown: str, encoding: str | None) -> Workbook:
    """The whole file."""
    text, found = read_text(path, shown, encoding)
    sheet = Sheet(path.stem)
    count = 0
    csv.field_size_limit(2**31 - 1)
    try:
        for number, record in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)), 1):
            cells = {place: cell.strip()[:LONGEST_TEXT] for place, cell in enumerate(record) if cell.strip()}
            count += len(cells)
            if count > MOST_CELLS:
                raise LedgerTooLarge(shown, detail=f"> {MOST_CELLS}", most=f"{MOST_CELLS} 个单元格 / cells")
            if cells:
                sheet.rows.append(SheetRow(number, cells))
    except csv.Error as error:
        raise NotGeodata(shown, detail=str(error)[:80]) from error
    return Workbook(sheet, (), found.name, found.how)


def _delimiter(text: str) -> str:
    """The one that most lines have most of: titles above the header have none."""
    lines = [line for line in text[:200_000].splitlines() if line.strip()][:SAMPLE_LINES] or [""]
    return max(
        DELIMITERS,
        key=lambda mark: (median(line.count(mark) for line in lines), sum(line.count(mark) for line in lines)),
    )
