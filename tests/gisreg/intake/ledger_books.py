"""Ledgers written on the spot."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import xlwt


def workbook(path: Path, rows: Sequence[Sequence[Any]], merges: Sequence[str] = (), sheet: str = "台账") -> Path:
    """An XLSX of one sheet."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for row in rows:
        page.append(list(row))
    for cells in merges:
        page.merge_cells(cells)
    book.save(path)
    return path


def old_workbook(path: Path, rows: Sequence[Sequence[Any]], merges: Sequence[tuple[int, int, int, int]] = ()) -> Path:
    """An XLS of one sheet; merges are first and last row, first and last column, from 0."""
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet("台账")
    merged = {(top, left): (top, bottom, left, right) for top, bottom, left, right in merges}
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            if (at, column) in merged:
                page.write_merge(*merged[at, column], value)
            elif value is not None:
                page.write(at, column, value, *([day] if hasattr(value, "year") else []))
    book.save(str(path))
    return path


def told(report: Any, fault: str) -> list[str]:
    """What the report says in Chinese about one thing."""
    return [one.what.zh for one in report.problems if one.fault == fault]
