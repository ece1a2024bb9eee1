"""What moves between two runs: counts, hectares, worth."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert

from gisreg.db.engine import Actor, transaction
from gisreg.db.models import County
from gisreg.planning.comparing import NoEarlierRun, RunsOfTwoCounties, compare_runs
from gisreg.planning.run import accept_run, run_plan
from gisreg.planning.stored import RunUnknown

TESTER = Actor("tester", "test")
ENTERPRISE = {"kind": "idle_land", "idle_cause": "enterprise", "agreed_start_on": date(2024, 3, 1)}


def compare(registry: Any, run: int, other: int | None = None) -> dict[str, Any]:
    with transaction(registry.engine) as connection:
        return compare_runs(connection, run, other)


def test_a_proposal_against_what_is_in_force(registry: Any) -> None:
    registry.add_all(
        [
            {**ENTERPRISE, "official_area_m2": 20_000.0, "official_area_source": "deed", "market_value_wan": 300.0},
            {**ENTERPRISE, "official_area_m2": 10_000.0, "official_area_source": "deed", "price_wan": 50.0},
            {**ENTERPRISE, "area_m2": None},
            {"kind": "idle_factory", "owner_intent": "restart"},
        ]
    )
    first = registry.run(date(2025, 6, 1))
    second = registry.run(propose=True)
    found = compare(registry, second.run_id)
    assert (found["other"]["id"], found["run"]["status"], found["parcels"], found["label_changes"]) == (
        first.run_id, "proposed", 3, 3,
    )  # fmt: skip
    [move] = found["items"]
    assert (move["from_label"], move["from_measure"], move["to_label"], move["to_measure"]) == (
        "use", "idle_fee", "sell", "free_reclaim",
    )  # fmt: skip
    assert (move["parcels"], move["area_ha"], move["area_unknown"]) == (3, pytest.approx(3.0), 1)
    assert (move["worth_wan"], move["worth_unknown"]) == (pytest.approx(350.0), 1)
    assert move["to_title"] == {"zh": "售 · 无偿收回", "en": "Sell · Reclaim without compensation"}
    accept_run(registry.engine, TESTER, second.run_id)
    assert compare(registry, second.run_id)["items"] == found["items"], (
        "once accepted it is compared with what it replaced"
    )
    back = compare(registry, first.run_id, second.run_id)
    assert [(one["from_label"], one["to_label"]) for one in back["items"]] == [("sell", "use")]


def test_parcels_that_came_or_went_have_one_side_only(registry: Any) -> None:
    gone = registry.add_all([ENTERPRISE])[0]
    first = registry.run().run_id
    registry.change(gone, state="closed")
    registry.add_all([{"kind": "idle_factory", "owner_intent": "restart"}])
    found = compare(registry, registry.run().run_id, first)
    sides = {(one["from_label"], one["to_label"], one["from_title"] is None) for one in found["items"]}
    assert sides == {("sell", None, False), (None, "use", True)}


def test_nothing_moves_between_equal_runs(registry: Any) -> None:
    registry.add_all([ENTERPRISE])
    registry.run()
    assert compare(registry, registry.run().run_id)["items"] == []


def test_what_cannot_be_compared(registry: Any) -> None:
    registry.add_all([ENTERPRISE])
    only = registry.run().run_id
    with pytest.raises(NoEarlierRun):
        compare(registry, only)
    with pytest.raises(RunUnknown):
        compare(registry, only + 1)
    with pytest.raises(RunUnknown):
        compare(registry, only, only + 1)
    with transaction(registry.engine, TESTER) as connection:
        connection.execute(insert(County).values(code="149902", name="样例县", invented=True))
    other = run_plan(registry.engine, TESTER, "149902").run_id
    with pytest.raises(RunsOfTwoCounties):
        compare(registry, only, other)
