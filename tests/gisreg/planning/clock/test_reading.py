"""The clock of one parcel: the tests of the law on their boundary days, and what moves it."""

from datetime import date, timedelta
from typing import Any

import pytest

from gisreg.errors import InputError
from gisreg.planning.clock.limits import Limits
from gisreg.planning.clock.reading import ClockFacts, Event, next_limit, read_clock
from gisreg.vocab import ClockEventKind as E

DAY = timedelta(days=1)
START = date(2024, 3, 1)


def clock(as_of: date, *events: Event, **facts: Any) -> Any:
    return read_clock(ClockFacts(**{"agreed_start_on": START, **facts}, events=events), as_of)


def test_land_is_idle_the_day_after_one_full_year() -> None:
    assert [clock(date(2025, 3, day)).idle_by_law for day in (1, 2)] == [False, True]
    assert [clock(date(2025, 3, day)).idle_days for day in (1, 2, 3)] == [0, 1, 2]
    assert clock(START).idle_from_on == date(2025, 3, 2)
    assert [clock(date(2026, 3, day)).unstarted_full_years for day in (1, 2)] == [1, 2]
    assert clock(START).reclaim_from_on == date(2026, 3, 2)


def test_the_year_of_29_february_ends_on_28_february() -> None:
    leap = {"agreed_start_on": date(2024, 2, 29)}
    assert [clock(day, **leap).idle_by_law for day in (date(2025, 2, 28), date(2025, 3, 1))] == [False, True]


def test_the_years_test_does_not_roll_over_a_holiday() -> None:
    """1 May 2025 is a holiday, and so are the days up to the 5th: still idle from the 2nd."""
    held = clock(date(2025, 5, 2), agreed_start_on=date(2024, 5, 1))
    assert held.idle_by_law is True
    assert held.idle_days == 1


def test_unknown_is_never_no() -> None:
    nothing = read_clock(ClockFacts(), date(2026, 1, 1))
    assert nothing.idle_by_law is None
    assert nothing.idle_days is None
    assert nothing.idle_from_on is None
    assert nothing.limits == ()
    stopped = clock(date(2026, 1, 1), actual_start_on=START, halted_on=date(2024, 6, 1))
    assert stopped.idle_by_law is None, "neither areas nor sums are known"


@pytest.mark.parametrize(
    ("built", "invested", "idle"),
    [((99.0, 300.0), (None, None), True), ((100.0, 300.0), (25.0, 100.0), False), ((100.0, 300.0), (24.9, 100.0), True),
     ((100.0, 300.0), (None, 100.0), None)],
)  # fmt: skip
def test_stopped_land_needs_too_little_built_or_invested(built: Any, invested: Any, idle: bool | None) -> None:
    facts = {"started_area_m2": built[0], "due_area_m2": built[1], "invested_wan": invested[0],
             "total_investment_wan": invested[1], "actual_start_on": START, "halted_on": date(2025, 1, 31)}  # fmt: skip
    assert clock(date(2026, 2, 1), **facts).idle_by_law is idle
    assert clock(date(2026, 1, 31), **facts).idle_by_law is False, "the year ends with that day"


def test_an_extension_counts_from_the_day_it_was_agreed() -> None:
    longer = Event(E.EXTENSION, date(2025, 6, 1), new_start_on=date(2026, 6, 1))
    assert clock(date(2025, 5, 31), longer).idle_by_law is True, "not agreed yet"
    assert clock(date(2025, 6, 1), longer).idle_by_law is False
    assert clock(date(2025, 6, 1), longer).idle_from_on == date(2027, 6, 2)
    later = Event(E.SWAP, date(2026, 1, 1), new_start_on=date(2026, 9, 1), id=2)
    assert clock(date(2026, 1, 1), longer, later).start_on == date(2026, 9, 1)
    assert clock(date(2026, 1, 1), later, longer).start_on == date(2026, 9, 1), "the order of rows never matters"


def test_taking_back_does_not_restart_the_clock() -> None:
    agreed = Event(E.TAKING_BACK, date(2025, 6, 1))
    assert clock(date(2025, 7, 1), agreed).start_on == START
    assert clock(date(2025, 7, 1), agreed).idle_by_law is True


def test_a_pause_is_taken_out_of_the_year() -> None:
    pause = Event(E.PAUSE, date(2024, 9, 1), from_on=date(2024, 9, 1), until_on=date(2024, 9, 30))
    also = Event(E.DELIVERY_LATE, date(2024, 9, 1), from_on=date(2024, 9, 21), until_on=date(2024, 10, 10))
    assert clock(date(2025, 3, 2), pause).idle_from_on == date(2025, 4, 1)
    assert [clock(date(2025, 4, 1) - back, pause).idle_by_law for back in (0 * DAY, DAY)] == [True, False]
    both = clock(date(2025, 4, 1), pause, also)
    assert both.paused_days == 40, "the union, not the sum"
    assert both.idle_from_on == date(2025, 4, 11)


def test_an_open_pause_goes_on_until_work_is_resumed() -> None:
    pause = Event(E.PAUSE, date(2024, 9, 1), from_on=date(2024, 9, 1))
    assert clock(date(2030, 1, 1), pause).idle_by_law is False
    assert clock(date(2030, 1, 1), pause).idle_from_on is None
    resumed = Event(E.RESUMED, date(2024, 10, 1), from_on=date(2024, 10, 1))
    assert clock(date(2030, 1, 1), pause, resumed).idle_from_on == date(2025, 4, 1)
    assert clock(date(2024, 9, 30), pause, resumed).idle_from_on is None, "not resumed yet"


def test_a_stop_before_the_newly_agreed_start_counts_from_that() -> None:
    facts = {"actual_start_on": START, "halted_on": date(2024, 6, 1), "started_area_m2": 1.0, "due_area_m2": 9.0}
    longer = Event(E.EXTENSION, date(2025, 1, 1), new_start_on=date(2025, 7, 1))
    assert clock(date(2025, 6, 2), **facts).idle_by_law is True
    assert clock(date(2025, 6, 2), longer, **facts).idle_by_law is False
    assert clock(date(2026, 7, 2), longer, **facts).idle_by_law is True


def test_the_limits_ahead() -> None:
    seen = clock(date(2025, 1, 1), approved_on=date(2023, 1, 15))
    assert {one.limit: one.reached_on for one in seen.limits} == {
        "idle_year": date(2025, 3, 2), "reclaim": date(2026, 3, 2), "approval_lapse": date(2025, 1, 16),
    }  # fmt: skip
    assert next_limit(seen.limits, seen.as_of).limit == "approval_lapse"
    over = date(2026, 3, 2)
    assert next_limit(clock(over).limits, over) is None
    three = read_clock(ClockFacts(agreed_start_on=START), START, Limits(reclaim_years=3))
    assert three.limits[1].reached_on == date(2027, 3, 2)


def test_an_area_below_zero_is_refused() -> None:
    with pytest.raises(InputError, match="-1"):
        ClockFacts(due_area_m2=-1.0)
    with pytest.raises(InputError):
        ClockFacts(invested_wan=float("nan"))
