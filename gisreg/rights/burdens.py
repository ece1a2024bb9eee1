"""Encumbrances: mortgages, seizures and leases that lie on a parcel or on one right in it, with rank and dates."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from gisreg.days import today
from gisreg.db.models import Encumbrance
from gisreg.parcels.read import Row
from gisreg.records import (
    Book,
    DatesTurned,
    RecordBasis,
    add,
    code_of,
    get,
    lock_basis,
    parcel_key,
    require_day,
    unusable,
    write,
)
from gisreg.rights.errors import AlreadyReleased, RankTaken, RightElsewhere, RightEnded, StepInFuture
from gisreg.rights.holding import RIGHTS
from gisreg.rights.parties import find_party
from gisreg.rights.shares import end_of_right
from gisreg.rights.title import follow
from gisreg.rights.words import EncumbranceType
from gisreg.text import Text

BURDENS = Book(
    Encumbrance, "id", Text("负担", "encumbrance"),
    ("encumbrance_type", "party_id", "right_id", "rank", "certificate_no", "amount_wan", "starts_on", "ends_on"),
    ("encumbrance_type",),
)  # fmt: skip


def add_burden(connection: Connection, parcel_code: str, values: Mapping[str, Any]) -> Row:
    """A mortgage, seizure or lease; a mortgage without a rank gets the next one. The parcel's columns follow.

    Raises:
        ParcelNotFound, ParcelRetired, RecordNotFound, ValueUnusable, FieldMissing, DatesTurned, RankTaken,
        RightElsewhere, RightEnded.
    """
    parcel = parcel_key(connection, parcel_code, lock=True)
    read = BURDENS.read(values)
    kind = read.get("encumbrance_type")
    if kind is not None and kind not in list(EncumbranceType):
        allowed = ", ".join(EncumbranceType)
        raise unusable("encumbrance_type", kind, Text(f"其中之一:{allowed}", f"one of {allowed}"))
    find_party(connection, parcel["county_code"], read.get("party_id"))
    _require_right(connection, parcel, read.get("right_id"))
    given = dict(values)
    if kind == EncumbranceType.MORTGAGE:
        given["rank"] = _rank(connection, parcel, read)
    added = add(connection, BURDENS, parcel["county_code"], given, parcel_id=parcel["id"])
    follow(connection, parcel["county_code"], [parcel["id"]])
    return added


def _require_right(connection: Connection, parcel: Row, right_id: int | None) -> None:
    if right_id is None:
        return
    right = get(connection, RIGHTS, parcel["county_code"], right_id)
    if right["parcel_id"] != parcel["id"]:
        raise RightElsewhere(where="right_id", right_id=right_id, parcel_code=parcel["parcel_code"])
    end = end_of_right(right)
    if end is not None and end <= today():
        raise RightEnded(where="right_id", right_id=right_id, on=end)


def _rank(connection: Connection, parcel: Row, read: Mapping[str, Any]) -> int:
    """The rank asked for, if it is free, else the next."""
    taken = {one["rank"]: one["id"] for one in _mortgages(connection, parcel["id"], read.get("right_id"))}
    following = max((rank for rank in taken if rank is not None), default=0) + 1
    rank = read.get("rank")
    if rank is None:
        return following
    if not 1 <= rank <= following + 100:
        raise unusable("rank", rank, Text("从 1 起的顺位", "a rank from 1"))
    if rank in taken:
        raise RankTaken(where="rank", parcel_code=parcel["parcel_code"], rank=rank, other=taken[rank], next=following)
    return int(rank)


def _mortgages(connection: Connection, parcel_id: int, right_id: int | None) -> list[Row]:
    """Mortgages in force that share the ranks: on the parcel, or on the same right."""
    table = BURDENS.table
    wanted = select(table).where(
        table.c.parcel_id == parcel_id,
        table.c.encumbrance_type == EncumbranceType.MORTGAGE,
        table.c.released_on.is_(None),
    )
    if right_id is not None:
        wanted = wanted.where(table.c.right_id.is_(None) | (table.c.right_id == right_id))
    return [dict(row) for row in connection.execute(wanted).mappings()]


def release(connection: Connection, county: str, basis: RecordBasis, on: date) -> Row:
    """From this day on it lies there no longer.

    Raises:
        RecordNotFound, StaleRecord, AlreadyReleased, DatesTurned, StepInFuture, ValueUnusable.
    """
    seen = get(connection, BURDENS, county, basis.key)
    parcel_key(connection, code_of(connection, seen["parcel_id"]), lock=True)
    burden = lock_basis(connection, BURDENS, county, basis)
    require_day("on", on)
    if burden["released_on"] is not None:
        raise AlreadyReleased(where=str(basis.key), key=basis.key, on=burden["released_on"])
    if on > today():
        raise StepInFuture(where="on", done_on=on)
    if burden["starts_on"] is not None and on < burden["starts_on"]:
        raise DatesTurned(where="on", later="on", end=on, earlier="starts_on", begin=burden["starts_on"])
    written = write(connection, BURDENS, burden, {"released_on": on})
    follow(connection, county, [burden["parcel_id"]])
    return written


def burdens_on(connection: Connection, parcel_id: int) -> list[Row]:
    """All encumbrances of a parcel, released ones too."""
    table = BURDENS.table
    wanted = select(table).where(table.c.parcel_id == parcel_id).order_by(table.c.id)
    return [dict(row) for row in connection.execute(wanted).mappings()]
