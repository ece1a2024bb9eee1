"""What is to be found out can be entered, and once it is, the fact that waits for it is known."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Date, literal, select

from gisreg.db.engine import transaction
from gisreg.db.models import Parcel
from gisreg.parcels.attributes import EDITABLE
from gisreg.planning.compile import check_conditions
from gisreg.planning.entering import begun, to_enter
from gisreg.planning.explain import explain
from gisreg.planning.facts import FACTS, facts_of
from gisreg.planning.ruleset import load_ruleset
from gisreg.vocab import Kind

AS_OF = date(2026, 11, 21)
FOUND = {"official_area_source": "contract", "price_paid_in_full": True}
DAY, AMOUNT = date(2024, 3, 1), 5.0
GROUNDS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "started": {"actual_start_on": date(2023, 3, 1)},
    "started_by_area": {"started_area_m2": 10.0},
    "stopped": {"halted_on": date(2024, 6, 1), "invested_wan": 9.0},
    "nothing_due": {"started_area_m2": 1.0, "due_area_m2": 0.0},
}


def facts_seen(registry: Any, code: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The stored facts of a parcel, and the derived ones."""
    table = Parcel.__table__
    facts = facts_of(table, literal(AS_OF, Date()))
    derived = [facts[one.name].expression.label(one.name) for one in FACTS]
    with transaction(registry.engine) as connection:
        stored = connection.execute(select(table).where(table.c.parcel_code == code)).mappings().one()
        seen = connection.execute(select(*derived).where(table.c.parcel_code == code)).mappings().one()
    return dict(stored), dict(seen)


def test_all_that_rules_speak_of_can_be_entered() -> None:
    compiled = check_conditions(load_ruleset())
    spoken = {item.name for kind in Kind for item in compiled.spoken_of(kind)}
    assert {"started", "idle_by_law", "invested_share", "tenant_found"} <= spoken
    empty = dict.fromkeys(EDITABLE)
    for facts in ({**empty}, {**empty, "started_area_m2": 1.0}):
        wanted = {name: to_enter(name, facts, AS_OF) for name in spoken}
        assert {name: names for name, names in wanted.items() if not names or not set(names) <= set(EDITABLE)} == {}


@pytest.mark.parametrize("ground", list(GROUNDS))
def test_what_is_entered_makes_a_derived_fact_known(registry: Any, ground: str) -> None:
    code = registry.add("idle_land", area_m2=None, **GROUNDS[ground])
    stored, seen = facts_seen(registry, code)
    unknown = [name for name, value in seen.items() if value is None]
    assert len(unknown) >= 5
    for name in unknown:
        if name == "reclaim_from_on" and begun(stored, AS_OF):
            continue  # land that was started on has no such day
        wanted = to_enter(name, stored, AS_OF)
        assert set(wanted) <= set(EDITABLE)
        values = {one: FOUND.get(one, DAY if one.endswith("_on") else AMOUNT) for one in wanted}
        copy = registry.add("idle_land", **{"area_m2": None, **GROUNDS[ground], **values})
        assert facts_seen(registry, copy)[1][name] is not None, (name, wanted)


def test_only_what_nobody_knows_is_asked_for(registry: Any) -> None:
    """A derived fact asks for its unknown parts, each once however many wait for it."""
    known = {"idle_cause": "enterprise", "agreed_start_on": date(2023, 3, 1), "halted_on": date(2024, 6, 1)}
    code = registry.add("idle_land", **known, started_area_m2=1.0, buyer_found=True, total_investment_wan=10.0)
    registry.run(AS_OF)
    with transaction(registry.engine) as connection:
        why = explain(connection, code)
    asked = {one["fact"]: one for one in why["to_find_out"]}
    assert len(asked) == len(why["to_find_out"])
    assert asked.keys().isdisjoint({*known, "started_area_m2", "total_investment_wan", "idle_by_law"})
    assert set(asked["invested_wan"]["for"]) == {"idle_by_law", "invested_share"}
    assert asked["can_start"]["for"] == []
    assert asked["invested_wan"]["title"] == {"zh": "已投资", "en": "Invested"}
    traced = {fact["fact"]: fact["value"] for rule in why["trace"]["rules"] for fact in rule["facts"]}
    assert traced["idle_by_law"] is None, "the trace keeps what the rule speaks of"
