"""Edits of what is written about a parcel, and striking one off. Boundaries: :mod:`gisreg.parcels.boundary`."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from gisreg.ledger.closeout.moves import require_possible
from gisreg.ledger.closeout.roles import require_role_of
from gisreg.ledger.closeout.rulebook import closeout_rules
from gisreg.ledger.closeout.words import Step
from gisreg.parcels.attributes import read_values
from gisreg.parcels.editing import Basis, Edit, Edited
from gisreg.parcels.faults import NothingToChange


def edit_attributes(
    connection: Connection, basis: Basis, values: Mapping[str, Any], reason: str | None = None
) -> Edited:
    """Set fields of a parcel; None and empty text mean unknown.

    Raises:
        StaleVersion: with the value the edit is based on, the one there is now and the one wanted.
        FieldUnknown, ValueUnusable, NothingToChange, ParcelNotFound, ParcelRetired.
    """
    wanted = read_values(values)
    edit = Edit(connection, "edit", reason)
    (subject,) = edit.lock(basis, wanted=wanted)
    changes = {field: value for field, value in wanted.items() if subject.row[field] != value}
    if not changes:
        raise NothingToChange(where=subject.code)
    edit.change(subject, changes)
    return edit.finish()


def remove(connection: Connection, basis: Basis, reason: str) -> Edited:
    """Strike a parcel off (核减) for a reason; its number stays taken and answers that it is gone.

    What was submitted or closed out is not struck off.

    Raises:
        StepNotPossible, RoleMayNot, StaleVersion, ParcelNotFound, ParcelRetired.
    """
    require_role_of(connection, closeout_rules(), Step.REMOVE)
    edit = Edit(connection, "remove", reason)
    (subject,) = edit.lock(basis)
    require_possible(closeout_rules(), subject, Step.REMOVE)
    edit.retire(subject)
    return edit.finish()
