"""Lists and maps tell the gates of the measure that people decided, at once and through later runs."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from gisreg.db.engine import Actor, transaction
from gisreg.db.models import PlanHeld
from gisreg.parcels.current import parcel_current
from gisreg.planning.decisions import override, release
from gisreg.planning.refresh import refresh_plan
from gisreg.planning.run import accept_run
from gisreg.vocab import Label

COUNTY, DAY = "149901", date(2026, 11, 21)
ZHANG = Actor("zhang", "test")
WORDS = {"reason": "专班会议确定", "document": "会纪〔2026〕8号"}
UNSTARTED = {
    "idle_cause": "enterprise", "agreed_start_on": date(2024, 3, 1), "total_investment_wan": 1000.0,
    "price_paid_in_full": True,
}  # fmt: skip


def told(registry: Any, code: str) -> tuple[bool | None, list[str] | None]:
    """Whether the read model says that a gate holds the parcel, and which."""
    view = parcel_current
    with transaction(registry.engine) as connection:
        row = connection.execute(select(view.c.gated, view.c.blockers).where(view.c.parcel_code == code)).one()
    return row.gated, row.blockers


def decide(registry: Any, code: str, label: Label, measure: str) -> list[str]:
    """What the decision answers that holds it."""
    with transaction(registry.engine, ZHANG) as connection:
        done = override(connection, code, label=label, measure=measure, **WORDS)
    return [one["gate"] for one in done["blockers"]]


@pytest.fixture
def code(registry: Any) -> str:
    """Land that the rules would take back, which waits for its determination."""
    found: str = registry.add("idle_land", **UNSTARTED, invested_wan=100.0)
    registry.run()
    assert told(registry, found) == (True, ["not_determined"])
    return found


def test_a_decision_brings_its_own_gates_and_its_end_those_of_the_advice(registry: Any, code: str) -> None:
    assert decide(registry, code, Label.USE, "order_start") == []
    assert told(registry, code) == (False, None)
    assert decide(registry, code, Label.SELL, "transfer") == ["under_invested"]
    assert told(registry, code) == (True, ["under_invested"])
    with transaction(registry.engine, ZHANG) as connection:
        release(connection, code, reason="规则已调整")
    assert told(registry, code) == (True, ["not_determined"])


def test_later_runs_ask_the_gates_of_what_was_decided(registry: Any, code: str) -> None:
    decide(registry, code, Label.SELL, "transfer")
    registry.run()
    assert told(registry, code) == (True, ["under_invested"])
    registry.change(code, invested_wan=250.0)
    refresh_plan(registry.engine, ZHANG, COUNTY, as_of=DAY)
    assert told(registry, code) == (False, None)
    registry.change(code, seized=True)
    refresh_plan(registry.engine, ZHANG, COUNTY, as_of=DAY)
    assert told(registry, code) == (True, ["seized"])


def test_a_run_that_was_proposed_before_the_decision_asks_them_when_it_is_accepted(registry: Any, code: str) -> None:
    proposed = registry.run(propose=True).run_id
    decide(registry, code, Label.SELL, "transfer")
    accept_run(registry.engine, ZHANG, proposed)
    assert told(registry, code) == (True, ["under_invested"])


def test_where_the_gates_are_those_of_the_label_a_run_keeps_none(registry: Any, code: str) -> None:
    decide(registry, code, Label.SELL, "free_reclaim")
    run = registry.run().run_id
    with transaction(registry.engine) as connection:
        kept = connection.execute(select(func.count()).where(PlanHeld.run_id == run)).scalar_one()
    assert kept == 0
    assert told(registry, code) == (True, ["not_determined"])
