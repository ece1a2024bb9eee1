"""The decision table as a page and as a workbook."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from jinja2 import Environment, PackageLoader, StrictUndefined

from gisreg.errors import InputError
from gisreg.planning.table import DecisionTable, Sheet
from gisreg.text import Text
from gisreg.workbooks import Page, workbook

FILLS = {"use": "D7E8FB", "sell": "FDE5C8", "lease": "D9F0DF", "finance": "EADCF6"}
LABEL_COLUMN = 2
WIDTHS = {True: (5, 42, 6, 16, 30, 34, 20, 9, 48, 30, 18, 26, 40), False: (24, 44, 36, 34, 24, 40)}
"""Of a kind's rules, and of the other tables."""


class TableFormatUnknown(InputError):
    """The suffix stands for neither form."""

    what: ClassVar[Text] = Text("决策表不能写成 {name}", "the decision table is not written as {name}")
    mend: ClassVar[Text] = Text("文件名请以 .html 或 .xlsx 结尾", "name the file ….html or ….xlsx")


def write_table(table: DecisionTable, path: Path) -> None:
    """Write by the file's suffix; the file appears whole or not at all.

    Raises:
        TableFormatUnknown.
    """
    content = writer_of(path)(table)
    made, scratch = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(made, "wb") as file:
            file.write(content)
        Path(scratch).chmod(0o644)
        Path(scratch).replace(path)
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise


def writer_of(path: Path) -> Callable[[DecisionTable], bytes]:
    """What makes a file of this suffix."""
    found = {".html": to_html, ".xlsx": to_xlsx}.get(path.suffix.lower())
    if found is None:
        raise TableFormatUnknown(str(path), name=path.suffix or path.name)
    return found


def to_html(table: DecisionTable) -> bytes:
    """One page without scripts; it prints."""
    pages = Environment(loader=PackageLoader("gisreg", "planning"), autoescape=True, undefined=StrictUndefined)
    return pages.get_template("decision_table.html").render(table=table).encode()


def to_xlsx(table: DecisionTable) -> bytes:
    """One worksheet a table."""
    return workbook([_page(sheet, f"{table.title} · {table.heading} · {sheet.title}") for sheet in table.sheets])


def _page(sheet: Sheet, title: str) -> Page:
    ruled = bool(sheet.labels)
    return Page(
        name=sheet.title,
        title=title,
        remark=sheet.remark,
        headings=sheet.headings,
        rows=sheet.rows,
        widths=WIDTHS[ruled],
        colours=[FILLS[label] for label in sheet.labels],
        coloured=LABEL_COLUMN,
        frozen=2 if ruled else 1,
    )
