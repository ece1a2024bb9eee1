"""Draw a new parcel, or give a parcel another boundary."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from gisreg.parcels.attributes import read_values
from gisreg.parcels.boundary.given import Given
from gisreg.parcels.boundary.shapes import checked
from gisreg.parcels.editing import Basis, Edit, Edited
from gisreg.parcels.faults import NothingToChange
from gisreg.vocab import Kind, OwnershipStatus, State


def draw(
    connection: Connection,
    county: str,
    kind: Kind,
    boundary: Given,
    *,
    values: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> Edited:
    """A new parcel with the county's next number; ``county`` must exist. Idle land not yet determined is suspected.

    Raises:
        BoundaryFault: its subclass says what is wrong with the shape.
        FieldUnknown, ValueUnusable.
    """
    wanted = read_values(values or {})
    shape = boundary.polygon()
    edit = Edit(connection, "draw", reason)
    edit.lock_numbers(county)
    ground, srid = edit.in_zone_of(shape, boundary.srid)
    edit.has_heights(boundary.surveyed, boundary.srid)
    suspected = kind == Kind.IDLE_LAND and wanted.get("determined_on") is None
    template = {
        "county_code": county,
        "kind": kind,
        "state": State.SUSPECTED if suspected else State.REGISTERED,
        "ownership_status": OwnershipStatus.UNKNOWN,
    }
    edit.make(template, wanted, checked(ground), srid)
    return edit.finish()


def replace(connection: Connection, basis: Basis, boundary: Given, reason: str | None = None) -> Edited:
    """Another boundary for a parcel; what is given in a zone is kept as surveyed there.

    Raises:
        BoundaryFault, StaleVersion, NothingToChange, ParcelNotFound, ParcelRetired.
    """
    shape = boundary.polygon()
    edit = Edit(connection, "replace", reason)
    (subject,) = edit.lock(basis)
    ground, srid = edit.in_zone_of(shape, boundary.srid)
    edit.has_heights(boundary.surveyed, boundary.srid)
    if subject.shape is not None and srid == subject.srid and ground.equals_exact(subject.shape, 0):
        raise NothingToChange(where=subject.code)
    edit.change(subject, {}, checked(ground), srid)
    return edit.finish()
