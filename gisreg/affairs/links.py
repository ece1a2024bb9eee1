"""Which parcels belong to an approval, a project, an enterprise or a zone: many to many, but for zones."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from gisreg.affairs.books import BOOKS
from gisreg.affairs.errors import AreaNotOfOne, NoParcelsNamed, NotLinked, ZoneShapeless
from gisreg.affairs.words import Affair
from gisreg.db.models import Parcel, ParcelApproval, ParcelEnterprise, ParcelProject, Zone
from gisreg.db.sql import load
from gisreg.parcels.current import parcel_current
from gisreg.parcels.read import ParcelNotFound, Row, feature_collection
from gisreg.records import get, parcel_key, unusable
from gisreg.text import Text
from gisreg.vocab import State

LINKS: dict[Affair, tuple[Any, str]] = {
    Affair.APPROVAL: (ParcelApproval, "approval_no"),
    Affair.PROJECT: (ParcelProject, "project_code"),
    Affair.ENTERPRISE: (ParcelEnterprise, "enterprise_id"),
}
HALF = 0.5


def link(
    connection: Connection, county: str, affair: Affair, key: str | int, parcel_codes: Sequence[str],
    *, area_m2: float | None = None,
) -> int:  # fmt: skip
    """Parcels belong to it from now on; how many did not before. ``area_m2`` is how much of the one an approval covers.

    Raises:
        RecordNotFound, ParcelNotFound, ParcelRetired, NoParcelsNamed, AreaNotOfOne, ValueUnusable.
    """
    get(connection, BOOKS[affair], county, key)
    ids = _keys(connection, county, parcel_codes)
    if area_m2 is not None:
        _require_area(affair, ids, area_m2)
    if affair == Affair.ZONE:
        return _set_zone(connection, ids, str(key))
    model, column = LINKS[affair]
    rows = [{"county_code": county, "parcel_id": one, column: key} for one in ids]
    if area_m2 is not None:
        return _link_part(connection, rows[0], area_m2)
    done = connection.execute(insert(model).values(rows).on_conflict_do_nothing().returning(model.parcel_id))
    return len(done.all())


def _require_area(affair: Affair, ids: Sequence[int], area_m2: float) -> None:
    if affair != Affair.APPROVAL or len(ids) != 1:
        raise AreaNotOfOne(where="area_m2")
    if not 0 < area_m2 < float("inf"):
        raise unusable("area_m2", area_m2, Text("大于 0 的面积", "an area above 0"))


def _link_part(connection: Connection, row: Row, area_m2: float) -> int:
    """One parcel, a part of which the approval covers; a link that is there gets the area."""
    table: Table = ParcelApproval.__table__  # type: ignore[assignment]  # the declarative base says FromClause
    part = insert(table).values(**row, area_m2=area_m2)
    part = part.on_conflict_do_update(
        index_elements=["parcel_id", "approval_no"], set_={"area_m2": area_m2},
        where=table.c.area_m2.is_distinct_from(area_m2),
    )  # fmt: skip
    return len(connection.execute(part.returning(table.c.parcel_id)).all())


def unlink(connection: Connection, county: str, affair: Affair, key: str | int, parcel_codes: Sequence[str]) -> int:
    """Parcels belong to it no longer; the history keeps that they did.

    Raises:
        RecordNotFound, ParcelNotFound, NoParcelsNamed, NotLinked.
    """
    get(connection, BOOKS[affair], county, key)
    ids = _keys(connection, county, parcel_codes, in_use=False)
    if affair == Affair.ZONE:
        done = connection.execute(
            update(Parcel)
            .where(Parcel.id.in_(ids), Parcel.zone_code == key)
            .values(zone_code=None)
            .returning(Parcel.id)
        )
    else:
        model, column = LINKS[affair]
        done = connection.execute(
            delete(model)
            .where(model.parcel_id.in_(ids), getattr(model, column) == key, model.county_code == county)
            .returning(model.parcel_id)
        )
    gone = set(done.scalars())
    missing = [code for code, one in zip(dict.fromkeys(parcel_codes), ids, strict=True) if one not in gone]
    if missing:
        raise NotLinked(where=missing[0], key=key, parcel_code=missing[0])
    return len(gone)


def _keys(connection: Connection, county: str, codes: Sequence[str], *, in_use: bool = True) -> list[int]:
    """The parcels' keys in the order named, each once."""
    if not codes:
        raise NoParcelsNamed(where="parcels")
    wanted = list(dict.fromkeys(codes))
    found = {
        row.parcel_code: row
        for row in connection.execute(
            select(Parcel.id, Parcel.parcel_code, Parcel.state).where(
                Parcel.county_code == county, Parcel.parcel_code.in_(wanted)
            )
        )
    }
    for code in wanted:
        if code not in found:
            raise ParcelNotFound(where=code, parcel_code=code)
        if in_use and found[code].state == State.REMOVED:
            parcel_key(connection, code)
    return [found[code].id for code in wanted]


def _set_zone(connection: Connection, ids: Sequence[int], code: str) -> int:
    changed = update(Parcel).where(Parcel.id.in_(ids), Parcel.zone_code.is_distinct_from(code)).values(zone_code=code)
    return len(connection.execute(changed.returning(Parcel.id)).all())


def place_in_zone(connection: Connection, county: str, code: str, least_share: float = HALF) -> list[str]:
    """Parcels without a zone of which at least this share lies in it belong to it; their codes.

    Raises:
        RecordNotFound, ZoneShapeless.
    """
    zone = get(connection, BOOKS[Affair.ZONE], county, code)
    if zone["boundary"] is None:
        raise ZoneShapeless(where=code, key=code)
    placed = connection.execute(
        text(load("gisreg.affairs", "in_zone.sql")), {"county": county, "code": code, "share": least_share}
    )
    return sorted(placed.scalars())


def parcels_of(connection: Connection, county: str, affair: Affair, key: str | int) -> list[Row]:
    """The parcels of an entry, each with its state, land and, for an approval, the part that it covers."""
    get(connection, BOOKS[affair], county, key)
    columns = [
        Parcel.parcel_code, Parcel.kind, Parcel.state, Parcel.name, Parcel.township_code,
        func.coalesce(Parcel.official_area_m2, Parcel.area_m2).label("land_area_m2"),
        Parcel.boundary.is_not(None).label("mapped"),
    ]  # fmt: skip
    if affair == Affair.ZONE:
        wanted = select(*columns).where(Parcel.county_code == county, Parcel.zone_code == key)
    else:
        model, column = LINKS[affair]
        part = [model.area_m2.label("covered_area_m2")] if affair == Affair.APPROVAL else []
        wanted = (
            select(*columns, *part)
            .join(model, model.parcel_id == Parcel.id)
            .where(model.county_code == county, getattr(model, column) == key)
        )
    listed = wanted.where(Parcel.state != State.REMOVED).order_by(Parcel.parcel_code)
    return [dict(row) for row in connection.execute(listed).mappings()]


def features_of(connection: Connection, county: str, affair: Affair, key: str | int) -> bytes:
    """The same parcels on the map: a GeoJSON FeatureCollection."""
    codes = [row["parcel_code"] for row in parcels_of(connection, county, affair, key)]
    where = parcel_current.c.parcel_code.in_(codes)
    return feature_collection(connection, county=county, where=where, limit=max(len(codes), 1))


def affairs_of(connection: Connection, parcel_code: str) -> Row:
    """What a parcel belongs to, or belonged to when its number went out of use.

    Raises:
        ParcelNotFound.
    """
    parcel = parcel_key(connection, parcel_code, in_use=False)
    told: Row = {"parcel_code": parcel_code}
    for affair, (model, column) in LINKS.items():
        table = BOOKS[affair].table
        book = BOOKS[affair]
        named = table.c.name
        key = table.c[book.key]
        rows = connection.execute(
            select(key.label("key"), named.label("name"))
            .join(model, getattr(model, column) == key)
            .where(model.parcel_id == parcel["id"], table.c.county_code == parcel["county_code"])
            .order_by(key)
        )
        told[affair] = [dict(row) for row in rows.mappings()]
    zone = select(Zone.code.label("key"), Zone.name.label("name")).join(
        Parcel, (Parcel.zone_code == Zone.code) & (Parcel.county_code == Zone.county_code)
    )
    rows = connection.execute(zone.where(Parcel.id == parcel["id"]))
    told[Affair.ZONE] = [dict(row) for row in rows.mappings()]
    return told
