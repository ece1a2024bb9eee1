"""Rights in a parcel: who holds what share for how long; cancelled and transferred, never deleted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, select, update

from gisreg.days import today
from gisreg.db.models import Encumbrance, LandRight
from gisreg.parcels.read import Row
from gisreg.records import Book, DatesTurned, RecordBasis, add, code_of, get, lock_basis, parcel_key, require_day, write
from gisreg.rights.errors import RightEnded, SameHolder, SharesExceed, ShareUnusable, StepInFuture
from gisreg.rights.holder import Holder, follow_transfer, holder_of
from gisreg.rights.parties import find_party
from gisreg.rights.shares import WHOLE, columns_of, end_of_right, largest_sum, share_of
from gisreg.rights.title import follow, record_step
from gisreg.rights.words import TitleStep
from gisreg.text import Text

RIGHTS = Book(
    LandRight, "id", Text("权利", "right"),
    ("party_id", "right_type", "right_nature", "certificate_no", "starts_on", "ends_on"), ("party_id", "right_type"),
)  # fmt: skip


@dataclass(frozen=True)
class Transferred:
    """What a transfer led to."""

    rights: list[Row]
    """Those that stand afterwards: the receiver's, and what is left to the giver."""
    holder: Holder


def add_right(
    connection: Connection, parcel_code: str, values: Mapping[str, Any], share: Fraction | None = WHOLE
) -> Row:
    """A right of a party in a parcel; without a share it is held jointly (共同共有). The parcel's title follows.

    Raises:
        ParcelNotFound, ParcelRetired, RecordNotFound, ValueUnusable, FieldMissing, DatesTurned, SharesExceed.
    """
    parcel = parcel_key(connection, parcel_code, lock=True)
    read = RIGHTS.read(values)
    find_party(connection, parcel["county_code"], read.get("party_id"))
    planned = {"cancelled_on": None, "starts_on": None, "ends_on": None, **read, **columns_of(share)}
    _require_room(connection, parcel, planned)
    right = add(connection, RIGHTS, parcel["county_code"], values, parcel_id=parcel["id"], **columns_of(share))
    follow(connection, parcel["county_code"], [parcel["id"]])
    return right


def rights_in(connection: Connection, parcel_id: int, right_type: str | None = None) -> list[Row]:
    """All rights in a parcel, ended ones too."""
    table = RIGHTS.table
    wanted = select(table).where(table.c.parcel_id == parcel_id).order_by(table.c.id)
    if right_type is not None:
        wanted = wanted.where(table.c.right_type == right_type)
    return [dict(row) for row in connection.execute(wanted).mappings()]


def _require_room(connection: Connection, parcel: Row, planned: Mapping[str, Any]) -> None:
    """The shares may not come to more than the whole on any day; the database holds the same in the end."""
    if planned.get("right_type") is None:
        return
    others = rights_in(connection, parcel["id"], planned["right_type"])
    total = largest_sum([*others, planned])
    share = share_of(planned)
    if share is not None and total > 1:
        raise SharesExceed(
            where="share", parcel_code=parcel["parcel_code"], right_type=planned["right_type"], total=total,
            left=max(share - (total - 1), Fraction()),
        )  # fmt: skip


def cancel_right(connection: Connection, county: str, basis: RecordBasis, on: date) -> Row:
    """From this day on the right is no longer there.

    Raises:
        RecordNotFound, StaleRecord, RightEnded, DatesTurned, ValueUnusable.
    """
    right = _standing(connection, county, basis, on)
    written = write(connection, RIGHTS, right, {"cancelled_on": on})
    follow(connection, county, [right["parcel_id"]])
    return written


def transfer_right(
    connection: Connection, county: str, basis: RecordBasis, *, to_party: int, on: date,
    share: Fraction | None = None, certificate_no: str | None = None,
) -> Transferred:  # fmt: skip
    """流转: the right, or a share of it, goes to another party. Mortgages go with the ground, a seizure bars it.

    The parcel states the new holder, unless it stated somebody who is not on the books: that is told, not overwritten.

    Raises:
        RecordNotFound, StaleRecord, RightEnded, SameHolder, ShareUnusable, StepOutOfOrder, RightSeized …
    """
    right = _standing(connection, county, basis, on)
    find_party(connection, county, to_party)
    if to_party == right["party_id"]:
        raise SameHolder(where="to", party=to_party)
    held = share_of(right)
    if share is not None and (held is None or share > held):
        raise ShareUnusable(where="share", value=share)
    before = holder_of(connection, right["parcel_id"])
    record_step(connection, code_of(connection, right["parcel_id"]), TitleStep.TRANSFERRED, on)
    write(connection, RIGHTS, right, {"cancelled_on": on})
    rest = held - share if held is not None and share is not None else Fraction()
    given = [_copy(connection, right, on, {"party_id": to_party, "certificate_no": certificate_no}, share or held)]
    if rest:
        given.append(_copy(connection, right, on, {}, rest))
    connection.execute(update(Encumbrance).where(Encumbrance.right_id == right["id"]).values(right_id=given[-1]["id"]))
    follow(connection, county, [right["parcel_id"]])
    reason = f"流转 {on}" + (f" {certificate_no}" if certificate_no else "")
    return Transferred(given, follow_transfer(connection, right["parcel_id"], before, reason))


def _copy(connection: Connection, right: Row, on: date, values: Mapping[str, Any], share: Fraction | None) -> Row:
    kept = {name: right[name] for name in ("party_id", "right_type", "right_nature", "certificate_no", "ends_on")}
    row = {**kept, **values, "starts_on": on}
    return add(connection, RIGHTS, right["county_code"], row, parcel_id=right["parcel_id"], **columns_of(share))


def _standing(connection: Connection, county: str, basis: RecordBasis, on: date) -> Row:
    """The right, locked behind its parcel, in force on the day."""
    seen = get(connection, RIGHTS, county, basis.key)
    parcel_key(connection, code_of(connection, seen["parcel_id"]), lock=True)
    right = lock_basis(connection, RIGHTS, county, basis)
    require_day("on", on)
    end = end_of_right(right)
    if right["cancelled_on"] is not None or (end is not None and end <= on):
        raise RightEnded(where=str(basis.key), right_id=basis.key, on=right["cancelled_on"] or end)
    if on > today():
        raise StepInFuture(where="on", done_on=on)
    if right["starts_on"] is not None and on < right["starts_on"]:
        raise DatesTurned(where="on", later="on", end=on, earlier="starts_on", begin=right["starts_on"])
    return right
