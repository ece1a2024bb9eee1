"""Which steps of plans are still to be taken: one definition for lists, for one parcel and for maps."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, literal, select
from sqlalchemy.orm import aliased

from gisreg.days import today
from gisreg.db.models import CloseOut, Parcel, Plan, PlanStep
from gisreg.ledger.closeout.parts import in_part
from gisreg.ledger.closeout.words import CloseOutStatus
from gisreg.parcels.read import Page
from gisreg.vocab import State

NEED_NONE = (State.CLOSED, State.REMOVED, State.TAKEN_BACK, State.RELAPSED)
"""A parcel that is closed, struck off or taken back waits for no step; one that relapsed waits for a plan."""


def carried_out() -> ColumnElement[bool]:
    """Whether the parcel was closed out by the plan. It stays the plan of what was done; when the parcel relapses or is
    listed again, a new one is wanted, and what was left undone of this one is due no more."""
    closing = aliased(CloseOut)
    return exists().where(
        closing.parcel_id == Plan.parcel_id, closing.plan_id == Plan.id, closing.status == CloseOutStatus.ACCEPTED,
        ~in_part(closing),
    )  # fmt: skip


def open_steps(county: str) -> Select[*tuple[Any, ...]]:
    """Steps that are not done of plans in force that are still to be carried out."""
    return (
        select(PlanStep, Plan, Parcel)
        .join(Plan, Plan.id == PlanStep.plan_id)
        .join(Parcel, Parcel.id == Plan.parcel_id)
        .where(PlanStep.county_code == county, PlanStep.done_on.is_(None), Plan.ended_at.is_(None))
        .where(Parcel.state.not_in(NEED_NONE), ~carried_out())
    )


def steps_due(
    connection: Connection,
    county: str,
    *,
    as_of: date | None = None,
    overdue: bool = False,
    agency: str | None = None,
    leader: str | None = None,
    limit: int = 100,
) -> Page:
    """Steps that are to be taken, the earliest due first."""
    day = as_of or today()
    wanted = open_steps(county).with_only_columns(
        Parcel.parcel_code, Parcel.name, Parcel.kind, Parcel.state, Parcel.township_code, Plan.measure,
        PlanStep.step_no, PlanStep.title_zh, PlanStep.title_en, PlanStep.agency, PlanStep.person, PlanStep.leader,
        PlanStep.due_on, (literal(day) - PlanStep.due_on).label("overdue_days"), PlanStep.version,
    )  # fmt: skip
    if overdue:
        wanted = wanted.where(PlanStep.due_on < day)
    for column, value in ((PlanStep.agency, agency), (PlanStep.leader, leader)):
        if value is not None:
            wanted = wanted.where(column == value)
    ordered = wanted.order_by(PlanStep.due_on.nulls_last(), Parcel.parcel_code, PlanStep.step_no).limit(limit)
    rows = [dict(row) for row in connection.execute(ordered).mappings()]
    return Page(len(rows), rows)
