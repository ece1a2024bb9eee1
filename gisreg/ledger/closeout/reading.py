"""Where a parcel stands: its plan with steps, submissions, investigations, and what may come next."""

from typing import Any

from sqlalchemy import Connection, Table, select

from gisreg.db.models import CloseOut, CloseOutProof, Investigation, Parcel, Plan, PlanCharge, PlanStep
from gisreg.ledger.closeout.dated import steps_dated
from gisreg.ledger.closeout.moves import closed_by, suits
from gisreg.ledger.closeout.open_steps import open_steps
from gisreg.ledger.closeout.parts import in_part
from gisreg.ledger.closeout.proofs import missing_for
from gisreg.ledger.closeout.quotas import told_of
from gisreg.ledger.closeout.rulebook import CloseOutRules, closeout_rules
from gisreg.ledger.closeout.words import Step
from gisreg.parcels.read import Row
from gisreg.planning.holding import rules_of
from gisreg.records import parcel_key
from gisreg.vocab import Kind

STATE_FACTS = ("parcel_code", "kind", "state", "version", "name", "determined_on", "supervision_no")


def standing(connection: Connection, parcel_code: str) -> Row:
    """All about the plan and the close-out of a parcel, whether its number is in use or not.

    Raises:
        ParcelNotFound.
    """
    key = parcel_key(connection, parcel_code, in_use=False)["id"]
    table: Table = Parcel.__table__  # type: ignore[assignment]  # the declarative base says FromClause
    parcel = dict(connection.execute(select(table).where(table.c.id == key)).mappings().one())
    rules = closeout_rules()
    plans = _plans(connection, key)
    live = next((plan for plan in plans if plan["ended_at"] is None), None)
    investigations = _rows(connection, Investigation.__table__, Investigation.parcel_id == key)
    return {
        **{name: parcel[name] for name in STATE_FACTS},
        "possible": _possible(rules, parcel, investigations, closed_by(connection, key)),
        "plan": live,
        "next_step": _next(connection, parcel, live),
        "steps_dated": steps_dated(connection, key),
        "closing": ways_for(connection, rules, parcel, live["measure"]) if live else [],
        "former_plans": [plan for plan in plans if plan["ended_at"] is not None],
        "quotas": told_of(connection, parcel) if parcel["kind"] == Kind.IDLE_FACTORY else [],
        "close_outs": _close_outs(connection, key),
        "investigations": investigations,
    }


def _possible(rules: CloseOutRules, parcel: Row, investigations: list[Row], closed: str | None) -> list[str]:
    """What the state allows; an investigation begins once, and a finding is of one that is under way; some steps are
    only of what was closed out by some measures."""
    under_way = any(one["finding"] is None for one in investigations)
    not_now = (Step.INVESTIGATE,) if under_way else (Step.DETERMINE, Step.CLEAR)
    state, kind = parcel["state"], parcel["kind"]
    allowed = [step for step in rules.possible(state, kind) if step not in not_now]
    return [str(step) for step in allowed if (way := rules.transition(step, state, kind)) and suits(way, closed)]


def _rows(connection: Connection, table: Any, where: Any, *order: Any) -> list[Row]:
    listed = select(table).where(where).order_by(*(order or (table.c.id,)))
    return [dict(row) for row in connection.execute(listed).mappings()]


def _plans(connection: Connection, parcel_id: int) -> list[Row]:
    plan, charge = Plan.__table__, PlanCharge.__table__
    wanted = (
        select(plan, charge.c.origin, charge.c.run_id, charge.c.rule, charge.c.person)
        .join(charge, charge.c.plan_id == plan.c.id, isouter=True)
        .where(plan.c.parcel_id == parcel_id)
        .order_by(plan.c.id.desc())
    )
    plans = [dict(row) for row in connection.execute(wanted).mappings()]
    keys = [one["id"] for one in plans]
    steps = _rows(connection, PlanStep.__table__, PlanStep.plan_id.in_(keys), PlanStep.plan_id, PlanStep.step_no)
    for one in plans:
        one["steps"] = [step for step in steps if step["plan_id"] == one["id"]]
    return plans


def _next(connection: Connection, parcel: Row, plan: Row | None) -> Row | None:
    """The first step that is still to be taken."""
    if plan is None:
        return None
    wanted = open_steps(parcel["county_code"]).where(Plan.id == plan["id"]).with_only_columns(PlanStep.step_no)
    to_take = connection.scalars(wanted.order_by(PlanStep.step_no)).first()
    return next((step for step in plan["steps"] if step["step_no"] == to_take), None)


def _close_outs(connection: Connection, parcel_id: int) -> list[Row]:
    table = CloseOut.__table__
    wanted = select(table, in_part().label("in_part")).where(table.c.parcel_id == parcel_id).order_by(table.c.id)
    told = [dict(row) for row in connection.execute(wanted).mappings()]
    keys = [one["id"] for one in told]
    proofs = _rows(
        connection, CloseOutProof.__table__, CloseOutProof.close_out_id.in_(keys), CloseOutProof.proof,
        CloseOutProof.document_id,
    )  # fmt: skip
    for one in told:
        one["proofs"] = [
            {"proof": proof["proof"], "document_id": proof["document_id"]}
            for proof in proofs
            if proof["close_out_id"] == one["id"]
        ]
    return told


def ways_for(connection: Connection, rules: CloseOutRules, parcel: Row, measure: str) -> list[Row]:
    """What would close the parcel by a measure; nothing where the measure is only a step on the way."""
    known = rules_of(connection, parcel["county_code"]).rules.measures.get(measure)
    if known is not None and not known.closes and not rules.ended_by(parcel["kind"], measure):
        return []
    return [
        {
            "way": way.id, "title": way.title.text._asdict(), "confirmed": way.confirmed,
            "needs": [{"proof": need, "title": rules.need_title(need)._asdict()} for need in way.needs],
            "fields": list(way.fields),
            "missing": [one._asdict() for one in missing_for(rules, way, parcel, frozenset())],
        }
        for way in rules.ways_of(parcel["kind"], measure)
    ]  # fmt: skip


def proof_table() -> list[Row]:
    """The whole table of what closes a parcel of which kind, by which measure, and what is not enough."""
    rules = closeout_rules()
    weak = [{"proof": name, "title": proof.text._asdict()} for name, proof in rules.proofs.items() if not proof.enough]
    return [
        {
            "kind": str(way.kind), "way": way.id, "title": way.title.text._asdict(), "measures": list(way.measures),
            "needs": [{"proof": need, "title": rules.need_title(need)._asdict()} for need in way.needs],
            "fields": list(way.fields), "confirmed": way.confirmed, "not_enough": weak,
        }
        for way in rules.ways
    ]  # fmt: skip


def transitions() -> list[Row]:
    """Which step leads from which states to which, and whose it is."""
    return [
        {
            "step": str(one.step), "title": one.step.titles._asdict(),
            "from": [str(state) for state in one.source], "to": one.to,
            "kinds": [str(kind) for kind in one.kinds], "measures": list(one.measures),
            "roles": [str(role) for role in one.roles], "reason": one.reason,
        }
        for one in closeout_rules().transitions
    ]  # fmt: skip
