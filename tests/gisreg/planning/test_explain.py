"""Explanations: the contract's shape, the trace, what would flip a label, and that the forecast comes true."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, insert, select, text

from gisreg.db.engine import Actor, transaction
from gisreg.db.models import Investigation, Parcel, Plan
from gisreg.parcels.read import ParcelNotFound
from gisreg.planning.clock.events import EVENTS, add_event, serve, withdraw
from gisreg.planning.clock.report import national_clock
from gisreg.planning.explain import NoAcceptedRun, NotLabelled, explain
from gisreg.planning.ruleset import NATIONAL, load_ruleset
from gisreg.planning.run import RunUnknown
from gisreg.records import RecordBasis

SHAPE = {
    "parcel_code", "label", "measure", "basis", "rule", "ruleset", "as_of", "confidence", "blockers", "to_find_out",
    "finance_option", "alternatives", "next_due", "flip", "trace",
}  # fmt: skip
ENTERPRISE = {"idle_cause": "enterprise", "agreed_start_on": date(2024, 3, 1)}
CLEAR = {
    "ownership_status": "registered", "seized": False, "mortgaged": False, "on_red_line": False, "on_farmland": False,
    "contaminated": False, "hoarder": False, "holder_class": "private", "valuation_done": True, "hearing_held": True,
}  # fmt: skip


def why(registry: Any, code: str, run_id: int | None = None) -> dict[str, Any]:
    with transaction(registry.engine) as connection:
        return explain(connection, code, run_id)


def test_the_shape_that_scripts_lean_on(registry: Any) -> None:
    code = registry.add("idle_land", **ENTERPRISE)
    registry.run()
    seen = why(registry, code)
    assert set(seen) >= SHAPE
    assert json.loads(json.dumps(seen)) == seen
    assert (seen["label"], seen["measure"], seen["rule"]) == ("sell", "free_reclaim", "idle_free_reclaim")
    assert (seen["ruleset"], seen["as_of"], seen["finance_option"]) == (load_ruleset().rules.title, "2026-11-21", None)
    assert [gate["gate"] for gate in seen["blockers"]] == ["not_determined"]
    assert "hearing_held" in {item["fact"] for item in seen["to_find_out"]}
    assert seen["due_on"] == seen["next_due"] == "2027-02-19"


def waited_for(seen: dict[str, Any]) -> dict[str, list[str]]:
    """The facts to be found out, and the rules and gates that need them."""
    return {item["fact"]: item["needed_by"] for item in seen["to_find_out"]}


def test_a_sanction_for_no_start_says_that_there_is_no_word_of_one(registry: Any) -> None:
    """It rests on an unknown fact, which is told first; what settles it takes it off the list."""
    silent, told = registry.add_all(
        [{"kind": "idle_land", **ENTERPRISE, **facts} for facts in ({}, {"started_area_m2": 0.0})]
    )
    registry.run()
    unsure, sure = why(registry, silent), why(registry, told)
    assert unsure["rule"] == sure["rule"] == "idle_free_reclaim"
    days, area = unsure["to_find_out"][:2]
    assert [one["fact"] for one in (days, area)] == ["actual_start_on", "started_area_m2"]
    assert (days["for"], days["needed_by"][0]) == (["started"], "idle_free_reclaim")
    assert waited_for(sure).keys().isdisjoint({"actual_start_on", "started_area_m2"})
    assert unsure["confidence"] < sure["confidence"]
    assert {"actual_start_on"} <= {flip["fact"] for flip in unsure["trace"]["flips"]}


def test_land_on_which_works_stopped_had_been_started_on(registry: Any) -> None:
    """A stop without the day of the start: no sanction that is for land not started."""
    code = registry.add("idle_land", **ENTERPRISE, halted_on=date(2024, 6, 1), determined_on=date(2026, 1, 10))
    registry.run()
    seen = why(registry, code)
    assert seen["measure"] not in ("free_reclaim", "idle_fee")
    assert seen["clock"]["clock"]["started"] is True


def test_other_ways_out_tell_what_would_hold_them(registry: Any) -> None:
    code = registry.add("idle_land", **ENTERPRISE, buyer_found=True, hoarder=True)
    registry.run()
    ways = {one["measure"]: [gate["gate"] for gate in one["blockers"]] for one in why(registry, code)["alternatives"]}
    assert ways["transfer"] == ["hoarder"]


def test_what_a_rule_takes_for_no_while_nobody_knows_is_to_be_found_out(registry: Any) -> None:
    """A restart is advised though nobody looked whether the technology is obsolete; whose it is does not matter."""
    code = registry.add("idle_factory", owner_intent="restart")
    registry.run()
    seen = why(registry, code)
    assert seen["rule"] == "factory_restart"
    assert waited_for(seen)["technology_obsolete"] == ["factory_restart"]
    assert seen["confidence_grade"] == "medium"


def test_what_finance_waits_for_is_to_be_found_out_where_none_of_its_ways_is_open(registry: Any) -> None:
    waiting, open_way = registry.add_all(
        [{"kind": "idle_land", **ENTERPRISE, "reserve_agency_listed": listed, "contract_on": date(2023, 9, 1)}
         for listed in (None, True)]
    )  # fmt: skip
    registry.run()
    assert waited_for(why(registry, waiting))["reserve_agency_listed"] == ["idle_special_bond"]
    seen = why(registry, open_way)
    assert seen["finance_option"] == "special_bond"
    assert "reserve_agency_listed" not in waited_for(seen)


def test_a_finance_option_that_the_same_rules_would_not_give_today_is_told_as_changed(
    registry: Any, database: Any
) -> None:
    """As after an upgrade that reads a fact otherwise: the stored label stays, and says that it should be made anew."""
    code = registry.add("idle_land", **ENTERPRISE, reserve_agency_listed=True, contract_on=date(2023, 9, 1))
    registry.run()
    assert (why(registry, code)["finance_option"], why(registry, code)["changed_since"]) == ("special_bond", False)
    owner = create_engine(database.admin_url)
    with owner.begin() as connection:
        connection.execute(text("ALTER TABLE gisreg.plan_label DISABLE TRIGGER USER"))
        connection.execute(text("UPDATE gisreg.plan_label SET finance_rule_no = NULL"))
    owner.dispose()
    assert (why(registry, code)["finance_option"], why(registry, code)["changed_since"]) == (None, True)


def test_each_rule_tried_shows_the_values_it_saw(registry: Any) -> None:
    code = registry.add("idle_land", **ENTERPRISE, can_start=True)
    registry.run()
    steps = {step["rule"]: step for step in why(registry, code)["trace"]["rules"]}
    assert [step["rule"] for step in steps.values() if step["tried"]] == [
        "idle_change_conditions", "idle_extension", "idle_swap", "idle_temporary_use", "idle_later_start", "idle_fee",
        "idle_order_start", "idle_restore_farming", "idle_free_reclaim",
    ]  # fmt: skip
    facts = {fact["fact"]: fact for fact in steps["idle_fee"]["facts"]}
    assert steps["idle_fee"]["result"] == "no"
    assert facts["unstarted_full_years"] == {
        "fact": "unstarted_full_years", "title": {"zh": "逾期未动工满年数", "en": "Full years not started"},
        "value": 2, "unit": "年", "sureness": "derived",
        "source": facts["unstarted_full_years"]["source"],
    }  # fmt: skip
    assert "约定动工日期" in facts["unstarted_full_years"]["source"]["zh"]
    assert facts["idle_cause"]["value_title"] == {"zh": "企业原因", "en": "Enterprise"}
    assert (facts["param.reclaim_years"]["value"], facts["param.reclaim_years"]["confirmed"]) == (2, True)


def test_the_cascade_records_each_earlier_no_and_finance_is_always_tested(registry: Any) -> None:
    code = registry.add("idle_factory", **CLEAR, tenant_found=True, building_sound=True, investor_found=True)
    registry.run()
    seen = why(registry, code)
    assert {stage["label"]: stage["possible"] for stage in seen["trace"]["cascade"]} == {
        "use": "unknown", "sell": "unknown", "lease": "yes", "finance": "yes",
    }  # fmt: skip
    assert seen["finance_option"] == "joint_venture"
    assert [other["rule"] for other in seen["alternatives"]] == ["factory_joint_venture"]
    reit = next(step for step in seen["trace"]["rules"] if step["rule"] == "factory_reit")
    assert "market_value_wan" in {fact["fact"] for fact in reit["facts"]}
    assert seen["guidance_only"] is True


def test_confidence(registry: Any) -> None:
    sure = registry.add("unsupplied_land", **CLEAR, supply_ready=True, project_found=True, sector="public",
                        procedures_complete=True)  # fmt: skip
    unsure = registry.add("unsupplied_land", supply_ready=True, project_found=True, sector="public")
    lost = registry.add("unsupplied_land", **CLEAR)
    registry.run()
    assert [why(registry, code)["confidence_grade"] for code in (sure, unsure, lost)] == ["high", "medium", "low"]
    shares = [why(registry, code)["confidence"] for code in (sure, unsure)]
    assert 0 < shares[1] < shares[0] <= 1


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("unsupplied_land", {"supply_ready": True, "project_found": False, "sector": "industry"}),
        ("idle_land", {**ENTERPRISE, "can_start": True}),
        ("idle_land", {"idle_cause": "government", "can_start": False, "demand": "none"}),
        ("half_finished_project", {"procedures_complete": True, "can_start": False, "buyer_found": True}),
        ("idle_factory", {"holder_class": "state", "building_sound": False, "demand": "office", "tenant_found": True}),
        ("idle_factory", {"owner_intent": "restart", "technology_obsolete": False}),
    ],
)
def test_every_flip_comes_true_when_the_fact_changes(registry: Any, kind: str, facts: dict[str, Any]) -> None:
    code = registry.add(kind, **facts)
    registry.run()
    seen = why(registry, code)
    flips = seen["trace"]["flips"]
    assert flips
    assert seen["flip"] is None or seen["flip"]["label"] != seen["label"]
    copies = registry.add_all([{"kind": kind, **facts, flip["fact"]: flip["to"]} for flip in flips])
    labels = registry.labels(registry.run().run_id)
    for flip, copy in zip(flips, copies, strict=True):
        assert (labels[copy]["rule"], labels[copy]["label"]) == (flip["rule"], flip["label"]), flip["fact"]


@pytest.mark.parametrize("as_of", [date(2025, 2, 1), date(2025, 6, 1)])
def test_the_clock_comes_true(registry: Any, as_of: date) -> None:
    code = registry.add("idle_land", **ENTERPRISE)
    registry.run(as_of)
    clock = why(registry, code)["trace"]["clock"]
    day = date.fromisoformat(clock["on"])
    before = registry.labels(registry.run(day - timedelta(days=1)).run_id)[code]
    after = registry.labels(registry.run(day).run_id)[code]
    assert after["rule"] == clock["rule"]
    assert before["rule"] != after["rule"]


def test_the_explanation_is_that_of_the_run_and_tells_of_later_edits(registry: Any) -> None:
    code = registry.add("idle_land", **ENTERPRISE)
    registry.run()
    registry.change(code, idle_cause="government", can_start=True)
    seen = why(registry, code)
    assert (seen["rule"], seen["changed_since"]) == ("idle_free_reclaim", True)
    steps = {step["rule"]: step["result"] for step in seen["trace"]["rules"]}
    assert (steps["idle_free_reclaim"], steps["idle_extension"]) == ("yes", "no")
    registry.run()
    assert (why(registry, code)["rule"], why(registry, code)["changed_since"]) == ("idle_extension", False)


STARTED = {"event": "pause", "agreed_on": "2026-11-20", "cause": "government", "from_on": "2025-01-01",
           "until_on": "2025-03-01", "reason": "管线迁改"}  # fmt: skip
NOTICE = {"county_code": "149901", "notice_on": date(2026, 11, 20)}


@pytest.mark.parametrize("what", ["event", "date", "investigation"])
def test_what_moves_the_clock_after_the_run_makes_its_explanation_old(registry: Any, what: str) -> None:
    code, other = registry.add_all([{"kind": "idle_land", **ENTERPRISE}] * 2)
    registry.run()
    assert not why(registry, code)["changed_since"]
    procedure = national_clock().procedure
    with transaction(registry.engine, Actor("tester", "test")) as connection:
        if what == "event":
            entry = add_event(connection, code, STARTED, procedure)
        elif what == "date":
            served = {"step": "suspected", "served_on": "2026-11-20"}
            entry = serve(connection, code, served, procedure)
        else:
            parcel_id = connection.execute(select(Parcel.id).where(Parcel.parcel_code == code)).scalar_one()
            connection.execute(insert(Investigation).values(parcel_id=parcel_id, **NOTICE))
    assert why(registry, code)["changed_since"]
    assert not why(registry, other)["changed_since"]
    registry.run()
    assert not why(registry, code)["changed_since"]
    if what == "event":
        with transaction(registry.engine, Actor("tester", "test")) as connection:
            withdraw(connection, "149901", EVENTS, RecordBasis(entry["id"], 1), "记错")
        assert why(registry, code)["changed_since"], "what was taken back is a change too"


def test_an_earlier_run_can_be_explained(registry: Any) -> None:
    code = registry.add("idle_land", **ENTERPRISE)
    first = registry.run(date(2025, 6, 1))
    registry.run()
    assert why(registry, code, first.run_id)["rule"] == "idle_fee"


def test_a_plan_decided_by_people_is_told_with_what_the_rules_say(registry: Any) -> None:
    code = registry.add("idle_land", **ENTERPRISE)
    with transaction(registry.engine, Actor("tester", "test")) as connection:
        parcel_id = connection.execute(select(Parcel.id).where(Parcel.parcel_code == code)).scalar_one()
        connection.execute(
            insert(Plan).values(
                county_code="149901",
                parcel_id=parcel_id,
                label="use",
                measure="order_start",
                reason="会议纪要",
                due_on=date(2027, 1, 31),
            )
        )
    registry.run()
    seen = why(registry, code)
    assert (seen["label"], seen["measure"], seen["decided_by_person"]) == ("use", "order_start", True)
    assert seen["rules_say"] == {"label": "sell", "measure": "free_reclaim", "rule": "idle_free_reclaim"}
    assert (seen["reason"]["zh"], seen["due_on"]) == ("会议纪要", "2027-01-31")


def test_what_cannot_be_explained(registry: Any) -> None:
    code, closed = registry.add("idle_land"), registry.add("idle_land", state="closed")
    with pytest.raises(NoAcceptedRun):
        why(registry, code)
    run_id = registry.run().run_id
    with pytest.raises(NotLabelled):
        why(registry, closed)
    with pytest.raises(ParcelNotFound):
        why(registry, "149901-0009999")
    with pytest.raises(RunUnknown):
        why(registry, code, run_id + 1)


def test_a_rule_of_a_county_may_ask_where_a_parcel_lies_and_how_it_is_called(registry: Any, tmp_path: Path) -> None:
    """Shapes and per cent signs go through a statement that is kept as text; a boundary is told by a point in it."""
    own = tmp_path / "county.toml"
    here = "S_INTERSECTS(boundary, POLYGON((110 39, 112 39, 112 41, 110 41, 110 39))) AND name LIKE '100%厂_'"
    toml = NATIONAL.read_text(encoding="utf-8").replace('name = "national"', 'name = "county"', 1)
    head, rule, rest = toml.partition('id = "idle_free_reclaim"')
    own.write_text(head + rule + rest.replace('when = "', f'when = "{here} AND ', 1), encoding="utf-8")
    code = registry.add("idle_land", name="100%旧厂区", **ENTERPRISE)
    square = "UPDATE parcel SET boundary = ST_Multi(ST_MakeEnvelope(111, 40, 111.001, 40.001, 4490))"
    with transaction(registry.engine, Actor("tester", "test")) as connection:
        connection.execute(text(square))
    registry.run(ruleset_path=own)
    seen = why(registry, code)
    assert seen["rule"] == "idle_free_reclaim"
    assert "POINT(111.0005 40.0005)" in json.dumps(seen)
