"""Take a change of units back: the old units are in force again, their parcels and villages are theirs again.

Days on which the registry said otherwise go on saying so: the new units stay, from the day on which the change was
entered to the day of the undoing. What somebody has worked on since stands in the way, and is named.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table, and_, delete, exists, insert, or_, select, text, update

from gisreg.days import TIME_ZONE, today
from gisreg.db.models import AdminUnit, County, Parcel, UnitChange, UnitChangeUndo
from gisreg.db.sql import load
from gisreg.parcels.read import Row
from gisreg.unit_changes.changing import COLUMN, FOREVER
from gisreg.unit_changes.errors import ChangeInUse, ChangeUndone, ChangeUnknown
from gisreg.vocab import UnitLevel

UNIT: Table = AdminUnit.__table__  # type: ignore[assignment]  # the declarative base says FromClause
CHANGE: Table = UnitChange.__table__  # type: ignore[assignment]  # as above
UNDO: Table = UnitChangeUndo.__table__  # type: ignore[assignment]  # as above
SHOWN = 5


@dataclass
class Undone:
    """What became of units and parcels."""

    change: int
    operation: str
    restored: list[str]
    """Codes that are in force again."""
    ended: list[str]
    """Codes of the units that the change had made."""
    parcels: int = 0
    villages: int = 0
    came_since: list[str] = field(default_factory=list)
    """Parcels that came into the new units since, and are the old unit's now."""


@dataclass(frozen=True)
class _Change:
    """All rows of the cross-walk that one change wrote."""

    county: str
    level: UnitLevel
    rows: Sequence[Row]

    @property
    def number(self) -> int:
        return int(self.rows[0]["id"])

    @property
    def operation(self) -> str:
        return str(self.rows[0]["operation"])

    @property
    def on(self) -> date:
        day: date = self.rows[0]["effective_on"]
        return day

    @property
    def entered_at(self) -> datetime:
        instant: datetime = self.rows[0]["recorded_at"]
        return instant

    @property
    def old(self) -> list[str]:
        return sorted({row["old_code"] for row in self.rows})

    @property
    def new(self) -> list[str]:
        return sorted({row["new_code"] for row in self.rows})

    def words(self) -> dict[str, Any]:
        """What the statements ask for."""
        return {"county": self.county, "entered_at": self.entered_at, "old_codes": self.old, "new_codes": self.new}


def undo_change(connection: Connection, county: str, number: int, reason: str | None = None) -> Undone:
    """Undo a rename, a merger or a split, all of it or nothing. ``number`` as the cross-walk shows it.

    Raises:
        ChangeUnknown, ChangeUndone.
        ChangeInUse: a later change, a parcel or a village rests on it.
    """
    connection.execute(select(County.code).where(County.code == county).with_for_update())
    change = _read(connection, county, number)
    _require_last(connection, change)
    old, new = _units(connection, change)
    moved = connection.execute(_statement("followed.sql", change), change.words()).all()
    _require_unmoved(change, moved)
    came = _newcomers(connection, change, [row.id for row in moved])
    _put_back(connection, change, moved, came)
    _turn_back(connection, change, old, new)
    connection.execute(
        insert(UnitChangeUndo),
        [{"change_id": row["id"], "county_code": county, "reason": reason} for row in change.rows],
    )
    villages = sum(row["level"] == UnitLevel.VILLAGE for row in old) if change.level == UnitLevel.TOWNSHIP else 0
    came_since = [row.parcel_code for row in came]
    return Undone(change.number, change.operation, change.old, change.new, len(moved), villages, came_since)


def _read(connection: Connection, county: str, number: int) -> _Change:
    """The rows that were written with that one."""
    found = connection.execute(select(CHANGE).where(CHANGE.c.county_code == county, CHANGE.c.id == number))
    first = found.mappings().one_or_none()
    if first is None:
        raise ChangeUnknown(where=str(number), number=number)
    undone = connection.execute(select(UNDO.c.recorded_at).where(UNDO.c.change_id == number)).scalar_one_or_none()
    if undone is not None:
        raise ChangeUndone(where=str(number), number=number, undone_at=f"{undone:%Y-%m-%d %H:%M}")
    same = (
        "level",
        "operation",
        "effective_on",
        "recorded_at",
        "new_code" if first["operation"] == "merge" else "old_code",
    )
    together = [CHANGE.c[name] == first[name] for name in same]
    rows = connection.execute(select(CHANGE).where(CHANGE.c.county_code == county, *together).order_by(CHANGE.c.id))
    level = next(one for one in UnitLevel if one == first["level"])
    return _Change(county, level, [dict(row) for row in rows.mappings()])


# -- what stands in the way


def _require_last(connection: Connection, change: _Change) -> None:
    """Later changes of these units are undone first."""
    touched = or_(CHANGE.c.old_code.in_(change.new), CHANGE.c.new_code.in_([*change.old, *change.new]))
    later = select(CHANGE.c.id).where(
        CHANGE.c.county_code == change.county, CHANGE.c.level == change.level,
        CHANGE.c.id > change.rows[-1]["id"], touched, ~exists().where(UNDO.c.change_id == CHANGE.c.id),
    )  # fmt: skip
    number = connection.execute(later.order_by(CHANGE.c.id).limit(1)).scalar_one_or_none()
    if number is not None:
        raise _in_use(change, f"其后的变更 {number}", f"the later change {number}", [])


def _units(connection: Connection, change: _Change) -> tuple[list[Row], list[Row]]:
    """The rows of the units, and of villages that moved with them, which the change ended and began."""
    new = _rows(connection, change, change.level, UNIT.c.code.in_(change.new), began=True)
    old = _rows(connection, change, change.level, UNIT.c.code.in_(change.old), began=False)
    taken = {row["code"] for row in _in_force(connection, change, UNIT.c.code.in_(change.old))} - set(change.new)
    if {row["code"] for row in new} != set(change.new) or {row["code"] for row in old} != set(change.old) or taken:
        codes = sorted(taken or set(change.new))
        raise _in_use(
            change, f"单元 {'、'.join(codes)} 此后的改动", f"what was done to {', '.join(codes)} since", codes
        )
    if change.level == UnitLevel.TOWNSHIP:
        villages = _rows(connection, change, UnitLevel.VILLAGE, UNIT.c.parent_code.in_(change.new), began=True)
        before = _rows(
            connection, change, UnitLevel.VILLAGE, UNIT.c.code.in_([v["code"] for v in villages]), began=False
        )
        _require_villages(connection, change, {row["code"] for row in before})
        return [*old, *before], [*new, *villages]
    return old, new


def _rows(connection: Connection, change: _Change, level: UnitLevel, which: Any, *, began: bool) -> list[Row]:
    """Units that began, or ended, on the day of the change."""
    day = and_(UNIT.c.valid_from == change.on, UNIT.c.valid_to == FOREVER) if began else UNIT.c.valid_to == change.on
    wanted = select(UNIT).where(UNIT.c.county_code == change.county, UNIT.c.level == level, which, day)
    return [dict(row) for row in connection.execute(wanted.order_by(UNIT.c.id).with_for_update()).mappings()]


def _in_force(connection: Connection, change: _Change, which: Any, level: UnitLevel | None = None) -> list[Row]:
    wanted = select(UNIT).where(
        UNIT.c.county_code == change.county, UNIT.c.level == (level or change.level), UNIT.c.valid_to == FOREVER, which
    )
    return [dict(row) for row in connection.execute(wanted).mappings()]


def _require_villages(connection: Connection, change: _Change, moved: set[str]) -> None:
    """No village came to the new townships but with the change."""
    there = _in_force(connection, change, UNIT.c.parent_code.in_(change.new), UnitLevel.VILLAGE)
    since = sorted(row["code"] for row in there if row["valid_from"] >= change.on and row["code"] not in moved)
    if since:
        raise _in_use(
            change, f"此后设立或变更的村 {_listed(since)}", f"villages made or changed since: {_listed(since)}", since
        )


def _require_unmoved(change: _Change, moved: Sequence[Any]) -> None:
    """The parcels are where the change put them."""
    since = [row.parcel_code for row in moved if row.now != row.after]
    if since:
        raise _in_use(
            change,
            f"此后改动了乡镇(村)的宗地 {_listed(since)}",
            f"parcels that were moved on since: {_listed(since)}",
            since,
        )


def _newcomers(connection: Connection, change: _Change, moved: Sequence[int]) -> list[Any]:
    """Parcels that came since; after a merger nobody knows which of the old units is theirs."""
    came = connection.execute(_statement("newcomers.sql", change), {**change.words(), "moved": list(moved)}).all()
    if came and change.operation == "merge":
        codes = [row.parcel_code for row in came]
        raise _in_use(
            change,
            f"合并后新入该单元的宗地 {_listed(codes)}",
            f"parcels that came into it since: {_listed(codes)}",
            codes,
        )
    return list(came)


def _in_use(change: _Change, zh: str, en: str, codes: Sequence[str]) -> ChangeInUse:
    return ChangeInUse(where=str(change.number), number=change.number, zh=zh, en=en, codes=list(codes))


def _listed(codes: Sequence[str]) -> str:
    return "、".join(codes[:SHOWN]) + (" …" if len(codes) > SHOWN else "")


# -- the undoing


def _statement(name: str, change: _Change) -> Any:
    return text(load("gisreg.unit_changes", name).format(column=COLUMN[change.level]))


def _put_back(connection: Connection, change: _Change, moved: Sequence[Any], came: Sequence[Any]) -> None:
    """Parcels get the unit that they had; those that came since, the only old one."""
    column = COLUMN[change.level]
    by_unit: dict[str, list[int]] = {}
    for row in moved:
        by_unit.setdefault(row.before, []).append(row.id)
    if came:
        by_unit.setdefault(change.old[0], []).extend(row.id for row in came)
    for code, ids in by_unit.items():
        where = and_(Parcel.id.in_(ids), Parcel.__table__.c[column].is_distinct_from(code))
        connection.execute(update(Parcel).where(where).values({column: code}))


def _turn_back(connection: Connection, change: _Change, old: Sequence[Row], new: Sequence[Row]) -> None:
    """The new units end today, the old ones begin anew; what was entered today leaves no trace in the days."""
    entered = change.entered_at.astimezone(ZoneInfo(TIME_ZONE)).date()
    now, old_ids, new_ids = today(), [row["id"] for row in old], [row["id"] for row in new]
    if entered >= now:
        connection.execute(delete(UNIT).where(UNIT.c.id.in_(new_ids)))
        connection.execute(update(UNIT).where(UNIT.c.id.in_(old_ids)).values(valid_to=FOREVER))
        return
    since = max(entered, change.on)
    connection.execute(update(UNIT).where(UNIT.c.id.in_(new_ids)).values(valid_from=since, valid_to=now))
    connection.execute(update(UNIT).where(UNIT.c.id.in_(old_ids)).values(valid_to=since))
    again = [
        {name: value for name, value in row.items() if name not in ("id", "valid_from", "valid_to")} for row in old
    ]
    if again:
        connection.execute(insert(UNIT), [{**row, "valid_from": now} for row in again])
