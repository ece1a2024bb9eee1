"""The day on which a step took place, where it is not that of its recording: no step is before the last one."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import Connection, func, select, text

from gisreg.days import today
from gisreg.db.models import CloseOut, Plan
from gisreg.db.sql import load
from gisreg.ledger.closeout.moves import By, Move, begin, require_after, require_past
from gisreg.ledger.closeout.words import CloseOutStatus, Step, term
from gisreg.parcels.editing import Basis, Edited
from gisreg.parcels.read import Row
from gisreg.text import Text


def take(connection: Connection, basis: Basis, step: Step, by: By, on: date | None = None) -> Edited:
    """A step that changes nothing but the state: hold, resume, take back, list again, relapse, remove. It took place
    today unless it is said.

    Raises:
        DayInFuture, DayTooEarly and as :func:`gisreg.ledger.closeout.moves.begin`.
    """
    day = on or today()
    require_past("on", day)
    move = begin(connection, basis, step, by)
    for earlier, what in sorted(_days_before(connection, move), reverse=True):
        require_after("on", day, earlier, what)
    move.edit.happened_on = day
    return move.done()


def steps_dated(connection: Connection, parcel_id: int) -> list[Row]:
    """Steps of a parcel with the day on which they took place, as they were recorded; undone ones are none."""
    found = connection.execute(text(load("gisreg.ledger.closeout", "dated.sql")), {"parcel_id": parcel_id})
    return [{**row, "title": term(Step, row["step"]).titles._asdict()} for row in found.mappings()]


def came_again(connection: Connection, parcel_id: int) -> Iterator[tuple[date, Text]]:
    """When a parcel was found idle again, or listed again: a plan for that is not before it."""
    for row in steps_dated(connection, parcel_id):
        if row["step"] in (Step.RELAPSE, Step.LIST_AGAIN):
            yield row["happened_on"], Text(**row["title"])


def _days_before(connection: Connection, move: Move) -> Iterator[tuple[date, Text]]:
    """Days that a step is not before, each with what happened then."""
    key = move.parcel_id
    submitted = select(func.max(CloseOut.submitted_on)).where(
        CloseOut.parcel_id == key, CloseOut.status != CloseOutStatus.WITHDRAWN
    )
    decided = select(func.max(CloseOut.decided_on)).where(
        CloseOut.parcel_id == key, CloseOut.status.in_((CloseOutStatus.ACCEPTED, CloseOutStatus.RETURNED))
    )
    approved = select(Plan.approved_on).where(Plan.parcel_id == key, Plan.ended_at.is_(None))
    for day, what in (
        (move.subject.row["determined_on"], Step.DETERMINE.titles),
        (connection.execute(approved).scalar(), Step.PLAN.titles),
        (connection.execute(submitted).scalar(), Step.SUBMIT.titles),
        (connection.execute(decided).scalar(), Text("上级决定", "the upper level's decision")),
        *((row["happened_on"], Text(**row["title"])) for row in steps_dated(connection, key)),
    ):
        if day is not None:
            yield day, what
