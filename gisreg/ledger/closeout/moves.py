"""One step of a parcel: allowed by its state, taken by a role, told with its reason, kept in the parcel's history."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from gisreg.days import DayTooEarly, require_come
from gisreg.db.models import CloseOut, ParcelVersion
from gisreg.ledger.closeout.errors import ClosedOtherwise, ReasonMissing, StepNotPossible
from gisreg.ledger.closeout.roles import note_role, require_role
from gisreg.ledger.closeout.rulebook import BEFORE, SAME, CloseOutRules, Transition, closeout_rules
from gisreg.ledger.closeout.words import CloseOutStatus, Role, Step, term
from gisreg.parcels.editing import Basis, Edit, Edited, Subject
from gisreg.planning.measures import measure_titles
from gisreg.records import require_day
from gisreg.text import Text
from gisreg.vocab import State


@dataclass(frozen=True)
class By:
    """Who takes a step and why; without a role any that is held."""

    role: Role | None = None
    reason: str | None = None


@dataclass
class Move:
    """A step under way: the parcel is locked at the version that was seen."""

    edit: Edit
    subject: Subject
    step: Step
    to: State
    rules: CloseOutRules
    values: dict[str, Any] = field(default_factory=dict)
    """What else changes in the parcel."""
    beside: list[tuple[Subject, dict[str, Any]]] = field(default_factory=list)
    """What changes in other parcels by the same edit."""

    @property
    def connection(self) -> Connection:
        """The transaction."""
        return self.edit.connection

    @property
    def county(self) -> str:
        """The parcel's county."""
        return str(self.subject.row["county_code"])

    @property
    def parcel_id(self) -> int:
        """The parcel's key."""
        return self.subject.key

    @property
    def code(self) -> str:
        """The parcel's number."""
        return self.subject.code

    def done(self) -> Edited:
        """The parcel in its new state, as one edit in its history."""
        if self.to == State.REMOVED:
            self.edit.retire(self.subject)
        else:
            self.edit.change(self.subject, {**self.values, "state": str(self.to)})
        for other, values in self.beside:
            self.edit.change(other, values)
        return self.edit.finish()


def begin(connection: Connection, basis: Basis, step: Step, by: By) -> Move:
    """Lock the parcel and see that the step is possible.

    Raises:
        StepNotPossible, ClosedOtherwise, RoleMayNot, RoleNotHeld, ReasonMissing, StaleVersion, ParcelNotFound,
        ParcelRetired.
    """
    rules = closeout_rules()
    reason = (by.reason or "").strip() or None
    note_role(connection, by.role)
    edit = Edit(connection, step.value, reason)
    (subject,) = edit.lock(basis)
    found = require_possible(rules, subject, step)
    require_role(connection, step.titles, found.roles, by.role)
    _require_closed_so(connection, found, subject, step)
    if found.reason and reason is None:
        raise ReasonMissing(where="reason", step_zh=step.zh, step_en=step.en)
    return Move(edit, subject, step, _target(connection, found, subject), rules)


def require_possible(rules: CloseOutRules, subject: Subject, step: Step) -> Transition:
    """The transition that the step is.

    Raises:
        StepNotPossible.
    """
    state, kind = term(State, subject.row["state"]), subject.row["kind"]
    found = rules.transition(step, state, kind)
    if found is None:
        possible = rules.possible(state, kind)
        raise StepNotPossible(
            where=subject.code, parcel_code=subject.code, state=str(state), state_zh=state.zh, state_en=state.en,
            step_zh=step.zh, step_en=step.en, possible=[str(one) for one in possible],
            possible_zh="、".join(one.zh for one in possible) or "—",
            possible_en=", ".join(one.en for one in possible) or "-",
        )  # fmt: skip
    return found


def closed_by(connection: Connection, parcel_id: int) -> str | None:
    """The measure by which a parcel was closed out last; none where that is not on record, as of an import."""
    wanted = (
        select(CloseOut.measure)
        .where(CloseOut.parcel_id == parcel_id, CloseOut.status == CloseOutStatus.ACCEPTED)
        .order_by(CloseOut.id.desc())
        .limit(1)
    )
    return connection.execute(wanted).scalar_one_or_none()


def suits(found: Transition, measure: str | None) -> bool:
    """Whether a parcel that was closed out by a measure may take a step; an unknown one is not held against it."""
    return not found.measures or measure is None or measure in found.measures


def _require_closed_so(connection: Connection, found: Transition, subject: Subject, step: Step) -> None:
    measure = closed_by(connection, subject.key) if found.measures else None
    if measure is not None and not suits(found, measure):
        titles, known = measure_titles(measure), [measure_titles(one) for one in found.measures]
        raise ClosedOtherwise(
            where=subject.code, parcel_code=subject.code, measure=titles, step=step.titles,
            known=Text("、".join(one.zh for one in known), ", ".join(one.en for one in known)),
        )  # fmt: skip


def _target(connection: Connection, found: Transition, subject: Subject) -> State:
    if found.to == SAME:
        return term(State, subject.row["state"])
    if found.to == BEFORE:
        return _state_before(connection, subject)
    return term(State, found.to)


def _state_before(connection: Connection, subject: Subject) -> State:
    """The last state in the history that differs from the one now; registered where there is none."""
    kept = ParcelVersion.__table__
    before = (
        select(kept.c.state)
        .where(kept.c.parcel_id == subject.key, kept.c.state != subject.row["state"])
        .order_by(kept.c.version.desc())
        .limit(1)
    )
    found = connection.execute(before).scalar_one_or_none()
    return term(State, found) if found is not None else State.REGISTERED


def require_past(name: str, day: date) -> None:
    """A day of something that has happened.

    Raises:
        DayInFuture, ValueUnusable.
    """
    require_day(name, day)
    require_come(name, day)


def require_after(name: str, day: date, earlier: date, what: Text) -> None:
    """A day not before what it follows.

    Raises:
        DayTooEarly.
    """
    if day < earlier:
        raise DayTooEarly(where=name, field=name, day=day, earlier=Text(f"{what.zh} {earlier}", f"{what.en} {earlier}"))
