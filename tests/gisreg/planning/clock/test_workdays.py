"""The calendar is data: weekends, notices, a county's own days; and faults told by their line."""

from datetime import date
from pathlib import Path

import pytest

from gisreg.planning.clock.workdays import Calendar, CalendarUnusable, load_calendar
from gisreg.settings import PROJECT_DIR
from gisreg.text import Text

DATA = PROJECT_DIR / "data"
HEAD = "day,kind,name,source,confirmed\n"


@pytest.fixture(scope="module")
def known() -> Calendar:
    return load_calendar(DATA)


@pytest.mark.parametrize(
    ("day", "rolled"),
    [
        (date(2025, 4, 30), date(2025, 4, 30)),
        (date(2025, 5, 1), date(2025, 5, 6)),  # the holiday and the days moved to it
        (date(2025, 4, 27), date(2025, 4, 27)),  # a Sunday worked in exchange
        (date(2025, 1, 28), date(2025, 2, 5)),
        (date(2025, 10, 1), date(2025, 10, 9)),
        (date(2025, 6, 7), date(2025, 6, 9)),  # a plain weekend
        (date(2026, 2, 14), date(2026, 2, 14)),
        (date(2026, 2, 15), date(2026, 2, 24)),
        (date(2021, 2, 7), date(2021, 2, 7)),  # a Sunday worked for the spring festival
        (date(2022, 4, 30), date(2022, 5, 5)),
        (date(2022, 12, 31), date(2023, 1, 3)),  # by the notice of the year after
        (date(2023, 9, 29), date(2023, 10, 7)),
        (date(2024, 9, 14), date(2024, 9, 14)),
        (date(2024, 9, 15), date(2024, 9, 18)),
        (date(2031, 1, 1), date(2031, 1, 2)),  # no notice yet: fixed holidays and weekends only
        (date(2031, 10, 1), date(2031, 10, 6)),
    ],
)
def test_a_last_day_moves_to_the_next_working_day(known: Calendar, day: date, rolled: date) -> None:
    assert known.roll_forward(day) == rolled
    assert (known.why_not(day) is None) == (day == rolled)


def test_working_days_are_counted_without_the_first(known: Calendar) -> None:
    assert known.working_days_later(date(2025, 4, 25), 4) == date(2025, 4, 30)  # Sunday the 27th is worked
    assert known.working_days_later(date(2025, 4, 25), 5) == date(2025, 5, 6)
    assert known.working_days_later(date(2025, 4, 30), 1) == date(2025, 5, 6)
    assert known.working_days_later(date(2025, 4, 30), 0) == date(2025, 4, 30)


def test_what_is_from_memory_is_marked(known: Calendar, tmp_path: Path) -> None:
    assert known.sure(date(2021, 1, 1), date(2026, 12, 31))
    own = tmp_path / "calendars"
    own.mkdir()
    (own / "own.csv").write_text(HEAD + "2025-03-03,holiday,示例日,凭记忆,false\n")
    assert not load_calendar(DATA, tmp_path).sure(date(2025, 3, 1), date(2025, 3, 31))
    assert not known.sure(date(2031, 1, 1), date(2031, 1, 2))
    assert all(one.kind == "holiday" or one.day.weekday() >= 5 for one in known.days.values())


@pytest.mark.parametrize(("year", "off", "worked"), [(2021, 31, 7), (2022, 32, 7), (2023, 26, 7), (2024, 28, 8),
                                                     (2025, 28, 5), (2026, 33, 6)])  # fmt: skip
def test_each_notice_is_there_whole(known: Calendar, year: int, off: int, worked: int) -> None:
    """The days off and the weekends worked that the State Council's notice for the year counts up, by calendar year."""
    days = [one for one in known.days.values() if one.day.year == year]
    assert (sum(one.kind == "holiday" for one in days), sum(one.kind == "workday" for one in days)) == (off, worked)
    assert all(one.confirmed and one.source.startswith("国办发明电〔") for one in days)


def test_a_county_adds_and_replaces_days(tmp_path: Path) -> None:
    own = tmp_path / "calendars"
    own.mkdir()
    (own / "own.csv").write_text(HEAD + "2031-03-03,holiday,示例日,县办通知,true\n2025-05-02,workday,,县办通知,true\n")
    known = load_calendar(DATA, tmp_path)
    assert known.roll_forward(date(2031, 3, 3)) == date(2031, 3, 4)
    assert known.why_not(date(2031, 3, 3)) == Text("示例日", "示例日")
    assert known.works(date(2025, 5, 2))


@pytest.mark.parametrize(
    ("day", "zh", "en"),
    [
        (date(2025, 6, 7), "周末", "weekend"),
        (date(2025, 5, 1), "劳动节", "Labour Day"),
        (date(2025, 10, 6), "国庆节、中秋节", "National Day, Mid-Autumn Festival"),
        (date(2031, 1, 1), "元旦", "New Year's Day"),
    ],
)
def test_why_a_day_is_not_worked_is_told_in_both_languages(known: Calendar, day: date, zh: str, en: str) -> None:
    assert known.why_not(day) == Text(zh, en)


def test_each_holiday_that_the_registry_brings_has_its_english_name(known: Calendar) -> None:
    assert all(one.title.en.isascii() for one in known.days.values())


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "own.csv"),
        ("day,kind\n", "own.csv"),
        (HEAD + "# note\n2025-02-30,holiday,x,y,true\n", "own.csv:3"),
        (HEAD + "2025-02-03,feast,x,y,true\n", "own.csv:2"),
        (HEAD + "2025-02-03,holiday,x,y,perhaps\n", "own.csv:2"),
        (HEAD + "2025-02-03,holiday\n", "own.csv:2"),
    ],
)
def test_a_faulty_calendar_is_told_with_its_line(tmp_path: Path, text: str, where: str) -> None:
    (tmp_path / "calendars").mkdir()
    (tmp_path / "calendars" / "own.csv").write_text(text)
    with pytest.raises(CalendarUnusable) as told:
        load_calendar(DATA, tmp_path)
    assert told.value.where == where


def test_a_calendar_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "calendars").mkdir()
    (tmp_path / "calendars" / "own.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CalendarUnusable):
        load_calendar(DATA, tmp_path)
