"""One plan per parcel (一地一策): approved from the advice or by hand, with its steps; the plans before it are kept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, RowMapping, case, func, insert, select, text, update

from gisreg.days import today
from gisreg.db.models import Plan, PlanCharge, PlanStep
from gisreg.db.models.common import ACTOR
from gisreg.db.sql import load
from gisreg.ledger.closeout.dated import came_again
from gisreg.ledger.closeout.errors import (
    DecisionIncomplete,
    GateHolds,
    MeasureUnknown,
    NoAdvice,
    NoPlan,
    NoSuchStep,
    StepAfterPlan,
    StepBeforeFormer,
)
from gisreg.ledger.closeout.moves import By, Move, begin, require_after, require_past
from gisreg.ledger.closeout.open_steps import carried_out
from gisreg.ledger.closeout.proofs import require_documents_of
from gisreg.ledger.closeout.roles import note_role, require_role
from gisreg.ledger.closeout.rulebook import closeout_rules
from gisreg.ledger.closeout.words import Origin, Role, Step, term
from gisreg.parcels.editing import Basis, Edited
from gisreg.parcels.read import Row
from gisreg.planning.clock.workdays import Calendar, load_calendar
from gisreg.planning.decisions import MeasureNotOfKind
from gisreg.planning.held import tell_of_plan
from gisreg.planning.holding import holding, rule_for, rules_of
from gisreg.planning.ruleset import Measure, Rule, RuleSet, read_ruleset
from gisreg.planning.ruleset import Step as MeasureStep
from gisreg.records import Book, RecordBasis, lock_basis, parcel_key, write
from gisreg.settings import PROJECT_DIR
from gisreg.text import Text
from gisreg.vocab import Kind, Label

STEPS = Book(
    PlanStep, "id", Text("方案步骤", "plan step"),
    ("agency", "person", "leader", "due_on", "done_on", "note"),
)  # fmt: skip
APPROVED = Text("方案批准日", "the day of the plan's approval")
CHANGING = Text("更改方案步骤", "change a step of the plan")
DATA_DIR = PROJECT_DIR / "data"
DEFAULT_DAYS = 90
"""Where neither the rule nor its steps say how long."""


@dataclass(frozen=True)
class Charge:
    """Who answers for a plan, and until when."""

    agency: str | None = None
    person: str | None = None
    leader: str | None = None
    due_on: date | None = None

    def else_of(self, before: "Charge") -> "Charge":
        """What is not said here, as it was before."""
        return Charge(**{name: said if said is not None else vars(before)[name] for name, said in vars(self).items()})


@dataclass(frozen=True)
class Decision:
    """What people decide against, or without, the advice."""

    label: Label | None
    measure: str
    reason: str
    basis: str | None = None
    document: str | None = None


@dataclass(frozen=True)
class PlannedStep:
    """A step of a plan that is to be approved."""

    title: Text
    agency: str | None
    due_on: date | None


@dataclass(frozen=True)
class Approved:
    """A plan that was approved, and the edit by which the parcel moved on."""

    plan_id: int
    edit: Edited

    def as_json(self) -> Row:
        """For programs."""
        return {"plan_id": self.plan_id, **self.edit.as_json()}


@dataclass(frozen=True)
class _Draft:
    """A plan before it is written."""

    label: str
    measure: str
    reason: str
    basis: str | None
    agency: str | None
    due_on: date
    steps: list[PlannedStep]
    """Those of the measure, counted from the approval."""
    origin: Origin
    run_id: int | None = None
    rule: str | None = None
    document: str | None = None


def approve(
    connection: Connection,
    basis: Basis,
    decision: Decision | None = None,
    *,
    charge: Charge | None = None,
    steps: Sequence[PlannedStep] = (),
    by: By | None = None,
    on: date | None = None,
) -> Approved:
    """Approve a plan: what people decide, or decided before and did not release, else the advice in force. A plan that
    was in force ends and is kept; who answered for what people decided, until when, goes on unless it is said anew.
    What is due is counted from the day of approval, today unless it is said.

    Raises:
        NoAdvice, DecisionIncomplete, MeasureUnknown, MeasureNotOfKind, DayInFuture, DayTooEarly, StepAfterPlan,
        StepBeforeFormer, StepNotPossible, RoleMayNot, StaleVersion, ParcelNotFound, ParcelRetired.
    """
    day = on or today()
    require_past("approved_on", day)
    move = begin(connection, basis, Step.PLAN, by or By())
    for earlier, what in came_again(connection, move.parcel_id):
        require_after("approved_on", day, earlier, what)
    who = charge or Charge()
    if decision is None:
        decision, before = _decided_before(connection, move.parcel_id)
        who = who.else_of(before)
    if decision is None:
        draft = _adopted(connection, move.parcel_id, move.code, day)
    else:
        draft = _decided(rules_of(connection, move.county).rules, decision, term(Kind, move.subject.row["kind"]), day)
    due_on = who.due_on or _due_on(draft, steps)
    planned = list(steps) or _within(draft.steps, due_on)
    _require_due_in_order(day, due_on, planned)
    plan_id = _store(connection, move, draft, replace(who, due_on=due_on), day)
    _store_steps(connection, move.county, plan_id, draft, who, planned=planned)
    tell_of_plan(connection, move.parcel_id)
    return Approved(plan_id, move.done())


def _decided_before(connection: Connection, parcel_id: int) -> tuple[Decision | None, Charge]:
    """What people decided and nobody released, and who answers for it: no plan goes back to the advice unasked. One by
    which the parcel was closed out is done with, and its days are over."""
    wanted = (
        select(*Plan.__table__.columns, PlanCharge.person)
        .outerjoin(PlanCharge, PlanCharge.plan_id == Plan.id)
        .where(Plan.parcel_id == parcel_id, Plan.ended_at.is_(None), ~carried_out())
        .where(func.coalesce(PlanCharge.origin, str(Origin.HAND)) == str(Origin.HAND))
    )
    found = connection.execute(wanted).one_or_none()
    if found is None:
        return None, Charge()
    decision = Decision(term(Label, found.label), found.measure, found.reason, found.basis, found.document)
    return decision, Charge(found.agency, found.person, found.leader, found.due_on)


def _adopted(connection: Connection, parcel_id: int, code: str, day: date) -> _Draft:
    advice = advice_on(connection, parcel_id)
    if advice is None:
        raise NoAdvice(where=code, parcel_code=code)
    measure = read_ruleset(advice["ruleset_toml"]).rules.measures[advice["measure"]]
    days = advice["days_allowed"] or DEFAULT_DAYS
    return _Draft(
        label=advice["label"], measure=advice["measure"], reason=advice["reason_zh"], basis=advice["basis"],
        agency=advice["agency"], due_on=day + timedelta(days=days),
        steps=_steps_of(measure, advice["agency"], days, day), origin=Origin.LABEL, run_id=advice["run_id"],
        rule=advice["rule"],
    )  # fmt: skip


def _decided(rules: RuleSet, decision: Decision, kind: Kind, day: date) -> _Draft:
    missing = [name for name in ("label", "measure", "reason") if not str(getattr(decision, name) or "").strip()]
    if missing:
        raise DecisionIncomplete(where=missing[0], fields=", ".join(missing))
    measure = rules.measures.get(decision.measure)
    if measure is None:
        raise MeasureUnknown(where="measure", measure=decision.measure, known=", ".join(rules.measures))
    rule = _rule_of(rules, decision, kind)
    steps = _steps_of(measure, rule.agency, DEFAULT_DAYS, day)
    return _Draft(
        label=str(decision.label), measure=decision.measure, reason=decision.reason.strip(),
        basis=decision.basis or rule.basis, agency=rule.agency,
        due_on=steps[-1].due_on or day + timedelta(days=DEFAULT_DAYS), steps=steps, origin=Origin.HAND,
        document=decision.document,
    )  # fmt: skip


def _rule_of(rules: RuleSet, decision: Decision, kind: Kind) -> Rule:
    """The rule by which the measure stands under the label for the parcel's kind.

    Raises:
        MeasureNotOfKind.
    """
    found = rule_for(rules.rules, kind, str(decision.label), decision.measure)
    if found is None:
        there = dict.fromkeys(f"{rule.label}:{rule.measure}" for rule in rules.rules if rule.kind == kind)
        raise MeasureNotOfKind(
            where="measure", kind=kind.en, kind_zh=kind.zh, label=str(decision.label), measure=decision.measure,
            known=", ".join(there),
        )  # fmt: skip
    return found


def advice_on(connection: Connection, parcel_id: int) -> RowMapping | None:
    """The label of the run in force, whatever plan there is."""
    found = connection.execute(text(load("gisreg.ledger.closeout", "advice.sql")), {"parcel_id": parcel_id})
    return found.mappings().one_or_none()


def _steps_of(measure: Measure, agency: str | None, days: int, day: date) -> list[PlannedStep]:
    """The steps of a measure one after the other from a day; a measure without any is one step itself."""
    ends = step_ends(measure.steps, day, load_calendar(DATA_DIR))
    planned = [PlannedStep(step.text, step.agency, end) for step, end in zip(measure.steps, ends, strict=True)]
    return planned or [PlannedStep(measure.text, agency, day + timedelta(days=days))]


def _due_on(draft: _Draft, given: Sequence[PlannedStep]) -> date:
    """Where nobody says it: when the last step is due; steps without a day leave it to the measure's days."""
    dues = [step.due_on for step in given or draft.steps if step.due_on is not None]
    if given and len(dues) == len(given):
        return max(dues)
    return max([draft.due_on, *dues])


def _within(steps: Sequence[PlannedStep], due_on: date) -> list[PlannedStep]:
    """The steps of a measure, none later than what people say of the plan."""
    return [replace(step, due_on=min(step.due_on, due_on)) if step.due_on else step for step in steps]


def _require_due_in_order(day: date, due_on: date, steps: Sequence[PlannedStep]) -> None:
    """Nothing is due before the approval, no step after the plan, and none before a step in front of it.

    Raises:
        DayTooEarly, StepAfterPlan, StepBeforeFormer.
    """
    require_after("due_on", due_on, day, APPROVED)
    for no, step in enumerate(steps, start=1):
        if step.due_on is not None:
            require_after(f"step {no}", step.due_on, day, APPROVED)
            _require_within_plan(no, step.due_on, due_on)
    _require_one_after_the_other([(no, step.due_on) for no, step in enumerate(steps, start=1)])


def _require_one_after_the_other(steps: Iterable[tuple[int, date | None]]) -> None:
    """Numbers and days of steps; one without a day is passed over.

    Raises:
        StepBeforeFormer.
    """
    for (former_no, former), (no, day) in pairwise((no, day) for no, day in steps if day is not None):
        if day < former:
            raise StepBeforeFormer(
                where=f"step {no}", step_no=no, day=day, former_no=former_no, former_day=former
            )  # fmt: skip


def _require_within_plan(step_no: int, day: date, due_on: date | None) -> None:
    if due_on is not None and day > due_on:
        raise StepAfterPlan(where=f"step {step_no}", step_no=step_no, day=day, due_on=due_on)


def step_ends(steps: Sequence[MeasureStep], start: date, calendar: Calendar) -> list[date]:
    """The last day of each step, counted from the end of the one before; no last day is a holiday (rules §6)."""
    ends = []
    for step in steps:
        if step.counted == "working":
            start = calendar.working_days_later(start, step.days)
        else:
            start = calendar.roll_forward(start + timedelta(days=step.days))
        ends.append(start)
    return ends


def _store(connection: Connection, move: Move, draft: _Draft, who: Charge, day: date) -> int:
    connection.execute(
        update(Plan)
        .where(Plan.parcel_id == move.parcel_id, Plan.ended_at.is_(None))
        .values(ended_at=func.now(), ended_by=ACTOR, ended_reason=f"{Step.PLAN.zh}: {draft.reason}")
    )
    plan_id: int = connection.execute(
        insert(Plan)
        .values(
            county_code=move.county, parcel_id=move.parcel_id, label=draft.label, measure=draft.measure,
            reason=draft.reason, basis=draft.basis, agency=who.agency or draft.agency, leader=who.leader,
            due_on=who.due_on, document=draft.document, approved_on=day,
        )
        .returning(Plan.id)
    ).scalar_one()  # fmt: skip
    connection.execute(
        insert(PlanCharge).values(
            county_code=move.county, plan_id=plan_id, origin=str(draft.origin), run_id=draft.run_id, rule=draft.rule,
            person=who.person,
        )
    )  # fmt: skip
    return plan_id


def _store_steps(
    connection: Connection, county: str, plan_id: int, draft: _Draft, who: Charge, *, planned: Sequence[PlannedStep]
) -> None:
    rows = [
        {
            "county_code": county, "plan_id": plan_id, "step_no": no, "title_zh": step.title.zh,
            "title_en": step.title.en, "agency": step.agency or who.agency or draft.agency, "person": who.person,
            "leader": who.leader, "due_on": step.due_on,
        }
        for no, step in enumerate(planned, start=1)
    ]  # fmt: skip
    connection.execute(insert(PlanStep), rows)


def start(connection: Connection, basis: Basis, by: By | None = None) -> Edited:
    """Work begins, unless a gate holds it.

    Raises:
        NoPlan, GateHolds, StepNotPossible, RoleMayNot, StaleVersion, ParcelNotFound, ParcelRetired.
    """
    move = begin(connection, basis, Step.START, by or By())
    plan = live_plan(connection, move.parcel_id)
    if plan is None:
        raise NoPlan(where=move.code, parcel_code=move.code)
    require_open_gates(connection, move.subject.row, move.code, plan)
    return move.done()


def require_open_gates(connection: Connection, subject: Row, code: str, plan: Row) -> None:
    """No gate of the plan's measure holds the parcel, by what is known today: what the last run saw may be settled, and
    a measure that people decided may have gates that the run did not ask.

    Raises:
        GateHolds.
    """
    loaded = rules_of(connection, subject["county_code"])
    rule = rule_for(loaded.rules.rules, subject["kind"], plan["label"], plan["measure"])
    gates = holding(connection, loaded, subject["id"], term(Kind, subject["kind"]), rule, as_of=today())
    if gates:
        raise GateHolds(
            where=code, parcel_code=code, gates=[gate.id for gate in gates],
            gates_zh="、".join(gate.title.zh for gate in gates),
            gates_en=", ".join(gate.title.en for gate in gates),
        )  # fmt: skip


def live_plan(connection: Connection, parcel_id: int) -> Row | None:
    """The plan in force."""
    wanted = select(Plan.__table__).where(Plan.parcel_id == parcel_id, Plan.ended_at.is_(None))
    found = connection.execute(wanted).mappings().one_or_none()
    return dict(found) if found else None


def step_of(connection: Connection, parcel_code: str, step_no: int) -> Row:
    """A step of the plan in force.

    Raises:
        ParcelNotFound, NoPlan, NoSuchStep.
    """
    parcel = parcel_key(connection, parcel_code)
    plan = live_plan(connection, parcel["id"])
    if plan is None:
        raise NoPlan(where=parcel_code, parcel_code=parcel_code)
    table = STEPS.table
    wanted = select(table).where(table.c.plan_id == plan["id"], table.c.step_no == step_no)
    found = connection.execute(wanted).mappings().one_or_none()
    if found is None:
        raise NoSuchStep(where=str(step_no), parcel_code=parcel_code, step_no=step_no)
    return dict(found)


def change_step(
    connection: Connection,
    parcel_code: str,
    step_no: int,
    based_on: int,
    values: Mapping[str, Any],
    *,
    document_id: int | None = None,
    role: Role | None = None,
) -> Row:
    """Who does a step, until when, and that it is done, with the document that shows it.

    Raises:
        RoleMayNot, RoleNotHeld, NoPlan, NoSuchStep, StaleRecord, DayInFuture, DayTooEarly, StepAfterPlan,
        StepBeforeFormer, ProofOfAnother, FieldUnknown, ValueUnusable, NothingChanges, ParcelNotFound, ParcelRetired.
    """
    found = step_of(connection, parcel_code, step_no)
    require_role(connection, CHANGING, closeout_rules().plan_steps.roles, role)
    note_role(connection, role)
    row = lock_basis(connection, STEPS, found["county_code"], RecordBasis(found["id"], based_on))
    read = STEPS.read(values)
    if read.get("done_on") is not None:
        require_past("done_on", read["done_on"])
    if read.get("due_on") is not None:
        _require_step_in_order(connection, found, read["due_on"])
    if document_id is not None:
        require_documents_of(connection, parcel_key(connection, parcel_code)["id"], parcel_code, [document_id])
        read["document_id"] = document_id
    return write(connection, STEPS, row, read)


def _require_step_in_order(connection: Connection, step: Row, day: date) -> None:
    wanted = select(Plan.approved_on, Plan.due_on).where(Plan.id == step["plan_id"])
    plan = connection.execute(wanted).one()
    if plan.approved_on is not None:
        require_after("due_on", day, plan.approved_on, APPROVED)
    _require_within_plan(step["step_no"], day, plan.due_on)
    wanted_on = case((PlanStep.id == step["id"], day), else_=PlanStep.due_on)
    others = select(PlanStep.step_no, wanted_on).where(PlanStep.plan_id == step["plan_id"])
    # a step that is done no longer waits: those after it may be brought forward
    waiting = others.where(PlanStep.done_on.is_(None) | (PlanStep.id == step["id"])).order_by(PlanStep.step_no)
    _require_one_after_the_other((row[0], row[1]) for row in connection.execute(waiting))
