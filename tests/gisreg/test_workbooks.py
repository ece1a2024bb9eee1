"""Workbooks that every office program opens, whatever stands in the words."""

import io
import zipfile

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from gisreg.workbooks import LONGEST_CELL, LONGEST_NAME, Page, workbook


def sheet_of(page: Page) -> Worksheet:
    return openpyxl.load_workbook(io.BytesIO(workbook([page]))).worksheets[0]


def test_title_remark_headings_and_rows_stand_where_they_are_looked_for() -> None:
    page = Page("闲置土地", "决策表", "2026 版", ["序号", "条件"], [["1", "甲\n乙"], ["2", ""]], [6, 40.5], frozen=2)
    sheet = sheet_of(page)
    assert [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)] == [
        ["决策表", ""], ["2026 版", ""], ["序号", "条件"], ["1", "甲\n乙"], ["2", ""],
    ]  # fmt: skip
    assert (sheet.freeze_panes, sheet.print_title_rows, sheet.column_dimensions["B"].width) == ("C4", "$3:$3", 40.5)
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 8)
    assert sheet["A4"].alignment.wrap_text
    assert sheet["A4"].border.left.style == "thin"


def test_each_row_has_its_colour_in_one_cell() -> None:
    sheet = sheet_of(Page("s", "t", "", ["a", "b"], [["1", "2"], ["3", "4"]], [9, 9], ["D9F0DF", "FDE5C8"], 1))
    fills = [[cell.fill.fgColor.rgb for cell in row if cell.fill.fill_type] for row in sheet.iter_rows(min_row=4)]
    assert fills == [["FFD9F0DF"], ["FFFDE5C8"]]


def test_names_and_cells_are_what_a_workbook_takes() -> None:
    sheet = sheet_of(Page("a/b[1]" + "长" * 40, "t", "r", ["h"], [["x\x00\ud800\uffffy"], ["z" * 40_000]], [9]))
    assert (len(sheet.title), sheet["A4"].value, len(sheet["A5"].value)) == (LONGEST_NAME, "xy", LONGEST_CELL)


def test_no_formula_gets_in() -> None:
    content = workbook([Page("s", "=1+1", "+2", ["=A1"], [['=HYPERLINK("http://example.invalid")'], ["-1"]], [9])])
    cells = [
        cell
        for row in openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows()
        for cell in row
    ]  # fmt: skip
    assert {cell.data_type for cell in cells} == {"s"}
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
