"""People decide: a decision's reason and paper, its end, what stays through re-runs, and where the rules disagree."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from gisreg.db.engine import Actor, transaction
from gisreg.parcels.current import parcel_current
from gisreg.parcels.read import ParcelNotFound
from gisreg.planning.comparing import disagreements
from gisreg.planning.decisions import (
    DecidedAlready,
    DecisionWordless,
    MeasureNotOfKind,
    NotDecided,
    ParcelSettled,
    override,
    release,
)
from gisreg.planning.explain import explain
from gisreg.planning.stored import NoAcceptedRun
from gisreg.vocab import Label

COUNTY = "149901"
ENTERPRISE = {"idle_cause": "enterprise", "agreed_start_on": date(2024, 3, 1)}
START = {"label": Label.USE, "measure": "order_start", "reason": "专班会议确定", "document": "会纪〔2026〕8号"}
TRANSFER = {"label": Label.SELL, "measure": "transfer", "reason": "已签意向", "document": "会纪〔2026〕9号"}


def decide(registry: Any, code: str, **values: Any) -> dict[str, Any]:
    with transaction(registry.engine, Actor("zhang", "test")) as connection:
        return override(connection, code, **{**START, **values})


def end(registry: Any, code: str, reason: str = "规则已调整") -> dict[str, Any]:
    with transaction(registry.engine, Actor("li", "test")) as connection:
        return release(connection, code, reason=reason)


def why(registry: Any, code: str) -> dict[str, Any]:
    with transaction(registry.engine) as connection:
        return explain(connection, code)


def titles(registry: Any, code: str) -> tuple[str, str]:
    """What the read model calls the measure."""
    view = parcel_current
    with transaction(registry.engine) as connection:
        asked = select(view.c.measure_zh, view.c.measure_en).where(view.c.parcel_code == code)
        row = connection.execute(asked).one()
    return row.measure_zh, row.measure_en


@pytest.fixture
def labelled(registry: Any) -> str:
    """A parcel that the rules would reclaim."""
    code: str = registry.add("idle_land", **ENTERPRISE)
    registry.run()
    return code


def test_a_decision_holds_through_re_runs_until_it_is_released(registry: Any, labelled: str) -> None:
    done = decide(registry, labelled, due_on=date(2027, 3, 1), leader="包联领导甲")
    assert [(one["measure"], one["recorded_by"], one["ended_at"]) for one in done["decisions"]] == [
        ("order_start", "zhang", None)
    ]
    for _ in range(2):
        summary = registry.run()
        assert summary.disagreements == 1
        seen = why(registry, labelled)
        assert (seen["label"], seen["measure"], seen["decided_by_person"], seen["due_on"]) == (
            "use", "order_start", True, "2027-03-01",
        )  # fmt: skip
        assert seen["rules_say"]["measure"] == "free_reclaim"
        assert seen["decisions"][0]["document"] == "会纪〔2026〕8号"
    assert titles(registry, labelled) == ("约谈并限期开工", "Interview and order a start by a deadline")
    ended = end(registry, labelled)["decisions"][0]
    assert (ended["ended_by"], ended["ended_reason"]) == ("li", "规则已调整")
    assert ended["ended_at"] is not None
    assert (why(registry, labelled)["measure"], registry.run().disagreements) == ("free_reclaim", 0)


def test_another_decision_replaces_the_first_and_both_are_kept(registry: Any, labelled: str) -> None:
    decide(registry, labelled)
    done = decide(registry, labelled, **TRANSFER)
    assert [(one["measure"], one["ended_reason"]) for one in done["decisions"]] == [
        ("transfer", None),
        ("order_start", "已签意向"),
    ]
    assert done["decisions"][0]["basis"]
    assert why(registry, labelled)["measure"] == "transfer"


def test_the_run_says_where_people_and_rules_disagree(registry: Any, labelled: str) -> None:
    agreed = registry.add("idle_land", **ENTERPRISE)
    run_id = registry.run().run_id
    decide(registry, labelled)
    decide(registry, agreed, label=Label.SELL, measure="free_reclaim")
    with transaction(registry.engine) as connection:
        found = disagreements(connection, COUNTY)
    assert found["run"]["id"] == run_id
    assert [
        (one["parcel_code"], one["measure"], one["rules_measure"], one["decided_by"]) for one in found["items"]
    ] == [(labelled, "order_start", "free_reclaim", "zhang")]


def test_a_measure_that_the_kind_does_not_have_is_refused_with_those_it_has(registry: Any, labelled: str) -> None:
    with pytest.raises(MeasureNotOfKind) as refused:
        decide(registry, labelled, measure="revoke_approval")
    assert "use:order_start" in refused.value.line("en")
    with pytest.raises(MeasureNotOfKind):
        decide(registry, labelled, label=Label.SELL)
    with pytest.raises(MeasureNotOfKind):
        decide(registry, labelled, measure="no_such_thing")


@pytest.mark.parametrize("words", [{"reason": " "}, {"document": ""}, {"reason": "x" * 2_001}])
def test_reason_and_paper_are_needed(registry: Any, labelled: str, words: dict[str, str]) -> None:
    with pytest.raises(DecisionWordless):
        decide(registry, labelled, **words)


@pytest.mark.parametrize("state", ["closed", "removed", "taken_back"])
def test_a_settled_parcel_is_not_decided_any_more(registry: Any, labelled: str, state: str) -> None:
    registry.change(labelled, state=state)
    with pytest.raises(ParcelSettled):
        decide(registry, labelled)


def test_what_makes_no_sense(registry: Any) -> None:
    code = registry.add("idle_land", **ENTERPRISE)
    with pytest.raises(NoAcceptedRun):
        decide(registry, code)
    registry.run()
    with pytest.raises(ParcelNotFound):
        decide(registry, "149901-0009999")
    with pytest.raises(NotDecided):
        end(registry, code)
    decide(registry, code)
    with pytest.raises(DecidedAlready):
        decide(registry, code)
    with pytest.raises(DecisionWordless):
        end(registry, code, reason="")
    with pytest.raises(ParcelNotFound):
        end(registry, "149901-0009999")


def test_the_gates_of_what_is_decided_are_told_at_once_and_explained(registry: Any, labelled: str) -> None:
    registry.change(labelled, hoarder=True, seized=True, invested_wan=1.0, total_investment_wan=10.0)
    registry.run()
    told = {one["gate"] for one in why(registry, labelled)["blockers"]}
    assert "seized" in told
    assert not {"hoarder", "under_invested"} & told, "they are no matter of the sanction that the rules advise"
    held = {one["gate"] for one in decide(registry, labelled, **TRANSFER)["blockers"]}
    assert {"seized", "hoarder", "under_invested"} <= held
    seen = why(registry, labelled)
    assert {one["gate"] for one in seen["blockers"]} == held
    results = {one["gate"]: one["result"] for one in seen["trace"]["gates"]}
    assert (results["hoarder"], results["no_hearing"], results["red_line"]) == ("holds", "not_concerned", "unknown")
    registry.change(labelled, hoarder=False)
    assert "hoarder" not in {one["gate"] for one in decide(registry, labelled)["blockers"]}
