"""Periods by the calendar, with spans that do not count: each boundary day by hand, and properties."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisreg.planning.clock.counting import (
    Span,
    counted_day,
    full_months,
    full_years,
    months_later,
    paused_days,
    union,
    years_later,
)

DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
SPANS = st.lists(
    st.builds(lambda first, length: Span(first, first + timedelta(days=length)), DAYS, st.integers(0, 800)), max_size=6
)


@pytest.mark.parametrize(
    ("start", "years", "last"),
    [
        (date(2024, 3, 1), 1, date(2025, 3, 1)),
        (date(2024, 2, 29), 1, date(2025, 2, 28)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(2023, 2, 28), 1, date(2024, 2, 28)),
        (date(2024, 12, 31), 1, date(2025, 12, 31)),
    ],
)
def test_a_year_ends_with_the_corresponding_day(start: date, years: int, last: date) -> None:
    assert years_later(start, years) == last
    assert full_years(start, last) == years - 1, "the last day runs to 24:00"
    assert full_years(start, last + timedelta(days=1)) == years
    assert full_years(start, last - timedelta(days=1)) == years - 1


@pytest.mark.parametrize(
    ("start", "months", "last"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2024, 3, 31), 1, date(2024, 4, 30)),
        (date(2024, 11, 30), 3, date(2025, 2, 28)),
        (date(2024, 12, 15), 24, date(2026, 12, 15)),
        (date(2024, 5, 5), -5, date(2023, 12, 5)),
    ],
)
def test_a_month_ends_with_its_last_day_where_there_is_none(start: date, months: int, last: date) -> None:
    assert months_later(start, months) == last
    assert full_months(start, last) == months - 1
    assert full_months(start, last + timedelta(days=1)) == months


@given(start=DAYS, as_of=DAYS)
def test_years_and_months_agree(start: date, as_of: date) -> None:
    months = full_months(start, as_of)
    assert months // 12 == full_years(start, as_of)
    assert as_of > months_later(start, months)
    assert as_of <= months_later(start, months + 1)


def test_overlapping_pauses_are_one() -> None:
    first, second = Span(date(2024, 1, 1), date(2024, 1, 31)), Span(date(2024, 1, 20), date(2024, 2, 10))
    touching, apart = Span(date(2024, 2, 11), date(2024, 2, 15)), Span(date(2024, 3, 1), None)
    merged = union([apart, touching, second, first])
    assert merged == (Span(date(2024, 1, 1), date(2024, 2, 15)), apart)
    assert union([apart, Span(date(2024, 5, 1), date(2024, 5, 2))]) == (apart,)
    assert paused_days(merged, date(2023, 12, 31), date(2024, 2, 29)) == 46
    assert paused_days(merged, date(2024, 1, 1), date(2024, 1, 1)) == 0, "the first day does not count"
    assert paused_days(merged, date(2024, 2, 28), date(2024, 3, 2)) == 2


@given(spans=SPANS, after=DAYS, up_to=DAYS)
def test_paused_days_are_those_that_a_list_of_days_has(spans: list[Span], after: date, up_to: date) -> None:
    up_to = min(up_to, after + timedelta(days=1_500))
    days = {after + timedelta(days=n) for n in range(1, (up_to - after).days + 1)}
    wanted = sum(any(span.first <= day <= (span.last or day) for span in spans) for day in days)
    assert paused_days(union(spans), after, up_to) == wanted


@given(spans=SPANS, after=DAYS, days=st.integers(1, 800))
def test_the_counted_day_is_the_first_with_so_many_days(spans: list[Span], after: date, days: int) -> None:
    pauses = union(spans)
    found = counted_day(pauses, after, days)
    assert found is not None
    assert (found - after).days - paused_days(pauses, after, found) == days
    before = found - timedelta(days=1)
    assert (before - after).days - paused_days(pauses, after, before) == days - 1


def test_a_pause_without_an_end_holds_the_clock() -> None:
    open_pause = (Span(date(2024, 6, 1), None),)
    assert counted_day(open_pause, date(2024, 1, 1), 152) is None
    assert counted_day(open_pause, date(2024, 1, 1), 151) == date(2024, 5, 31)
    assert counted_day(open_pause, date(2024, 7, 1), 1) is None
