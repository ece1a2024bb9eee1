"""Submit a parcel for its close-out with proofs and results; the upper level accepts or returns it. Quotas that are
taken back in part are booked, and the parcel stays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from gisreg.days import today
from gisreg.db.models import CloseOut, CloseOutProof, PlanStep
from gisreg.ledger.closeout.errors import (
    AreaNotKnown,
    AreaTooLarge,
    DisposableTooLarge,
    MeasureDoesNotClose,
    NoPlan,
    NoSubmission,
    QuantityWithoutUnit,
)
from gisreg.ledger.closeout.kin import by_number, hand_over, price_of_part, require_own
from gisreg.ledger.closeout.moves import By, Move, begin, require_after, require_past
from gisreg.ledger.closeout.plans import APPROVED, live_plan, require_open_gates
from gisreg.ledger.closeout.proofs import BOOKING, require_documents_of, require_proof
from gisreg.ledger.closeout.quotas import (
    BEFORE_DECISION,
    BEFORE_SUBMISSION,
    QUOTAS,
    RECLAIMING,
    left_after,
    require_all_taken,
    require_amount,
    require_held,
)
from gisreg.ledger.closeout.words import CloseOutStatus, Step
from gisreg.parcels.editing import Basis, Edited
from gisreg.parcels.overlaps import tolerance_m2
from gisreg.parcels.read import Row
from gisreg.planning.holding import rules_of
from gisreg.records import Book, unusable, write
from gisreg.text import Text

RESULTS = (
    "income_wan", "treasury_wan", "disposable_wan", "social_benefit", "quantity", "quantity_unit", "energy_tce",
    "water_t", "case_note",
)  # fmt: skip
CLOSE_OUTS = Book(CloseOut, "id", Text("销号上报", "submission"), RESULTS)

DECISIONS = (
    (CloseOutStatus.RETURNED, Text("上次退回日", "the last return")),
    (CloseOutStatus.ACCEPTED, Text("上次销号或收回日", "the last close-out")),
)
"""What a later submission follows."""


@dataclass(frozen=True)
class Submission:
    """What is submitted."""

    proofs: Sequence[tuple[str, int]]
    """Kind of proof and document, pair by pair."""
    submitted_on: date | None = None
    ledger_month: date | None = None
    """Any day of the month whose ledger it belongs to; that of the submission unless given."""
    area_m2: float | None = None
    """For a part of the parcel: its land area, which is carved off."""
    direction: float = 0.0
    results: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Submitted:
    """What was submitted, under which number of a parcel, and by which way of rules §4."""

    close_out: Row
    parcel_code: str
    way: str
    edits: list[Edited]

    def as_json(self) -> Row:
        """For programs."""
        return {
            "close_out": self.close_out, "parcel_code": self.parcel_code, "way": self.way,
            "edits": [edit.as_json() for edit in self.edits],
        }  # fmt: skip


def submit(connection: Connection, basis: Basis, given: Submission, by: By | None = None) -> Submitted:
    """Submit a parcel, or a part of it, which then gets a number of its own.

    Raises:
        ProofMissing, ProofUnknown, ProofOfAnother, ProvesAnother, SameDocumentTwice, MeasureDoesNotClose, NoPlan,
        GateHolds, DayInFuture, DayTooEarly, DisposableTooLarge, QuantityWithoutUnit, QuotaTooLarge, QuotasStillHeld,
        AmountMissing, AreaTooLarge, AreaNotKnown, ValueUnusable, FieldUnknown, StepNotPossible, RoleMayNot,
        StaleVersion, ParcelNotFound, ParcelRetired; of a part also what carving raises.
    """
    who = by or By()
    day, month = _days(given)
    results = _results(given.results)
    move = begin(connection, basis, Step.SUBMIT, who)
    _require_day_in_order(connection, move, day)
    edits = []
    if given.area_m2 is not None and _is_part(connection, move, given.area_m2):
        carved, basis = _carve(connection, move, basis, given)
        edits.append(carved)
        move = begin(connection, basis, Step.SUBMIT, who)
    plan = _closing_plan(connection, move)
    way = require_proof(move.rules, move.subject.row, plan["measure"], given.proofs)
    require_documents_of(connection, move.parcel_id, move.code, [document for _proof, document in given.proofs])
    require_own(connection, move, way, given.proofs)
    _require_quotas(connection, move, plan["measure"], results, BEFORE_SUBMISSION)
    stored = _store(connection, move, plan, {**_land_of(move), **results, **_dated(move, day, month)})
    _store_proofs(connection, stored, given.proofs)
    edits.append(move.done())
    return Submitted(stored, move.code, way.id, edits)


def reclaim(connection: Connection, basis: Basis, given: Submission, by: By | None = None) -> Submitted:
    """Book quotas that are taken back while others stay: they leave the parcel, which stays where it is and is counted
    as before. Such a close-out is one of no land, by the measure of quotas whatever the plan's; one after another they
    add up, and the last submission closes.

    Raises:
        AmountMissing, QuotaTooLarge, ProofMissing and otherwise as :func:`submit`.
    """
    day, month = _days(given)
    results = _results(given.results)
    who = by or By()
    move = begin(connection, basis, Step.RECLAIM, who)
    _require_day_in_order(connection, move, day)
    plan = _plan_of(connection, move)
    _require_open(connection, move, plan)
    way = require_proof(move.rules, move.subject.row, RECLAIMING, given.proofs, BOOKING)
    require_documents_of(connection, move.parcel_id, move.code, [document for _proof, document in given.proofs])
    require_amount(move, results)
    require_held(move, results)
    booked = {"status": str(CloseOutStatus.ACCEPTED), "decided_on": day, "decision_note": _note_of(who)}
    no_land = {"area_m2": 0.0, "floor_area_m2": 0.0}
    dated = _dated(move, day, month)
    stored = _store(connection, move, {**plan, "measure": RECLAIMING}, {**no_land, **results, **dated, **booked})
    _store_proofs(connection, stored, given.proofs)
    move.values.update(left_after(move.subject.row, results))
    return Submitted(stored, move.code, way.id, [move.done()])


def _dated(move: Move, day: date, month: date) -> Row:
    return {"submitted_on": day, "ledger_month": month, "late": is_late(day, month, move.rules.submission.last_day)}


def _days(given: Submission) -> tuple[date, date]:
    day = given.submitted_on or today()
    require_past("submitted_on", day)
    month = (given.ledger_month or day).replace(day=1)
    if month > day:
        raise unusable("ledger_month", month, Text("不晚于上报当月", "not after the month of the submission"))
    return day, month


def _require_day_in_order(connection: Connection, move: Move, day: date) -> None:
    """A submission is not before what it rests on: a day before the 25th cannot be had by dating it back.

    Raises:
        DayTooEarly.
    """
    plan = live_plan(connection, move.parcel_id) or {}
    last_step = select(func.max(PlanStep.done_on)).where(PlanStep.plan_id == plan.get("id"))
    decided = select(func.max(CloseOut.decided_on)).where(CloseOut.parcel_id == move.parcel_id)
    for earlier, what in (
        (move.subject.row["determined_on"], Text("认定日", "the determination")),
        (plan.get("approved_on"), APPROVED),
        (connection.execute(last_step).scalar_one(), Text("方案步骤完成日", "a step of the plan done")),
        *(
            (connection.execute(decided.where(CloseOut.status == status)).scalar_one(), what)
            for status, what in DECISIONS
        ),
    ):
        if earlier is not None:
            require_after("submitted_on", day, earlier, what)


def is_late(submitted_on: date, ledger_month: date, last_day: int) -> bool:
    """Whether a submission missed its ledger: submitted on the 26th is late, on the 25th it is not."""
    return submitted_on > ledger_month.replace(day=last_day)


def _results(given: Mapping[str, Any]) -> Row:
    read = CLOSE_OUTS.read(given)
    treasury, disposable = read.get("treasury_wan"), read.get("disposable_wan")
    if disposable is not None and disposable > (treasury or 0.0):
        raise DisposableTooLarge(
            where="disposable_wan", disposable_wan=disposable, treasury_wan="—" if treasury is None else treasury
        )
    if (read.get("quantity") is None) != (read.get("quantity_unit") is None):
        raise QuantityWithoutUnit(where="quantity")
    if disposable is not None and treasury is None:
        read["treasury_wan"] = 0.0
    return read


def _land_m2(move: Move) -> float:
    row = move.subject.row
    land = row["official_area_m2"] if row["official_area_m2"] is not None else row["area_m2"]
    if land is None:
        raise AreaNotKnown(where=move.code, parcel_code=move.code)
    return float(land)


def _is_part(connection: Connection, move: Move, area_m2: float) -> bool:
    """Whether something is left that counts; a remainder below the tolerance closes with the rest."""
    if not 0 < area_m2 < float("inf"):
        raise unusable("area_m2", area_m2, Text("大于 0 的面积", "an area above 0"))
    land, tolerance = _land_m2(move), tolerance_m2(connection, move.county)
    if area_m2 > land + tolerance:
        raise AreaTooLarge(where="area_m2", wanted_m2=f"{area_m2:,.2f}", area_m2=f"{land:,.2f}")
    return land - area_m2 > tolerance


def _carve(connection: Connection, move: Move, basis: Basis, given: Submission) -> tuple[Edited, Basis]:
    """The part with a number of its own; what is stated of its area is exactly what was asked for."""
    from gisreg.parcels.boundary.cut import carve_area  # noqa: PLC0415 - shapes are loaded when used

    part, land = float(given.area_m2 or 0.0), _land_m2(move)
    planar = move.subject.ground.area * part / land
    stated = {"official_area_m2": part} if move.subject.row["official_area_m2"] is not None else {}
    plan = live_plan(connection, move.parcel_id) or {}
    stated |= price_of_part(move.rules, move.subject.row, str(plan.get("measure")))
    carved = carve_area(connection, basis, planar, direction=given.direction, values=stated, reason=move.edit.reason)
    new = next(one for one in carved.parcels if one.role == "new")
    return carved, Basis(new.parcel_code, new.version)


def _closing_plan(connection: Connection, move: Move) -> Row:
    plan = _plan_of(connection, move)
    measure = rules_of(connection, move.county).rules.measures.get(plan["measure"])
    ended = move.rules.ended_by(str(move.subject.row["kind"]), plan["measure"])
    if measure is not None and not measure.closes and not ended:
        raise MeasureDoesNotClose(where=move.code, measure_zh=measure.zh, measure_en=measure.en)
    _require_open(connection, move, plan)
    return plan


def _plan_of(connection: Connection, move: Move) -> Row:
    plan = live_plan(connection, move.parcel_id)
    if plan is None:
        raise NoPlan(where=move.code, parcel_code=move.code)
    return plan


def _require_open(connection: Connection, move: Move, plan: Row) -> None:
    # the plan may have changed, or a gate come up, since the start
    require_open_gates(connection, move.subject.row, move.code, plan)


def _require_quotas(connection: Connection, move: Move, measure: str, results: Row, mend: Text) -> None:
    require_held(move, results)
    if measure == RECLAIMING:
        require_all_taken(connection, move, results, mend)


def _land_of(move: Move) -> Row:
    row = move.subject.row
    land = row["official_area_m2"] if row["official_area_m2"] is not None else row["area_m2"]
    # a stated area of 0 is none that is known: 0 marks what closes no land, quotas taken back in part
    return {"area_m2": land or None, "floor_area_m2": row["floor_area_m2"]}


def _store(connection: Connection, move: Move, plan: Row, values: Row) -> Row:
    # a submission that was left open by an undo of the parcel's history no longer waits for anybody
    connection.execute(
        update(CloseOut)
        .where(CloseOut.parcel_id == move.parcel_id, CloseOut.status == CloseOutStatus.SUBMITTED)
        .values(status=str(CloseOutStatus.WITHDRAWN))
    )
    added = (
        insert(CLOSE_OUTS.table)
        .values(
            county_code=move.county, parcel_id=move.parcel_id, plan_id=plan["id"], measure=plan["measure"], **values
        )
        .returning(*CLOSE_OUTS.table.columns)
    )  # fmt: skip
    return dict(connection.execute(added).mappings().one())


def _store_proofs(connection: Connection, stored: Row, proofs: Sequence[tuple[str, int]]) -> None:
    rows = [
        {"county_code": stored["county_code"], "close_out_id": stored["id"], "proof": proof, "document_id": document}
        for proof, document in dict.fromkeys(proofs)
    ]
    connection.execute(insert(CloseOutProof), rows)


def _proofs_of(connection: Connection, stored: Row) -> list[tuple[str, int]]:
    wanted = select(CloseOutProof.proof, CloseOutProof.document_id).where(CloseOutProof.close_out_id == stored["id"])
    return [(row.proof, row.document_id) for row in connection.execute(wanted)]


@dataclass(frozen=True)
class Decided:
    """What the upper level, or the county itself, made of a submission."""

    close_out: Row | None
    edit: Edited

    def as_json(self) -> Row:
        """For programs."""
        return {"close_out": self.close_out, **self.edit.as_json()}


def accept(connection: Connection, basis: Basis, on: date | None = None, by: By | None = None) -> Decided:
    """The upper level accepts: the parcel is closed, and quotas that were reclaimed leave it. What the submission rests
    on is seen once more: facts may have changed since. The contract that supplied it is no longer stated of the rest.

    Raises:
        NoSubmission, ProofMissing, ProvesAnother, QuotaTooLarge, QuotasStillHeld, DayInFuture, DayTooEarly,
        StepNotPossible, RoleMayNot, StaleVersion, ParcelNotFound.
    """
    move = begin(connection, basis, Step.ACCEPT, by or By())
    waiting = _waiting(connection, move)
    proofs = _proofs_of(connection, waiting)
    way = require_proof(move.rules, move.subject.row, waiting["measure"], proofs)
    require_own(connection, move, way, proofs)
    _require_quotas(connection, move, waiting["measure"], waiting, BEFORE_DECISION)
    left = left_after(move.subject.row, waiting)
    move.values.update({quota.column: left[quota.column] for quota in QUOTAS if waiting[quota.taken]})
    if by_number(way):
        hand_over(connection, move)
    return _decide(connection, move, waiting, CloseOutStatus.ACCEPTED, on=on, by=by)


def send_back(connection: Connection, basis: Basis, on: date | None = None, by: By | None = None) -> Decided:
    """The upper level returns the submission with its reason.

    Raises:
        ReasonMissing and as :func:`accept`.
    """
    move = begin(connection, basis, Step.RETURN, by or By())
    return _decide(connection, move, _waiting(connection, move), CloseOutStatus.RETURNED, on=on, by=by)


def withdraw(connection: Connection, basis: Basis, by: By | None = None) -> Decided:
    """The county takes its submission back. A state that came with an import has none: the parcel alone goes back, to
    be submitted with its proofs.

    Raises:
        ReasonMissing, StepNotPossible, RoleMayNot, StaleVersion, ParcelNotFound.
    """
    move = begin(connection, basis, Step.WITHDRAW, by or By())
    waiting = _found_waiting(connection, move)
    if waiting is None:
        return Decided(None, move.done())
    return _decide(connection, move, waiting, CloseOutStatus.WITHDRAWN, on=None, by=by)


def _waiting(connection: Connection, move: Move) -> Row:
    found = _found_waiting(connection, move)
    if found is None:
        raise NoSubmission(where=move.code, parcel_code=move.code)
    return found


def _found_waiting(connection: Connection, move: Move) -> Row | None:
    table = CLOSE_OUTS.table
    wanted = select(table).where(table.c.parcel_id == move.parcel_id, table.c.status == CloseOutStatus.SUBMITTED)
    found = connection.execute(wanted.with_for_update()).mappings().one_or_none()
    return dict(found) if found else None


def _decide(
    connection: Connection, move: Move, waiting: Row, status: CloseOutStatus, *, on: date | None, by: By | None
) -> Decided:
    day = on or max(today(), waiting["submitted_on"])
    require_past("decided_on", day)
    require_after("decided_on", day, waiting["submitted_on"], Text("上报日", "the submission"))
    values = {"status": str(status), "decided_on": day, "decision_note": _note_of(by or By())}
    return Decided(write(connection, CLOSE_OUTS, waiting, values), move.done())


def _note_of(by: By) -> str | None:
    return (by.reason or "").strip() or None
