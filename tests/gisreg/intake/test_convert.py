# ruff: noqa: E501 - examples stay on one line

"""Typed values of a file's text: nothing raises, what is not usable is marked, what is usable is exact."""

import math
import re
from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisreg.intake.convert import remarks, typed
from gisreg.intake.mapping import MappedColumn

AREA = MappedColumn("official_area_m2", "PZMJ", "number", 1.0, 0.0, 1e12)
MU = MappedColumn("official_area_m2", "亩", "number", 10_000 / 15, 0.0, 1e12)
BALANCE = MappedColumn("funding_gap_wan", "缺口", "number")
YEARS = MappedColumn("income_years", "年数", "whole", 1.0, 0.0, 100.0)
DAY = MappedColumn("contract_on", "HTRQ", "day")
SEIZED = MappedColumn("seized", "SFCF", "fact", values={"是": "true", "y": "true", "否": "false"}, strict=True)
STATUS = MappedColumn("ownership_status", "状态", "text", values={"已登记": "registered"}, strict=True)
USE = MappedColumn("land_use_code", "DLBM", "text", values={"0601": "0601", "工业用地": "0601"})
KEY = MappedColumn("source_code", "BSM", "text")
NAME = MappedColumn("name", "DKMC", "text")
COLUMNS = (AREA, MU, BALANCE, YEARS, DAY, SEIZED, STATUS, USE, KEY, NAME)


def judge(column: MappedColumn, *texts: str | None) -> tuple[list[object], list[bool], list[bool]]:
    """Values, whether unusable, whether in no list."""
    found = typed(column, pa.array(texts, pa.string()))
    return found.values.to_pylist(), found.bad.to_pylist(), found.unknown.to_pylist()


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        (AREA, "689.5", 689.5), (AREA, "+5", 5.0), (AREA, ".5", 0.5), (AREA, "5.", 5.0), (AREA, "1e3", 1000.0),
        (AREA, "1,234,567.8", 1234567.8), (AREA, "1,234", 1234.0), (AREA, "0.1", 0.1), (BALANCE, "-3.25", -3.25),
        (MU, "15", 10_000.0), (YEARS, "20", 20), (YEARS, "20.00", 20), (YEARS, "+7", 7),
        (DAY, "2024-06-30", date(2024, 6, 30)), (DAY, "20240630", date(2024, 6, 30)), (DAY, "2024/6/3", date(2024, 6, 3)),
        (DAY, "2024.6.3", date(2024, 6, 3)), (DAY, "2024年6月3日", date(2024, 6, 3)), (DAY, "2024-02-29 08:00", date(2024, 2, 29)),
        (DAY, "2024-06-30T00:00:00Z", date(2024, 6, 30)),
        (SEIZED, "是", True), (SEIZED, "Y", True), (SEIZED, " 否", False), (STATUS, "已登记", "registered"),
        (USE, "0601", "0601"), (USE, "工业用地", "0601"), (USE, "0601.0", "0601"),
        (KEY, "140427.0", "140427"), (KEY, "140427.10", "140427.10"), (KEY, "K" * 200, "K" * 200), (NAME, "7.0", "7.0"),
    ],
)  # fmt: skip
def test_what_offices_write_is_understood(column, text, value):
    values, bad, unknown = judge(column, text, None)
    assert values == [pytest.approx(value, rel=1e-15) if isinstance(value, float) else value, None]
    assert (bad, unknown) == ([False, False], [False, False])


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (AREA, "-5"), (AREA, "约5"), (AREA, "1e999"), (AREA, "nan"), (AREA, "inf"), (AREA, "1e13"), (AREA, "0x10"), (AREA, "1.2.3"),
        (AREA, "1234567890123456"), (YEARS, "101"), (YEARS, "2.5"), (YEARS, "1e1"), (BALANCE, "--1"),
        (DAY, "2024-06-31"), (DAY, "2023-02-29"), (DAY, "1899-12-31"), (DAY, "2201-01-01"), (DAY, "24-6-3"), (DAY, "20241301"),
        (DAY, "六月"), (SEIZED, "也许"), (STATUS, "registered?"), (KEY, "K" * 201),
    ],
)  # fmt: skip
def test_what_is_not_usable_is_null_and_marked(column, text):
    assert judge(column, text) == ([None], [True], [False])


def test_eight_zeros_are_no_date_and_no_fault():
    assert judge(DAY, "00000000") == ([None], [False], [False])


@pytest.mark.parametrize("column", [AREA, YEARS, DAY, SEIZED, STATUS, USE, KEY])
@pytest.mark.parametrize("text", ["/", "-", "——", "无", "N/A", "<Null>"])
def test_a_word_for_nothing_is_a_blank(column, text):
    assert judge(column, text) == ([None], [False], [False])


def test_in_free_text_a_word_is_a_word():
    assert judge(NAME, "/", "NULL", "N/A") == ([None, "NULL", "N/A"], [False] * 3, [False] * 3)


def test_a_word_for_nothing_that_a_list_knows_is_what_the_list_says():
    demand = MappedColumn("demand", "GGXQ", "text", values={"无": "none"}, strict=True)
    assert judge(demand, "无", "/") == (["none", None], [False, False], [False, False])


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [(AREA, "30亩", 20_000.0), (MU, "30 亩", 20_000.0), (MU, "1,200.5平方米", 1200.5), (AREA, "2公顷", 20_000.0), (BALANCE, "1.5亿元", 15_000.0), (BALANCE, "305万", 305.0)],
)  # fmt: skip
def test_an_amount_may_bring_its_own_unit(column, text, value):
    assert judge(column, text, "1") == (
        [pytest.approx(value), pytest.approx(column.factor)],
        [False, False],
        [False, False],
    )


@pytest.mark.parametrize(
    ("column", "text"), [(AREA, "30万元"), (BALANCE, "3亩"), (AREA, "30-40亩"), (YEARS, "3亩"), (AREA, "-3亩")]
)
def test_a_unit_of_something_else_is_no_amount(column, text):
    assert judge(column, text) == ([None], [True], [False])


def test_a_code_in_no_list_is_kept_and_marked():
    assert judge(USE, "9999", "0601") == (["9999", "0601"], [False, False], [True, False])


@given(st.sampled_from(COLUMNS), st.lists(st.none() | st.text(), max_size=30))
def test_no_text_raises_and_each_row_is_judged_by_itself(column, texts):
    together = judge(column, *texts)
    apart = [judge(column, text) for text in texts]
    assert together == tuple([one[part][0] for one in apart] for part in range(3))
    for text, value, bad in zip(texts, *together[:2], strict=True):
        assert text is not None or (value is None and not bad)


@given(st.floats(0, 1e12, allow_subnormal=False).map(repr))
def test_a_number_is_the_number_that_stands_there(text):
    plain = re.fullmatch(r"(\d{1,15}(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?", text)
    values, bad, _ = judge(AREA, text)
    assert (values == [float(text)]) == bool(plain)
    assert bad == [not plain]
    assert values[0] is None or math.isfinite(values[0])


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_every_day_of_the_calendar_is_a_day(day):
    assert judge(DAY, f"{day:%Y-%m-%d}", f"{day:%Y%m%d}", f"{day.year}年{day.month}月{day.day}日")[0] == [day] * 3


def test_remarks_gather_what_stood_in_the_file_by_row():
    raws = [pa.array(["5", "约5", "-1"]), pa.array(["0601", None, "9999"])]
    judged = [typed(AREA, raws[0]), typed(USE, raws[1])]
    said = remarks((AREA, USE), raws, judged, pa.array([None, "1", None], pa.string()))
    assert said.bad.to_pylist() == [None, "!land_use_code,official_area_m2", "official_area_m2"]
    assert said.unknown.to_pylist() == [None, None, "land_use_code"]
    assert said.said.to_pylist() == [
        None,
        '{"official_area_m2": "约5"}',
        '{"official_area_m2": "-1", "land_use_code": "9999"}',
    ]
