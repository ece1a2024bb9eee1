"""What hangs on a step of the close-out follows when the step is undone: submissions, findings, the plan in force."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select, text

from gisreg.db.models import Plan
from gisreg.db.sql import load
from gisreg.ledger.closeout.roles import require_role_to_undo
from gisreg.ledger.closeout.rulebook import closeout_rules
from gisreg.ledger.closeout.words import Step
from gisreg.planning.held import tell_of_plan

DECIDED = (Step.ACCEPT, Step.RETURN, Step.WITHDRAW)
FOUND = (Step.DETERMINE, Step.CLEAR)
_STANDS = Plan.ended_at.is_(None)


def require_may_undo(connection: Connection, operation: str) -> None:
    """Nobody undoes what another role did.

    Raises:
        RoleMayNot.
    """
    require_role_to_undo(connection, closeout_rules(), operation)


def follow(connection: Connection, operation: str, parcel_ids: Sequence[int], recorded_at: datetime) -> None:
    """Bring the books beside the parcels to where the undo has brought the parcels."""
    name = next((name for steps, name in _FOLLOWS if operation in steps), None)
    if name is not None:
        given = {"parcels": list(parcel_ids), "at": recorded_at}
        connection.execute(text(load("gisreg.ledger.closeout", name)), given)
    if operation == Step.PLAN:
        for parcel_id in connection.scalars(select(Plan.parcel_id).where(_STANDS, Plan.parcel_id.in_(parcel_ids))):
            tell_of_plan(connection, parcel_id)


_FOLLOWS: tuple[tuple[tuple[Step, ...], str], ...] = (
    ((Step.SUBMIT,), "undo_submission.sql"),
    (DECIDED, "undo_decision.sql"),
    ((Step.INVESTIGATE,), "undo_notice.sql"),
    (FOUND, "undo_finding.sql"),
    ((Step.PLAN,), "undo_plan.sql"),
)
