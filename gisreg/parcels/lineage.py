"""Which parcel came from which, and where a retired number leads."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, text

from gisreg.db.models import Parcel, ParcelEdit, ParcelLineage
from gisreg.db.sql import load
from gisreg.parcels.faults import ParcelRetired
from gisreg.text import Text
from gisreg.vocab import State

OPERATIONS: dict[str, Text] = {
    "edit": Text("属性修改", "edit"),
    "draw": Text("新绘", "draw"),
    "replace": Text("替换边界", "replace"),
    "reshape": Text("修整边界", "reshape"),
    "split": Text("分割", "split"),
    "merge": Text("合并", "merge"),
    "cut": Text("扣除道路", "cut"),
    "subtract": Text("扣除重叠", "subtract"),
    "snap": Text("对齐邻宗", "snap"),
    "move-boundary": Text("移动共用边界", "move-boundary"),
    "carve": Text("部分处置", "carve"),
    "remove": Text("核减", "remove"),
    "undo": Text("撤销", "undo"),
}
RETIRING = ("split", "merge", "remove", "undo")
"""Edits that put a number out of use; a part carved off leaves the rest its number."""


@dataclass(frozen=True)
class Kin:
    """A parcel that this one came from or went into, and by which edit."""

    parcel_code: str
    operation: str
    recorded_at: datetime
    recorded_by: str
    reason: str | None
    in_use: bool


@dataclass(frozen=True)
class Lineage:
    """The nearest kin of a parcel, the oldest edit first."""

    predecessors: list[Kin]
    successors: list[Kin]


@dataclass(frozen=True)
class Retirement:
    """When and how a number went out of use, and the parcels in use that it leads to."""

    retired_at: datetime
    operation: str
    reason: str | None
    successors: list[str]


def lineage_of(connection: Connection, parcel_code: str) -> Lineage:
    """Where a parcel came from and what came from it."""
    return Lineage(
        _kin(connection, parcel_code, ParcelLineage.successor_id, ParcelLineage.predecessor_id),
        _kin(connection, parcel_code, ParcelLineage.predecessor_id, ParcelLineage.successor_id),
    )


def _kin(connection: Connection, parcel_code: str, own: Any, others: Any) -> list[Kin]:
    asked = select(Parcel.id).where(Parcel.parcel_code == parcel_code).scalar_subquery()
    found = connection.execute(
        select(
            Parcel.parcel_code,
            ParcelEdit.operation,
            ParcelEdit.recorded_at,
            ParcelEdit.recorded_by,
            ParcelEdit.reason,
            (Parcel.state != State.REMOVED).label("in_use"),
        )
        .join(ParcelLineage, others == Parcel.id)
        .join(ParcelEdit, ParcelEdit.id == ParcelLineage.edit_id)
        .where(own == asked)
        .order_by(ParcelEdit.id, Parcel.parcel_code)
    )
    return [Kin(*row) for row in found]


def retirement(connection: Connection, parcel_code: str) -> Retirement | None:
    """How a number went out of use; None while it is in use (or is no number of the registry)."""
    last = connection.execute(
        select(ParcelEdit.recorded_at, ParcelEdit.operation, ParcelEdit.reason)
        .join(ParcelLineage, ParcelLineage.edit_id == ParcelEdit.id)
        .join(Parcel, Parcel.id == ParcelLineage.predecessor_id)
        .where(Parcel.parcel_code == parcel_code, Parcel.state == State.REMOVED)
        .order_by(ParcelEdit.id.desc())
        .limit(1)
    ).one_or_none()
    if last is None or last.operation not in RETIRING:
        return None
    return Retirement(last.recorded_at, last.operation, last.reason, successors_of(connection, parcel_code))


def successors_of(connection: Connection, parcel_code: str) -> list[str]:
    """The parcels in use that a retired number leads to."""
    followed = connection.execute(text(load("gisreg.parcels", "successors.sql")), {"parcel_code": parcel_code})
    return list(followed.scalars())


def require_in_use(connection: Connection, parcel_code: str) -> None:
    """Pass over parcels in use.

    Raises:
        ParcelRetired: the number went out of use.
    """
    gone = retirement(connection, parcel_code)
    if gone is not None:
        raise ParcelRetired(
            where=parcel_code,
            parcel_code=parcel_code,
            retired_on=f"{gone.retired_at:%Y-%m-%d}",
            operation=OPERATIONS[gone.operation],
            successors=gone.successors,
            successor_list="、".join(gone.successors) or "—",
        )
