"""The idle clock and the other facts that follow from the as-of date."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Date, Engine, literal, select

from gisreg.db.engine import transaction
from gisreg.db.models import Parcel
from gisreg.planning.facts import FACTS, facts_of
from gisreg.planning.factsources import derived_facts


def seen(registry: Any, name: str, as_of: date, **facts: Any) -> object:
    code = registry.add("idle_land", **facts)
    return one(registry.engine, code, name, as_of)


def one(engine: Engine, code: str, name: str, as_of: date) -> object:
    table = Parcel.__table__
    fact = facts_of(table, literal(as_of, Date()))[name].expression
    with transaction(engine) as connection:
        return connection.execute(select(fact).where(table.c.parcel_code == code)).scalar_one()


@pytest.mark.parametrize(
    ("agreed", "as_of", "idle", "days"),
    [
        # an agreed start of 1 March 2024: the year is full at the end of 1 March 2025, idle from the 2nd
        (date(2024, 3, 1), date(2025, 3, 1), False, 0),
        (date(2024, 3, 1), date(2025, 3, 2), True, 1),
        # 29 February has no counterpart in 2025: the year ends on 28 February
        (date(2024, 2, 29), date(2025, 2, 28), False, 0),
        (date(2024, 2, 29), date(2025, 3, 1), True, 1),
        (date(2023, 2, 28), date(2024, 2, 28), False, 0),
        (date(2023, 2, 28), date(2024, 2, 29), True, 1),
        (date(2024, 12, 31), date(2025, 12, 31), False, 0),
        (date(2024, 12, 31), date(2026, 1, 1), True, 1),
        # 1 March 2025 was a Saturday: the year's test does not roll over the weekend
        (date(2026, 1, 1), date(2025, 1, 1), False, 0),
        (None, date(2025, 1, 1), None, None),
    ],
)
def test_land_is_idle_the_day_after_a_full_year(
    registry: Any, agreed: date | None, as_of: date, idle: bool | None, days: int | None
) -> None:
    code = registry.add("idle_land", agreed_start_on=agreed)
    assert one(registry.engine, code, "idle_by_law", as_of) is idle
    assert one(registry.engine, code, "idle_days", as_of) == days


@pytest.mark.parametrize(
    ("agreed", "as_of", "years"),
    [
        (date(2024, 2, 29), date(2025, 2, 28), 0),
        (date(2024, 2, 29), date(2025, 3, 1), 1),
        (date(2024, 2, 29), date(2026, 2, 28), 1),
        (date(2024, 2, 29), date(2026, 3, 1), 2),
        (date(2024, 2, 29), date(2028, 2, 29), 3),
        (date(2024, 2, 29), date(2028, 3, 1), 4),
        (date(2024, 3, 1), date(2026, 3, 1), 1),
        (date(2024, 3, 1), date(2026, 3, 2), 2),
        (date(2024, 12, 31), date(2025, 1, 1), 0),
        (None, date(2026, 3, 2), None),
    ],
)
def test_full_years_without_a_start(registry: Any, agreed: date | None, as_of: date, years: int | None) -> None:
    assert seen(registry, "unstarted_full_years", as_of, agreed_start_on=agreed) == years


def test_started_land_has_no_unstarted_years(registry: Any) -> None:
    facts = {"agreed_start_on": date(2020, 1, 1), "actual_start_on": date(2022, 1, 1)}
    assert seen(registry, "unstarted_full_years", date(2021, 12, 31), **facts) == 1
    assert seen(registry, "unstarted_full_years", date(2026, 1, 1), **facts) == 0
    assert seen(registry, "started", date(2021, 12, 31), **facts) is False
    assert seen(registry, "started", date(2022, 1, 1), **facts) is True
    assert seen(registry, "started", date(2022, 1, 1), started_area_m2=1.0) is True


@pytest.mark.parametrize(
    ("facts", "started"),
    [
        ({}, None),
        ({"started_area_m2": 0.0}, False),
        ({"determined_on": date(2025, 12, 31)}, None),
        ({"halted_on": date(2026, 1, 1)}, True),
        ({"halted_on": date(2026, 1, 2)}, None),
        ({"started_area_m2": 0.0, "halted_on": date(2025, 6, 1)}, True),
        ({"actual_start_on": date(2026, 1, 2)}, False),
        ({"actual_start_on": date(2026, 1, 1)}, True),
        ({"actual_start_on": date(2026, 1, 2), "started_area_m2": 1.0}, True),
        ({"determined_on": date(2025, 12, 31), "actual_start_on": date(2025, 1, 1)}, True),
    ],
)
def test_a_start_of_which_there_is_no_word_is_unknown(
    registry: Any, facts: dict[str, Any], started: bool | None
) -> None:
    """Nothing built on is a word: it has not started; a stop is one too: it had. That the land was determined idle is
    none, for land is determined idle after a stop as well."""
    assert seen(registry, "started", date(2026, 1, 1), **facts) is started


@pytest.mark.parametrize(
    ("facts", "halted", "stopped_after_start"),
    [
        ({}, None, False),
        ({"actual_start_on": date(2024, 1, 1)}, None, None),
        ({"actual_start_on": date(2024, 1, 1), "halted_on": date(2026, 1, 2)}, False, False),
        ({"actual_start_on": date(2024, 1, 1), "halted_on": date(2026, 1, 1)}, True, True),
        ({"halted_on": date(2026, 1, 1)}, True, True),
    ],
)
def test_a_stop_of_which_there_is_no_word_is_unknown(
    registry: Any, facts: dict[str, Any], halted: bool | None, stopped_after_start: bool | None
) -> None:
    code = registry.add("idle_land", **facts)
    assert one(registry.engine, code, "halted", date(2026, 1, 1)) is halted
    assert one(registry.engine, code, "stopped_after_start", date(2026, 1, 1)) is stopped_after_start


@pytest.mark.parametrize(
    ("subkind", "completed"), [("halted_works", False), ("completed_unused", True), ("halted_enterprise_works", False)]
)
def test_a_half_finished_project_is_completed_by_its_subkind(registry: Any, subkind: str, completed: bool) -> None:
    code = registry.add("half_finished_project", subkind=subkind)
    assert one(registry.engine, code, "completed", date(2026, 1, 1)) is completed
    factory = registry.add("idle_factory", subkind="idle_building")
    assert one(registry.engine, factory, "completed", date(2026, 1, 1)) is None


STARTED = {"agreed_start_on": date(2023, 1, 1), "actual_start_on": date(2023, 2, 1)}


@pytest.mark.parametrize(
    ("facts", "idle"),
    [
        # started: too little built OR too little invested, AND stopped a full year
        ({"halted_on": date(2024, 5, 1), "started_area_m2": 99.0, "due_area_m2": 300.0}, True),
        ({"halted_on": date(2024, 5, 1), "started_area_m2": 100.0, "due_area_m2": 300.0}, None),
        ({"halted_on": date(2024, 5, 1), "invested_wan": 24.99, "total_investment_wan": 100.0}, True),
        ({"halted_on": date(2024, 5, 1), "invested_wan": 25.0, "total_investment_wan": 100.0,
          "started_area_m2": 100.0, "due_area_m2": 300.0}, False),
        ({"halted_on": date(2025, 5, 1), "started_area_m2": 9.0, "due_area_m2": 300.0}, False),
        ({"halted_on": date(2025, 4, 30), "started_area_m2": 9.0, "due_area_m2": 300.0}, True),
        ({"halted_on": None, "started_area_m2": 9.0, "due_area_m2": 300.0}, False),
        ({"halted_on": date(2024, 5, 1)}, None),
        # a whole of nothing tells nothing
        ({"halted_on": date(2024, 5, 1), "started_area_m2": 0.0, "due_area_m2": 0.0,
          "invested_wan": 0.0, "total_investment_wan": 0.0}, None),
    ],
)  # fmt: skip
def test_started_and_stopped_land(registry: Any, facts: dict[str, Any], idle: bool | None) -> None:
    assert seen(registry, "idle_by_law", date(2026, 5, 1), **{**STARTED, **facts}) is idle


@pytest.mark.parametrize(
    ("approved", "as_of", "months"),
    [
        (date(2024, 1, 31), date(2024, 2, 29), 0),
        (date(2024, 1, 31), date(2024, 3, 1), 1),
        (date(2024, 1, 15), date(2026, 1, 15), 23),
        (date(2024, 1, 15), date(2026, 1, 16), 24),
    ],
)
def test_full_months(registry: Any, approved: date, as_of: date, months: int) -> None:
    assert seen(registry, "months_since_approval", as_of, approved_on=approved) == months


def test_shares_are_unknown_where_a_part_is(registry: Any) -> None:
    day = date(2026, 1, 1)
    assert seen(registry, "invested_share", day, invested_wan=1.0, total_investment_wan=4.0) == 0.25
    assert seen(registry, "invested_share", day, invested_wan=1.0, total_investment_wan=0.0) is None
    assert seen(registry, "started_share", day, due_area_m2=4.0) is None
    assert seen(registry, "paid_in_full", day, price_wan=4.0, paid_wan=4.0) is True
    assert seen(registry, "paid_in_full", day, price_wan=4.0, paid_wan=4.0, price_paid_in_full=False) is False
    assert seen(registry, "paid_in_full", day, price_wan=4.0) is None


def test_every_fact_can_be_asked_and_says_what_it_is(registry: Any) -> None:
    code = registry.add("idle_land")
    for fact in FACTS:
        assert fact.titles.zh != fact.titles.en
        one(registry.engine, code, fact.name, date(2026, 1, 1))


def test_every_derived_fact_names_what_it_rests_on() -> None:
    words = {one["name"]: one["source"]["zh"] for one in derived_facts()}
    assert words["paused_days"] == "由时钟事项推算"
    assert [name for name, word in words.items() if word == "由推算"] == []
