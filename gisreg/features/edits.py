"""Features made, replaced, changed and struck off: the same checks, the same history as every other edit.

The caller owns the transaction. A request that changes both boundary and fields writes two versions.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy import Connection, select

from gisreg.counties import choose_county
from gisreg.db.engine import Actor
from gisreg.errors import InputError
from gisreg.features.bodies import Body, moved_boundary
from gisreg.features.collections import Collection
from gisreg.features.errors import FeatureNotFound
from gisreg.parcels.attributes import EDITABLE
from gisreg.parcels.boundary import draw
from gisreg.parcels.editing import Basis, Edited
from gisreg.parcels.edits import edit_attributes
from gisreg.parcels.faults import FieldUnknown, GeometryEmpty, NothingToChange, ValueUnusable
from gisreg.parcels.read import get_parcel, history
from gisreg.text import Text
from gisreg.vocab import Kind

FIXED_AT_BIRTH = ("parcel_code", "county_code", "kind")
"""What a feature keeps for life: another value is a mistake, not a change."""


class KindMissing(InputError):
    """A new parcel whose kind is told neither by the collection nor by the body."""

    what: ClassVar[Text] = Text("没有说明新宗地的类型 kind", "the kind of the new parcel is not told")
    mend: ClassVar[Text] = Text(
        "请发送到某一类型的要素集,或在 properties 中给出 kind",
        "send it to the collection of a kind, or give properties.kind",
    )


def create(connection: Connection, collection: Collection, body: Body, county: str | None) -> Edited:
    """A new parcel, with the county's next number.

    Raises:
        KindMissing, ValueUnusable, FieldUnknown, BoundaryFault, CountyNotNamed.
    """
    boundary = body.boundary()
    if boundary is None:
        raise GeometryEmpty(where="geometry")
    chosen = choose_county(connection, body.properties.get("county_code") or county)
    values = {name: value for name, value in body.properties.items() if value is not None and name in EDITABLE}
    _require_known(collection, body)
    return draw.draw(connection, chosen, _kind(collection, body), boundary, values=values)


def _kind(collection: Collection, body: Body) -> Kind:
    told = body.properties.get("kind") or collection.kind
    if told is None:
        raise KindMissing(where="properties.kind")
    found = next((kind for kind in Kind if kind == told), None)
    if found is None or collection.kind not in (None, found):
        allowed = collection.kind or ", ".join(Kind)
        raise ValueUnusable(where="kind", field="kind", value=str(told)[:80], expected_zh=allowed, expected_en=allowed)
    return found


def replace(connection: Connection, collection: Collection, basis: Basis, body: Body) -> list[Edited]:
    """The feature as the body has it. What the registry itself computes is passed over; what is absent is unknown.

    Raises:
        StaleVersion, ParcelNotFound, ParcelRetired, FieldUnknown, ValueUnusable, BoundaryFault.
    """
    now = get_parcel(connection, basis.parcel_code)
    _require_known(collection, body)
    told = [name for name in FIXED_AT_BIRTH if body.properties.get(name) is not None]  # clients send null for unknown
    _require_same(now, body, told)
    values = {
        name: body.properties.get(name) for name, column in EDITABLE.items()
        if name in collection.fields and (name in body.properties or column.nullable)
    }  # fmt: skip
    return _write(connection, basis, body, values, now)


def update(connection: Connection, collection: Collection, basis: Basis, body: Body) -> list[Edited]:
    """The parts that the body names.

    Raises:
        StaleVersion, ParcelNotFound, ParcelRetired, FieldUnknown, ValueUnusable, BoundaryFault.
    """
    now = get_parcel(connection, basis.parcel_code)
    _require_known(collection, body)
    _require_same(now, body, [name for name in body.properties if name not in EDITABLE and name != "version"])
    values = {name: value for name, value in body.properties.items() if name in EDITABLE}
    return _write(connection, basis, body, values, now)


def _require_known(collection: Collection, body: Body) -> None:
    for name in body.properties:
        if name not in collection.fields:
            raise FieldUnknown(where=f"properties.{name[:100]}", field=name[:100], known=", ".join(EDITABLE))


def _require_same(now: Mapping[str, Any], body: Body, names: Sequence[str]) -> None:
    for name in names:
        if body.properties[name] != _plain(now[name]):
            raise FieldUnknown(where=f"properties.{name}", field=name, known=", ".join(EDITABLE))


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _write(
    connection: Connection, basis: Basis, body: Body, values: dict[str, Any], now: Mapping[str, Any]
) -> list[Edited]:
    """The boundary first, so that what was typed stands where the boundary would have given another township."""
    steps: list[Callable[[Basis], Edited]] = []
    boundary = body.boundary()
    if boundary is not None:
        boundary.polygon()  # what is no polygon is told as such
        moved = moved_boundary(connection, basis.parcel_code, boundary)
        if moved is not None:
            steps.append(lambda based: draw.replace(connection, based, moved))
    elif body.has_geometry and now["area_m2"] is not None:
        raise GeometryEmpty(where="geometry")
    # also without any value: it is this step that holds the version against the one there is
    steps.append(lambda based: edit_attributes(connection, based, values))
    done: list[Edited] = []
    for step in steps:
        based = Basis(basis.parcel_code, done[-1].parcels[0].version) if done else basis
        try:
            done.append(step(based))
        except NothingToChange:
            continue  # nothing of this kind was changed
    return done


def require_member(connection: Connection, collection: Collection, fid: str) -> None:
    """The collection has the parcel, in use or not: a number out of use is told by the edit itself.

    Raises:
        FeatureNotFound.
    """
    columns = collection.source_at(None).c
    restricted = collection.restrict(collection.source_at(None))
    found = None
    if "\x00" not in fid:
        found = connection.execute(select(columns.id).where(columns[collection.fid] == fid, *restricted)).first()
    if found is None:
        raise FeatureNotFound(where=fid[:100], fid=fid[:100], collection=collection.name)


def own_since(connection: Connection, parcel_code: str, version: int, actor: Actor) -> bool:
    """Whether every version after this one was written by the same person, by the same way in."""
    stamps = [one for one in history(connection, parcel_code) if one.version > version]
    return all(one.recorded_by == actor.name and one.recorded_from.startswith(actor.source) for one in stamps)
