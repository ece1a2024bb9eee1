"""Rename, merge, split: one transaction each."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Table, and_, func, insert, literal_column, select, text, update

from gisreg.days import today
from gisreg.db.models import AdminUnit, Parcel, UnitChange, UnitChangeUndo
from gisreg.db.shapes import ewkb
from gisreg.db.sql import load
from gisreg.parcels.read import Row
from gisreg.records import require_day
from gisreg.rights.title import record_step
from gisreg.rights.words import TitleStep
from gisreg.unit_changes.errors import (
    ChangeInFuture,
    ChangeTooEarly,
    LevelFixed,
    NothingRenamed,
    PartsOverlap,
    PartsWithoutPlace,
    UnitCodeTaken,
    UnitCodeUnusable,
    UnitNotThere,
    UnitsTooFew,
)
from gisreg.vocab import HolderClass, OwnershipStatus, State, UnitLevel

if TYPE_CHECKING:
    from gisreg.parcels.boundary.given import Given

UNIT: Table = AdminUnit.__table__  # type: ignore[assignment]  # the declarative base says FromClause
UNIT_CODE = re.compile(r"[0-9A-Za-z-]{1,20}")
MAX_NAME = 100
OVERLAP_SHARE = 0.001
"""How much of the smaller part two parts may share: lines drawn twice never meet exactly."""
_UNDONE = {"recorded_at": "undone_at", "recorded_by": "undone_by", "reason": "undo_reason"}
SETTLE_NOTE = "村合并,先清产确权后归并"
FOREVER: ColumnElement[date] = literal_column("'infinity'::date")
COLUMN = {UnitLevel.TOWNSHIP: "township_code", UnitLevel.VILLAGE: "village_code"}


@dataclass(frozen=True)
class Change:
    """From which day, and on what paper."""

    county: str
    level: UnitLevel
    on: date
    document_no: str | None = None


@dataclass(frozen=True)
class Part:
    """One of the units that a split makes: where it lies is said by its boundary, by its villages, or by both."""

    code: str
    name: str
    villages: Sequence[str] = ()
    shape: "Given | None" = None


@dataclass
class Changed:
    """What became of units and parcels."""

    operation: str
    old: list[str]
    new: list[str]
    parcels: dict[str, int] = field(default_factory=dict)
    """How many parcels each new unit got."""
    villages: int = 0
    """Villages that belong to another township now."""
    unplaced: list[str] = field(default_factory=list)
    """Parcels of a split unit that lie in none of its parts: their place is yet to be found (待核)."""
    to_settle: list[str] = field(default_factory=list)
    """Collective parcels whose ownership is to be settled before they count as the merged village's."""


def rename(
    connection: Connection, change: Change, code: str, *, name: str | None = None, new_code: str | None = None
) -> Changed:
    """A unit bears another name, another code, or both.

    Raises:
        LevelFixed, UnitNotThere, UnitCodeTaken, UnitCodeUnusable, NothingRenamed, ChangeTooEarly, ChangeInFuture.
    """
    (old,) = _old_units(connection, change, [code])
    made = {"code": new_code or code, "name": name or old["name"]}
    if (made["code"], made["name"]) == (code, old["name"]):
        raise NothingRenamed(where=code)
    _require_free(connection, change, made["code"], made["name"], [code])
    _end(connection, change, [old])
    _begin(connection, change, {**_kept(old), **made, "name_en": None if name else old["name_en"]})
    changed = Changed("rename", [code], [made["code"]])
    _follow(connection, change, changed, [old], made)
    return changed


def merge(
    connection: Connection, change: Change, codes: Sequence[str], into: tuple[str, str], *,
    settle_ownership: bool = False,
) -> Changed:  # fmt: skip
    """Units become one, which may bear the code of one of them. Assets follow their unit.

    ``settle_ownership`` is for villages whose assets and debts differ much: collective parcels whose title is not clear
    are noted as claimed (申请确权), to be settled before they enter the merged village by class.

    Raises:
        LevelFixed, UnitsTooFew, UnitNotThere, UnitCodeTaken, UnitCodeUnusable, ChangeTooEarly, ChangeInFuture.
    """
    if len(set(codes)) < 2 or len(set(codes)) != len(codes):  # noqa: PLR2004 - two units at least
        raise UnitsTooFew(where=", ".join(codes))
    old = _old_units(connection, change, codes)
    code, name = into
    _require_free(connection, change, code, name, codes)
    _end(connection, change, old)
    parent = next((one["parent_code"] for one in old if one["code"] == code), old[0]["parent_code"])
    _begin(connection, change, {"code": code, "name": name, "name_en": None, "parent_code": parent})
    connection.execute(
        text(load("gisreg.unit_changes", "union.sql")),
        {"county": change.county, "level": change.level, "code": code, "ids": [one["id"] for one in old]},
    )
    changed = Changed("merge", list(codes), [code])
    if settle_ownership:
        _settle(connection, change, codes, changed)
    _follow(connection, change, changed, old, {"code": code, "name": name})
    return changed


def split(connection: Connection, change: Change, code: str, parts: Sequence[Part]) -> Changed:
    """A unit becomes several; parcels go by their village, else by where most of them lies.

    Raises:
        LevelFixed, UnitsTooFew, UnitNotThere, UnitCodeTaken, UnitCodeUnusable, PartsWithoutPlace, PartsOverlap,
        ChangeTooEarly, ChangeInFuture.
    """
    if len({part.code for part in parts}) < 2 or len({part.code for part in parts}) != len(parts):  # noqa: PLR2004
        raise UnitsTooFew(where=", ".join(part.code for part in parts))
    (old,) = _old_units(connection, change, [code])
    _require_villages(connection, change, code, parts)
    for part in parts:
        _require_free(connection, change, part.code, part.name, [code])
    _end(connection, change, [old])
    for part in parts:
        made = {"code": part.code, "name": part.name, "name_en": None, "parent_code": old["parent_code"]}
        _begin(connection, change, {**made, **_shape_of(part)})
    _draw(connection, change, parts)
    _require_apart(connection, change, parts)
    changed = Changed("split", [code], [part.code for part in parts])
    _share_out(connection, change, old, parts, changed)
    return changed


# -- what must hold


def _old_units(connection: Connection, change: Change, codes: Sequence[str]) -> list[Row]:
    """The units in force, locked, in the order named."""
    if change.level not in COLUMN:
        raise LevelFixed(where="level", level=change.level)
    require_day("on", change.on)
    if change.on > today():
        raise ChangeInFuture(where="on", on=change.on)
    wanted = select(UNIT).where(_in_force(change), UNIT.c.code.in_(list(codes))).order_by(UNIT.c.id).with_for_update()
    found = {row["code"]: dict(row) for row in connection.execute(wanted).mappings()}
    for code in codes:
        if code not in found:
            raise _not_there(connection, change, code)
        if found[code]["valid_from"] >= change.on:
            raise ChangeTooEarly(where=code, on=change.on, code=code, since=found[code]["valid_from"])
    return [found[code] for code in codes]


def _in_force(change: Change) -> Any:
    return and_(UNIT.c.county_code == change.county, UNIT.c.level == change.level, UNIT.c.valid_to == FOREVER)


def _not_there(connection: Connection, change: Change, code: str) -> UnitNotThere:
    leads = successors(connection, change.county, change.level, code)
    became = f" → {', '.join(leads)}" if leads else ""
    return UnitNotThere(where=code, level=change.level.titles.zh, code=code[:40], became=became)


def _require_free(connection: Connection, change: Change, code: str, name: str, ending: Sequence[str]) -> None:
    """The new code is of the right form, and free once the old units have ended."""
    if not UNIT_CODE.fullmatch(code):
        raise UnitCodeUnusable(where="code", field="code", value=code[:40])
    if not name.strip() or len(name) > MAX_NAME or not name.isprintable():
        raise UnitCodeUnusable(where="name", field="name", value=name[:40])
    taken = select(UNIT.c.name).where(
        UNIT.c.county_code == change.county, UNIT.c.level == change.level, UNIT.c.code == code,
        UNIT.c.valid_to > change.on, UNIT.c.code.not_in(list(ending)),
    )  # fmt: skip
    other = connection.execute(taken.limit(1)).scalar_one_or_none()
    if other is not None:
        raise UnitCodeTaken(where="code", code=code, name=other)


def _require_villages(connection: Connection, change: Change, code: str, parts: Sequence[Part]) -> None:
    """Each part has a place, and no village belongs to two; the villages are those of the unit."""
    seen: dict[str, str] = {}
    for part in parts:
        if part.shape is None and not part.villages:
            raise PartsWithoutPlace(where=part.code, code=part.code)
        for village in part.villages:
            if village in seen:
                raise PartsOverlap(where=village, one=seen[village], other=part.code, detail=village)
            seen[village] = part.code
    known = select(UNIT.c.code).where(
        UNIT.c.county_code == change.county, UNIT.c.level == UnitLevel.VILLAGE, UNIT.c.parent_code == code,
        UNIT.c.valid_to == FOREVER,
    )  # fmt: skip
    there = set(connection.execute(known).scalars())
    for village in seen:
        if village not in there:
            raise UnitNotThere(where=village, level=UnitLevel.VILLAGE.zh, code=village[:40], became="")


def _require_apart(connection: Connection, change: Change, parts: Sequence[Part]) -> None:
    """No two parts share more ground than lines drawn twice do."""
    shared = connection.execute(
        text(load("gisreg.unit_changes", "shared.sql")),
        {
            "county": change.county,
            "level": change.level,
            "codes": [part.code for part in parts],
            "share": OVERLAP_SHARE,
        },
    ).first()
    if shared is not None:
        raise PartsOverlap(where=shared.one, one=shared.one, other=shared.other, detail=f"{shared.area_m2:,.0f} ㎡")


# -- the units themselves


def _end(connection: Connection, change: Change, old: Sequence[Row]) -> None:
    ids = [one["id"] for one in old]
    connection.execute(update(UNIT).where(UNIT.c.id.in_(ids)).values(valid_to=change.on))


def _begin(connection: Connection, change: Change, values: Mapping[str, Any]) -> None:
    row = {"county_code": change.county, "level": change.level, "valid_from": change.on, **values}
    connection.execute(insert(UNIT).values(**row))


def _kept(old: Row) -> Row:
    return {name: old[name] for name in ("name_en", "parent_code", "area_m2", "boundary")}


def _shape_of(part: Part) -> Row:
    if part.shape is None:
        return {}
    given = func.ST_GeomFromEWKB(ewkb(part.shape.polygon(), part.shape.srid))
    return {"boundary": func.ST_Multi(func.ST_CollectionExtract(func.ST_MakeValid(func.ST_Transform(given, 4490)), 3))}


def _draw(connection: Connection, change: Change, parts: Sequence[Part]) -> None:
    """A part without a shape of its own covers its villages; areas are measured."""
    for part in parts:
        connection.execute(
            text(load("gisreg.unit_changes", "draw.sql")),
            {"county": change.county, "level": change.level, "code": part.code, "villages": list(part.villages)},
        )


# -- what follows


def _follow(
    connection: Connection, change: Change, changed: Changed, old: Sequence[Row], new: Mapping[str, str]
) -> None:
    """Parcels and villages of the old units are the new one's; the cross-walk tells it."""
    column = Parcel.__table__.c[COLUMN[change.level]]
    counts = dict.fromkeys((one["code"] for one in old), 0)
    codes = list(counts)
    of_old = and_(Parcel.county_code == change.county, column.in_(codes))
    grouped = select(column, func.count()).where(of_old).group_by(column)
    counts |= {row[0]: row[1] for row in connection.execute(grouped)}
    connection.execute(update(Parcel).where(of_old, column != new["code"]).values({column.name: new["code"]}))
    changed.parcels[new["code"]] = sum(counts.values())
    if change.level == UnitLevel.TOWNSHIP:
        changed.villages += _move_villages(connection, change, codes, new["code"])
    for one in old:
        _note(connection, change, changed.operation, (one, new), counts[one["code"]])


def _move_villages(
    connection: Connection, change: Change, parents: Sequence[str], parent: str, only: Sequence[str] | None = None
) -> int:
    """Villages get another township from that day; their codes stay."""
    wanted = select(UNIT).where(
        UNIT.c.county_code == change.county, UNIT.c.level == UnitLevel.VILLAGE, UNIT.c.valid_to == FOREVER,
        UNIT.c.parent_code.in_(list(parents)), UNIT.c.parent_code != parent,
    )  # fmt: skip
    if only is not None:
        wanted = wanted.where(UNIT.c.code.in_(list(only)))
    rows = [dict(row) for row in connection.execute(wanted).mappings()]
    for row in rows:
        if row["valid_from"] >= change.on:
            connection.execute(update(UNIT).where(UNIT.c.id == row["id"]).values(parent_code=parent))
            continue
        _end(connection, change, [row])
        village = {**_kept(row), "code": row["code"], "name": row["name"], "parent_code": parent}
        connection.execute(
            insert(UNIT).values(county_code=change.county, level=UnitLevel.VILLAGE, valid_from=change.on, **village)
        )
    return len(rows)


def _share_out(connection: Connection, change: Change, old: Row, parts: Sequence[Part], changed: Changed) -> None:
    """Each parcel of the split unit to its part, by village before ground."""
    column = COLUMN[change.level]
    villages = {village: part.code for part in parts for village in part.villages}
    given = {
        "county": change.county, "level": change.level, "old": old["code"], "villages": list(villages),
        "owners": list(villages.values()), "codes": [part.code for part in parts],
    }  # fmt: skip
    placed = connection.execute(text(load("gisreg.unit_changes", "share_out.sql").format(column=column)), given).all()
    changed.parcels = {part.code: sum(row.part == part.code for row in placed) for part in parts}
    changed.unplaced = sorted(row.parcel_code for row in placed if row.part is None)
    if change.level == UnitLevel.TOWNSHIP:
        for part in parts:
            changed.villages += _move_villages(connection, change, [old["code"]], part.code, part.villages)
    for part in parts:
        became = (old, {"code": part.code, "name": part.name})
        _note(connection, change, "split", became, changed.parcels[part.code])


def _settle(connection: Connection, change: Change, codes: Sequence[str], changed: Changed) -> None:
    column = Parcel.__table__.c[COLUMN[change.level]]
    wanted = select(Parcel.parcel_code).where(
        Parcel.county_code == change.county, column.in_(list(codes)), Parcel.state != State.REMOVED,
        Parcel.holder_class == HolderClass.COLLECTIVE,
        Parcel.ownership_status.in_([OwnershipStatus.UNKNOWN, OwnershipStatus.UNCONFIRMED]),
    )  # fmt: skip
    changed.to_settle = list(connection.execute(wanted.order_by(Parcel.parcel_code)).scalars())
    for code in changed.to_settle:
        record_step(connection, code, TitleStep.CLAIMED, today(), document_no=change.document_no, note=SETTLE_NOTE)


def _note(
    connection: Connection, change: Change, operation: str, became: tuple[Row, Mapping[str, str]], parcels: int
) -> None:
    old, new = became
    connection.execute(
        insert(UnitChange).values(
            county_code=change.county, level=change.level, operation=operation, effective_on=change.on,
            old_code=old["code"], old_name=old["name"], new_code=new["code"], new_name=new["name"], parcels=parcels,
            document_no=change.document_no,
        )
    )  # fmt: skip


# -- the cross-walk


def crosswalk(connection: Connection, county: str, level: UnitLevel | None = None) -> list[Row]:
    """Every change of units, the oldest first: which code became which, from which day, with how many parcels.

    ``id`` of any of its rows is the number by which a change is undone; one that was says when, by whom and why.
    """
    table, undo = UnitChange.__table__, UnitChangeUndo.__table__
    undone = [undo.c[name].label(label) for name, label in _UNDONE.items()]
    wanted = select(table, *undone).outerjoin(undo, undo.c.change_id == table.c.id)
    wanted = wanted.where(table.c.county_code == county).order_by(table.c.effective_on, table.c.id)
    if level is not None:
        wanted = wanted.where(table.c.level == level)
    return [dict(row) for row in connection.execute(wanted).mappings()]


def successors(connection: Connection, county: str, level: UnitLevel, code: str) -> list[str]:
    """The codes in force that a code, in force or not, leads to."""
    leads = connection.execute(
        text(load("gisreg.unit_changes", "successors.sql")), {"county": county, "level": level, "code": code}
    )
    return list(leads.scalars())
