"""What hangs on a step of the close-out follows when the step is undone: submissions, findings, the plan in force."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select, text

from gisreg.db.models import CloseOut, ParcelEdit, Plan
from gisreg.db.sql import load
from gisreg.ledger.closeout.errors import LaterCloseOut, LaterPlan, StepTakenBack
from gisreg.ledger.closeout.parts import in_part
from gisreg.ledger.closeout.roles import require_role_to_undo
from gisreg.ledger.closeout.rulebook import closeout_rules
from gisreg.ledger.closeout.words import CloseOutStatus, Step
from gisreg.planning.held import tell_of_plan

DECIDED = (Step.ACCEPT, Step.RETURN, Step.WITHDRAW)
FOUND = (Step.DETERMINE, Step.CLEAR)
_STANDS = Plan.ended_at.is_(None)


def require_may_undo(connection: Connection, operation: str, undoes: int | None = None) -> None:
    """Nobody undoes what another role did, and a step that was taken back is taken anew, with its role and its checks.

    Raises:
        RoleMayNot, StepTakenBack.
    """
    require_role_to_undo(connection, closeout_rules(), operation)
    if undoes is None:
        return
    undone = connection.execute(select(ParcelEdit.operation).where(ParcelEdit.id == undoes)).scalar_one()
    step = next((one for one in Step if one == undone), None)
    if step is not None:
        raise StepTakenBack(where="version", step=step.titles, command=step.value.replace("_", "-"))


def follow(connection: Connection, operation: str, parcel_ids: Sequence[int], recorded_at: datetime) -> None:
    """Bring the books beside the parcels to where the undo has brought the parcels.

    Raises:
        LaterPlan, LaterCloseOut.
    """
    if operation == Step.PLAN:
        _require_last_plan(connection, parcel_ids, recorded_at)
    if operation in (*DECIDED, Step.RECLAIM):
        _require_not_closed_since(connection, parcel_ids, recorded_at)
    name = next((name for steps, name in _FOLLOWS if operation in steps), None)
    if name is not None:
        given = {"parcels": list(parcel_ids), "at": recorded_at}
        connection.execute(text(load("gisreg.ledger.closeout", name)), given)
    if operation == Step.PLAN:
        for parcel_id in connection.scalars(select(Plan.parcel_id).where(_STANDS, Plan.parcel_id.in_(parcel_ids))):
            tell_of_plan(connection, parcel_id)


def _require_last_plan(connection: Connection, parcel_ids: Sequence[int], recorded_at: datetime) -> None:
    later = select(Plan.id).where(_STANDS, Plan.parcel_id.in_(parcel_ids), Plan.recorded_at != recorded_at)
    found = connection.scalars(later.limit(1)).first()
    if found is not None:
        raise LaterPlan(where="version", plan=found)


def _require_not_closed_since(connection: Connection, parcel_ids: Sequence[int], recorded_at: datetime) -> None:
    ours = CloseOut.parcel_id.in_(parcel_ids)
    undone = select(func.max(CloseOut.id)).where(ours, CloseOut.recorded_at == recorded_at).scalar_subquery()
    closed = (ours, CloseOut.status == CloseOutStatus.ACCEPTED, ~in_part(), CloseOut.id > undone)
    found = connection.scalars(select(CloseOut.id).where(*closed).order_by(CloseOut.id).limit(1)).first()
    if found is not None:
        raise LaterCloseOut(where="version", close_out=found)


_FOLLOWS: tuple[tuple[tuple[Step, ...], str], ...] = (
    ((Step.SUBMIT,), "undo_submission.sql"),
    ((Step.RECLAIM,), "undo_reclaim.sql"),
    (DECIDED, "undo_decision.sql"),
    ((Step.INVESTIGATE,), "undo_notice.sql"),
    (FOUND, "undo_finding.sql"),
    ((Step.PLAN,), "undo_plan.sql"),
)
