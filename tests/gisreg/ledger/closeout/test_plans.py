"""One plan per parcel: adopted or decided, changed and kept, started unless a gate holds it."""

from datetime import date, timedelta

import pytest
from books_county import code
from sqlalchemy import text

from gisreg.days import DayInFuture, DayTooEarly, today
from gisreg.db.engine import Actor
from gisreg.ledger.closeout.dated import take
from gisreg.ledger.closeout.errors import (
    DecisionIncomplete,
    GateHolds,
    MeasureUnknown,
    NoAdvice,
    NoSuchStep,
    ProofOfAnother,
    ReasonMissing,
    RoleMayNot,
    StepAfterPlan,
    StepBeforeFormer,
    StepNotPossible,
)
from gisreg.ledger.closeout.moves import By
from gisreg.ledger.closeout.open_steps import steps_due
from gisreg.ledger.closeout.plans import Charge, Decision, PlannedStep, approve, change_step, start, step_ends
from gisreg.ledger.closeout.reading import standing
from gisreg.ledger.closeout.words import Role, Step
from gisreg.parcels.editing import Basis
from gisreg.parcels.faults import ParcelRetired, StaleVersion
from gisreg.parcels.mapdata import parcels_of
from gisreg.parcels.read import ParcelNotFound
from gisreg.parcels.undo import undo
from gisreg.planning.clock.workdays import load_calendar
from gisreg.planning.decisions import MeasureNotOfKind, override, release
from gisreg.planning.explain import explain
from gisreg.planning.ruleset import Step as MeasureStep
from gisreg.planning.ruleset import load_ruleset
from gisreg.planning.run import run_plan
from gisreg.records import StaleRecord
from gisreg.settings import PROJECT_DIR
from gisreg.text import Text
from gisreg.vocab import Label

HAND = Decision(Label.USE, "order_start", "专题会议确定", "会议纪要〔2026〕1号")


def test_a_plan_by_hand_has_unit_person_leader_due_date_and_steps(do, basis, state, county) -> None:
    who = Charge("示例局", "甲", "乙", date(2027, 3, 31))
    steps = [
        PlannedStep(Text("约谈", "Interview"), None, date(2026, 12, 1)),
        PlannedStep(Text("开工", "Start"), "示例厂", date(2027, 3, 31)),
    ]
    done = do(approve, basis(1), HAND, charge=who, steps=steps, on=date(2026, 11, 2))
    assert state(1) == "planned"
    found = do(standing, code(1))
    plan = found["plan"]
    assert (plan["id"], plan["measure"], plan["leader"], plan["person"], plan["due_on"]) == (
        done.plan_id, "order_start", "乙", "甲", date(2027, 3, 31),
    )  # fmt: skip
    assert [(one["step_no"], one["title_zh"], one["agency"]) for one in plan["steps"]] == [
        (1, "约谈", "示例局"), (2, "开工", "示例厂"),
    ]  # fmt: skip
    assert found["next_step"]["step_no"] == 1
    assert "start" in found["possible"]


def test_the_advice_is_adopted_with_its_rule_and_steps(do, basis, county, ask) -> None:
    with pytest.raises(NoAdvice):
        do(approve, basis(1))
    run = run_plan(county, Actor("wang", "test"), "149901", as_of=today())
    do(approve, basis(1))
    plan = do(standing, code(1))["plan"]
    assert (plan["origin"], plan["run_id"]) == ("label", run.run_id)
    assert plan["rule"] is not None
    assert plan["steps"]
    assert plan["measure"] == ask("SELECT measure FROM parcel_current WHERE parcel_code = :c", c=code(1))


def test_what_people_decided_is_adopted_until_it_is_released(do, basis, county) -> None:
    run_plan(county, Actor("wang", "test"), "149901", as_of=today())
    do(approve, basis(1))
    advised = do(standing, code(1))["plan"]["measure"]
    do(approve, basis(1), Decision(Label.SELL, "buy_back", "专题会议确定", "会议纪要〔2026〕1号"))
    do(approve, basis(1))
    plan = do(standing, code(1))["plan"]
    assert (plan["origin"], plan["measure"], plan["basis"]) == ("hand", "buy_back", "会议纪要〔2026〕1号")
    assert advised != "buy_back"
    do(lambda connection: release(connection, code(1), reason="改按处置建议"))
    do(approve, basis(1))
    assert do(standing, code(1))["plan"]["measure"] == advised


def test_a_plan_of_an_earlier_decision_keeps_who_answers_for_it(do, basis, county, ask) -> None:
    run_plan(county, Actor("wang", "test"), "149901", as_of=today())
    due = today() + timedelta(days=400)
    words = {"reason": "专题会议确定", "document": "会议纪要〔2026〕1号", "due_on": due, "leader": "乙"}
    do(lambda connection: override(connection, code(1), label=Label.SELL, measure="buy_back", **words))
    do(approve, basis(1))
    plan = do(standing, code(1))["plan"]
    assert (plan["leader"], plan["due_on"], plan["measure"]) == ("乙", due, "buy_back")
    assert {step["leader"] for step in plan["steps"]} == {"乙"}
    assert ask("SELECT document FROM plan WHERE ended_at IS NULL") == "会议纪要〔2026〕1号"
    do(approve, basis(1), charge=Charge(leader="丙", person="丁"))
    do(approve, basis(1))
    plan = do(standing, code(1))["plan"]
    assert (plan["leader"], plan["person"], plan["due_on"]) == ("丙", "丁", due)


def test_a_changed_plan_keeps_the_old_one_and_only_one_is_in_force(do, basis, planned, ask) -> None:
    planned(1, leader="甲")
    planned(1, measure="swap", leader="乙")
    found = do(standing, code(1))
    assert (found["plan"]["measure"], [one["measure"] for one in found["former_plans"]]) == ("swap", ["order_start"])
    assert found["state"] == "planned"
    assert [one["ended_by"] for one in found["former_plans"]] == ["wang"]
    assert ask("SELECT count(*) FROM plan WHERE ended_at IS NULL") == 1


def test_a_plan_may_change_while_work_goes_on(do, basis, started, planned, state) -> None:
    started(1)
    planned(1, measure="swap")
    assert state(1) == "in_progress"


@pytest.mark.parametrize(
    ("decision", "fault"),
    [
        (Decision(Label.USE, "", "因为"), DecisionIncomplete),
        (Decision(Label.USE, "order_start", "  "), DecisionIncomplete),
        (Decision(None, "order_start", "因为"), DecisionIncomplete),
        (Decision(Label.USE, "pray", "因为"), MeasureUnknown),
    ],
)
def test_a_plan_by_hand_says_what_how_and_why(do, basis, county, decision, fault) -> None:
    with pytest.raises(fault):
        do(approve, basis(1), decision)


def test_two_people_who_plan_at_once_are_told(do, basis, planned) -> None:
    seen = basis(1)
    planned(1)
    with pytest.raises(StaleVersion):
        do(approve, seen, HAND)


def test_a_gate_holds_the_start_and_a_hold_remembers_where_it_was(do, basis, put, county, state) -> None:
    put("seized = true", f"parcel_code = '{code(1)}'")
    run_plan(county, Actor("wang", "test"), "149901", as_of=today())
    do(approve, basis(1))
    with pytest.raises(GateHolds) as held:
        do(start, basis(1))
    assert "查封" in held.value.line("zh")
    with pytest.raises(ReasonMissing):
        do(take, basis(1), Step.HOLD, By())
    do(take, basis(1), Step.HOLD, By(reason="法院查封"))
    assert state(1) == "on_hold"
    with pytest.raises(StepNotPossible):
        do(start, basis(1))
    do(take, basis(1), Step.RESUME, By(reason="已解封"))
    assert state(1) == "planned"


def test_a_gate_holds_whatever_measure_people_decide(do, basis, put, county) -> None:
    put("seized = true", f"parcel_code = '{code(1)}'")
    run_plan(county, Actor("wang", "test"), "149901", as_of=today())
    do(approve, basis(1))
    advised = do(standing, code(1))["plan"]["measure"]
    other = ("lease_supply", Label.LEASE) if advised != "lease_supply" else ("order_start", Label.USE)
    do(approve, basis(1), Decision(other[1], other[0], "专题会议确定"))
    with pytest.raises(GateHolds) as held:
        do(start, basis(1))
    assert "seized" in held.value.params["gates"]


def test_a_gate_of_the_advice_s_measure_only_does_not_hold_another(do, basis, put, county, state) -> None:
    put(
        "idle_cause = 'enterprise', agreed_start_on = '2020-01-01', determined_on = '2023-01-01', "
        "hearing_held = false, can_start = true, seized = false, ownership_status = 'registered', mortgaged = false",
        f"parcel_code = '{code(1)}'",
    )
    run_plan(county, Actor("wang", "test"), "149901", as_of=today())
    do(approve, basis(1))
    with pytest.raises(GateHolds) as held:
        do(start, basis(1))
    assert held.value.params["gates"] == ["no_hearing"]
    do(approve, basis(1), HAND)
    do(start, basis(1))
    assert state(1) == "in_progress"


def test_a_gate_that_no_run_asked_of_the_measure_holds_its_start(do, basis, put, county) -> None:
    put("hoarder = true, valuation_done = false, seized = false", f"parcel_code = '{code(1)}'")
    run_plan(county, Actor("wang", "test"), "149901", as_of=today())
    do(approve, basis(1), Decision(Label.SELL, "transfer", "专题会议确定"))
    with pytest.raises(GateHolds) as held:
        do(start, basis(1))
    assert "hoarder" in held.value.params["gates"]
    do(approve, basis(1), Decision(Label.SELL, "buy_back", "专题会议确定"))
    with pytest.raises(GateHolds) as held:
        do(start, basis(1))
    assert held.value.params["gates"] == ["not_valued"]


def test_what_was_settled_or_came_up_since_the_run_counts(do, basis, put, county, state) -> None:
    put("seized = true", f"parcel_code = '{code(1)}'")
    run_plan(county, Actor("wang", "test"), "149901", as_of=today())
    do(approve, basis(1), HAND)
    put("seized = false", f"parcel_code = '{code(1)}'")
    put("on_red_line = true", f"parcel_code = '{code(1)}'")
    with pytest.raises(GateHolds) as held:
        do(start, basis(1))
    assert held.value.params["gates"] == ["red_line"]
    put("on_red_line = false", f"parcel_code = '{code(1)}'")
    do(start, basis(1))
    assert state(1) == "in_progress"


def test_a_gate_holds_where_nothing_was_ever_labelled(do, basis, put, county) -> None:
    put("seized = true", f"parcel_code = '{code(1)}'")
    do(approve, basis(1), HAND)
    with pytest.raises(GateHolds):
        do(start, basis(1))


def test_a_plan_by_hand_without_a_unit_has_that_of_its_rule(do, basis, county) -> None:
    do(approve, basis(1), HAND)
    plan = do(standing, code(1))["plan"]
    assert plan["agency"] == "自然资源主管部门"
    assert all(step["agency"] for step in plan["steps"])


def test_a_plan_by_hand_is_due_when_its_last_step_is(do, basis, county) -> None:
    do(approve, basis(1), Decision(Label.SELL, "free_reclaim", "专题会议确定"))
    plan = do(standing, code(1))["plan"]
    assert plan["due_on"] == max(step["due_on"] for step in plan["steps"])


def test_a_plan_that_changed_while_on_hold_resumes_to_the_state_before(do, basis, started, planned, state) -> None:
    started(1)
    do(take, basis(1), Step.HOLD, By(reason="待论证"))
    planned(1, measure="swap")
    assert state(1) == "on_hold"
    do(take, basis(1), Step.RESUME, By(reason="论证完成"))
    assert state(1) == "in_progress"


def test_a_step_is_another_role_s(do, basis, county) -> None:
    with pytest.raises(RoleMayNot) as refused:
        do(approve, basis(1), HAND, by=By(Role.AGENCY))
    assert "县级牵头单位" in refused.value.line("zh")
    do(approve, basis(1), HAND, by=By(Role.COUNTY))


def test_who_did_what_and_why_is_in_the_journal(do, basis, planned, ask) -> None:
    planned(1)
    do(take, basis(1), Step.HOLD, By(reason="待查"))
    told = "SELECT operation || '/' || reason || '/' || recorded_by FROM parcel_edit ORDER BY id DESC LIMIT 1"
    assert ask(told) == "hold/待查/wang"


def test_a_parcel_that_was_struck_off_takes_no_step(do, basis, county) -> None:
    do(take, basis(1), Step.REMOVE, By(reason="重复入库"))
    with pytest.raises(ParcelRetired):
        do(approve, basis(1), HAND)


def test_steps_are_done_with_a_document_of_the_parcel(do, basis, planned, paper) -> None:
    planned(1)
    with pytest.raises(DayInFuture):
        do(change_step, code(1), 1, 1, {"done_on": today() + timedelta(days=1)})
    with pytest.raises(ProofOfAnother):
        do(change_step, code(1), 1, 1, {"done_on": today()}, document_id=paper(2))
    row = do(change_step, code(1), 1, 1, {"done_on": today()}, document_id=paper(1))
    assert (row["version"], row["done_on"]) == (2, today())
    with pytest.raises(StaleRecord):
        do(change_step, code(1), 1, 1, {"leader": "丙"})
    with pytest.raises(NoSuchStep):
        do(change_step, code(1), 99, 1, {"leader": "丙"})


def test_steps_due_come_with_the_days_they_are_overdue(do, basis, county, closed) -> None:
    late = PlannedStep(Text("约谈", "Interview"), "示例局", date(2026, 1, 1))
    do(approve, basis(1), HAND, steps=[late], on=date(2025, 12, 1))
    do(approve, basis(2), HAND, charge=Charge(leader="乙"), steps=[PlannedStep(Text("开工", "Start"), None, None)])
    closed(3)
    page = do(steps_due, "149901", as_of=date(2026, 1, 31))
    assert [(row["parcel_code"], row["overdue_days"]) for row in page.items] == [(code(1), 30), (code(2), None)]
    assert [row["parcel_code"] for row in do(steps_due, "149901", overdue=True).items] == [code(1)]
    assert [row["parcel_code"] for row in do(steps_due, "149901", leader="乙").items] == [code(2)]


def test_steps_left_undone_of_a_plan_by_which_a_parcel_was_closed_are_due_no_more(
    do, basis, submitted, closed, county
) -> None:
    """Nor when it is closed no longer: on hold after the relapse, and with a new plan only the steps of that."""
    submitted(2)
    closed(1)
    closed(3)
    do(undo, code(3), basis(3).version)

    def due() -> set[str]:
        (drawn,) = [row for row in do(parcels_of, "149901", None) if row["parcel_code"] == code(1)]
        listed = {row["parcel_code"] for row in do(steps_due, "149901", overdue=True).items}
        assert (code(1) in listed) == bool(drawn["next_step_on"]) == bool(do(standing, code(1))["next_step"])
        return listed

    assert due() == {code(2), code(3)}, "an acceptance that was undone closed nothing"
    for step in (Step.RELAPSE, Step.HOLD):
        do(take, basis(1), step, By(reason="复查闲置"))
        assert due() == {code(2), code(3)}
    (drawn,) = [row for row in do(parcels_of, "149901", None) if row["parcel_code"] == code(1)]
    assert drawn["due_on"] is None
    do(take, basis(1), Step.RESUME, By(reason="查清"))
    with pytest.raises(NoAdvice):  # what was decided is done with; nobody has labelled this county
        do(approve, basis(1))
    interview = PlannedStep(Text("约谈", "Interview"), None, today())
    do(approve, basis(1), HAND, charge=Charge(due_on=today()), steps=[interview])
    assert code(1) in {row["parcel_code"] for row in do(steps_due, "149901").items}


def test_the_history_of_a_step_is_kept(do, planned, ask) -> None:
    planned(1)
    do(change_step, code(1), 1, 1, {"leader": "丙"})
    assert ask("SELECT content ->> 'leader' IS NULL FROM record_version WHERE table_name = 'plan_step'") is True


def test_the_application_can_not_rewrite_a_step_s_stamp(do, planned) -> None:
    planned(1)
    with pytest.raises(Exception, match=r"(?i)permission|权限|denied|access"):
        do(lambda c: c.execute(text("UPDATE plan_step SET recorded_by = 'somebody'")))


def test_an_unknown_parcel_is_told(do, county) -> None:
    with pytest.raises(ParcelNotFound):
        do(approve, Basis("149901-9999999", 1), HAND)


@pytest.mark.parametrize(
    ("steps", "ends"),
    [
        ([("calendar", 5)], [date(2026, 11, 25)]),
        ([("calendar", 1)], [date(2026, 11, 23)]),
        ([("working", 3)], [date(2026, 11, 25)]),
        ([("calendar", 1), ("calendar", 2)], [date(2026, 11, 23), date(2026, 11, 25)]),
        ([("working", 1), ("calendar", 5)], [date(2026, 11, 23), date(2026, 11, 30)]),
    ],
)
def test_steps_end_on_working_days_one_after_the_other(steps, ends) -> None:
    """From a Friday; the 28th is a Saturday."""
    named = [MeasureStep(zh="步", en="step", agency="示例局", days=days, counted=counted) for counted, days in steps]
    assert step_ends(named, date(2026, 11, 20), load_calendar(PROJECT_DIR / "data")) == ends


@pytest.mark.parametrize(("label", "measure"), [(Label.USE, "own_use"), (Label.USE, "transfer")])
def test_a_measure_of_another_kind_or_label_is_no_plan(do, basis, label, measure) -> None:
    with pytest.raises(MeasureNotOfKind) as refused:
        do(approve, basis(1), Decision(label, measure, "会议"))
    assert "sell:transfer" in refused.value.line("zh")


# -- the law and the words of a plan, and its days


def test_a_plan_by_hand_has_the_law_of_its_own_measure(do, basis, county) -> None:
    run_plan(county, Actor("wang", "test"), "149901", as_of=today())
    do(approve, basis(1), Decision(Label.SELL, "free_reclaim", "领导定"))
    law = next(rule.basis for rule in load_ruleset().rules.rules if rule.measure == "free_reclaim")
    found = do(explain, code(1))
    assert (do(standing, code(1))["plan"]["basis"], found["basis"]) == (law, law)
    assert found["trace"]["rules"][-1]["basis"] != law
    do(lambda c: c.execute(text("UPDATE plan SET basis = NULL")))  # as recorded before
    read = "SELECT basis FROM parcel_current WHERE parcel_code = :code"
    shown = do(lambda c: c.execute(text(read), {"code": code(1)}).scalar_one())
    assert (do(explain, code(1))["basis"], shown) == (law, law)


def test_a_plan_that_adopts_the_advice_has_its_reason_in_both_languages(do, basis, county) -> None:
    run_plan(county, Actor("wang", "test"), "149901", as_of=today())
    before = do(explain, code(1))["reason"]
    do(approve, basis(1))
    assert do(explain, code(1))["reason"] == before
    read = "SELECT reason_zh, reason_en FROM parcel_current WHERE parcel_code = :code"
    shown = do(lambda c: c.execute(text(read), {"code": code(1)}).one())
    assert tuple(shown) == (before["zh"], before["en"])
    assert before["en"].isascii()
    do(approve, basis(1), Decision(Label.SELL, "buy_back", "专题会议确定"))
    assert do(lambda c: c.execute(text(read), {"code": code(1)}).one()).reason_en == "专题会议确定"


def test_nothing_is_due_before_the_approval_and_no_step_after_the_plan(do, basis, county) -> None:
    day, end = date(2026, 3, 2), date(2026, 6, 30)
    with pytest.raises(DayInFuture):
        do(approve, basis(1), HAND, on=today() + timedelta(days=1))
    with pytest.raises(DayTooEarly, match="the day of the plan's approval 2026-03-02"):
        do(approve, basis(1), HAND, charge=Charge(due_on=date(2026, 3, 1)), on=day)
    with pytest.raises(DayTooEarly):
        do(approve, basis(1), HAND, charge=Charge(due_on=today() - timedelta(days=1)))
    for due, fault in ((date(2026, 3, 1), DayTooEarly), (date(2026, 7, 1), StepAfterPlan)):
        with pytest.raises(fault):
            do(approve, basis(1), HAND, charge=Charge(due_on=end), on=day,
               steps=[PlannedStep(Text("约谈", "Interview"), None, due)])  # fmt: skip
    do(approve, basis(1), HAND, charge=Charge(due_on=end), on=day)
    plan = do(standing, code(1))["plan"]
    assert (plan["approved_on"], plan["due_on"]) == (day, end)
    assert all(day <= step["due_on"] <= end for step in plan["steps"])
    for due, fault in ((date(2026, 3, 1), DayTooEarly), (date(2026, 7, 1), StepAfterPlan)):
        with pytest.raises(fault):
            do(change_step, code(1), 1, 1, {"due_on": due})
    do(change_step, code(1), plan["steps"][-1]["step_no"], 1, {"due_on": end})


def test_a_plan_without_a_day_is_due_with_the_last_of_its_steps(do, basis, county) -> None:
    steps = [PlannedStep(Text("约谈", "Interview"), None, date(2026, 5, 4))]
    do(approve, basis(1), HAND, steps=steps, on=date(2026, 3, 2))
    assert do(standing, code(1))["plan"]["due_on"] == date(2026, 5, 4)


def test_a_decision_is_not_due_before_the_day_it_is_recorded(do, basis, county) -> None:
    run_plan(county, Actor("wang", "test"), "149901", as_of=today())
    words = {"reason": "专题会议确定", "document": "会议纪要〔2026〕1号", "due_on": today() - timedelta(days=1)}
    with pytest.raises(DayTooEarly):
        do(lambda c: override(c, code(1), label=Label.SELL, measure="buy_back", **words))


def test_no_step_is_due_before_the_one_in_front_of_it(do, basis, county) -> None:
    first, second = date(2026, 5, 4), date(2026, 6, 1)
    words = [Text("约谈", "Interview"), Text("复核", "Check"), Text("开工", "Start")]

    def steps(*days: date | None) -> list[PlannedStep]:
        return [PlannedStep(title, None, day) for title, day in zip(words, days, strict=True)]

    with pytest.raises(StepBeforeFormer) as refused:
        do(approve, basis(1), HAND, steps=steps(second, None, first), on=date(2026, 3, 2))
    assert "第 3 步的期限 2026-05-04 早于前面第 1 步的期限 2026-06-01" in refused.value.line("zh")
    do(approve, basis(1), HAND, steps=steps(first, None, second), on=date(2026, 3, 2))
    do(change_step, code(1), 1, 1, {"due_on": second})
    with pytest.raises(StepBeforeFormer):
        do(change_step, code(1), 3, 1, {"due_on": first})
    do(change_step, code(1), 1, 2, {"done_on": date(2026, 4, 1)})
    do(change_step, code(1), 3, 1, {"due_on": first})
