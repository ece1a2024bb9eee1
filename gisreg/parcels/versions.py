"""Versions of a parcel: each one readable, any two compared, field by field and on the ground."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select

from gisreg.db.models import Parcel, ParcelVersion
from gisreg.db.shapes import ewkb, from_database
from gisreg.geometry import STORAGE_SRID, zone_for, zone_of
from gisreg.parcels.attributes import title_of
from gisreg.parcels.faults import VersionNotFound
from gisreg.parcels.read import ParcelNotFound, Row

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from gisreg.parcels.editing import Basis

SHAPES = ("boundary", "survey_boundary")
UNTOLD = (
    "id",
    "version",
    "recorded_at",
    "recorded_by",
    "recorded_from",
    "source_hash",
    "survey_boundary",
    "survey_crs",
)
"""What changes with every version, or goes with the boundary."""
HAIR_M2 = 1e-3
"""Ground below this is the rounding of coordinates."""
GEOJSON_DIGITS = 8

Field = dict[str, Any]


@dataclass(frozen=True)
class GroundDiff:
    """How a boundary changed."""

    area_m2_before: float | None
    area_m2_after: float | None
    area_m2_change: float | None
    moved_m: float | None
    """How far the boundary moved at most (Hausdorff distance of the two lines)."""
    added: dict[str, Any] | None
    """Ground gained, as GeoJSON (EPSG:4490, longitude first)."""
    removed: dict[str, Any] | None
    """Ground lost."""


@dataclass(frozen=True)
class Diff:
    """Two versions of a parcel compared."""

    parcel_code: str
    before: Row
    after: Row
    """Version, time, hand and way of each."""
    fields: list[Field]
    """``{field, title: {zh, en}, unit, before, after}`` of each field that differs."""
    boundary: GroundDiff | None
    """None where the boundary is the same."""


def parcel_id_of(connection: Connection, parcel_code: str) -> int:
    """The key of a parcel.

    Raises:
        ParcelNotFound.
    """
    found = connection.execute(select(Parcel.id).where(Parcel.parcel_code == parcel_code)).scalar_one_or_none()
    if found is None:
        raise ParcelNotFound(where=parcel_code, parcel_code=parcel_code)
    return int(found)


def version_row(connection: Connection, parcel_id: int, version: int) -> Row | None:
    """All columns of one version, shapes as the driver gives them; None where there is none."""
    names = [column.name for column in Parcel.__table__.columns if column.name != "id"]
    for table, key in ((Parcel.__table__, "id"), (ParcelVersion.__table__, "parcel_id")):
        wanted = select(*(table.c[name] for name in names)).where(table.c[key] == parcel_id, table.c.version == version)
        found = connection.execute(wanted).mappings().one_or_none()
        if found is not None:
            return dict(found)
    return None


def require_version(connection: Connection, parcel_code: str, version: int) -> Row:
    """One version of a parcel.

    Raises:
        ParcelNotFound, VersionNotFound.
    """
    row = version_row(connection, parcel_id_of(connection, parcel_code), version)
    if row is None:
        raise VersionNotFound(where=parcel_code, parcel_code=parcel_code, version=version)
    return row


def read_version(connection: Connection, parcel_code: str, version: int) -> Row:
    """One version for readers: its fields, and the boundary as GeoJSON.

    Raises:
        ParcelNotFound, VersionNotFound.
    """
    row = require_version(connection, parcel_code, version)
    drawn = row["boundary"]
    told = {name: value for name, value in row.items() if name not in (*SHAPES, "source_hash")}
    told["boundary"] = None
    if drawn is not None:
        geojson = connection.execute(select(func.ST_AsGeoJSON(drawn, GEOJSON_DIGITS, 0))).scalar_one()
        told["boundary"] = json.loads(geojson)
    return told


def changed_fields(before: Row, after: Row) -> list[str]:
    """Fields that differ, the boundary among them."""
    fields = [name for name in before if name not in (*UNTOLD, "boundary") and before[name] != after[name]]
    return [*fields, "boundary"] if _moved(before, after) else fields


def _moved(before: Row, after: Row) -> bool:
    one, other = before["boundary"], after["boundary"]
    if one is None or other is None:
        return one is not other
    return bool(one.data != other.data)


def told_value(row: Row, field: str) -> Any:
    """A value as words and JSON show it; a boundary by its area."""
    if field == "boundary":
        return None if row["boundary"] is None else f"{row['area_m2'] or 0:,.2f} ㎡"
    return row[field]


@dataclass(frozen=True)
class Stamp:
    """Which version a parcel is at, who wrote it and when."""

    version: int
    recorded_by: str
    recorded_at: datetime


def current_stamp(connection: Connection, parcel_code: str) -> Stamp:
    """The version of now, also of a number out of use.

    Raises:
        ParcelNotFound.
    """
    wanted = select(Parcel.version, Parcel.recorded_by, Parcel.recorded_at).where(Parcel.parcel_code == parcel_code)
    row = connection.execute(wanted).one_or_none()
    if row is None:
        raise ParcelNotFound(where=parcel_code, parcel_code=parcel_code)
    return Stamp(*row)


def differences_since(
    connection: Connection, parcel_id: int, basis: "Basis", wanted: Mapping[str, Any] | None = None
) -> list[Field]:
    """What changed after the version that an edit is based on, with the values that it wants.

    Raises:
        VersionNotFound: the edit is based on a version that never was.
    """
    before = version_row(connection, parcel_id, basis.version)
    if before is None:
        raise VersionNotFound(where=basis.parcel_code, parcel_code=basis.parcel_code, version=basis.version)
    current = select(Parcel.version).where(Parcel.id == parcel_id)
    now = version_row(connection, parcel_id, connection.execute(current).scalar_one())
    assert now is not None  # noqa: S101 - it was read just now, and is locked
    found = []
    for name in dict.fromkeys([*changed_fields(before, now), *(wanted or ())]):
        one = {"field": name, "title": title_of(name)._asdict()}
        one |= {"based_on": told_value(before, name), "now": told_value(now, name)}
        found.append(one | ({"yours": wanted[name]} if wanted and name in wanted else {}))
    return found


def diff(connection: Connection, parcel_code: str, version: int, other: int) -> Diff:
    """Two versions compared.

    Raises:
        ParcelNotFound, VersionNotFound.
    """
    before = require_version(connection, parcel_code, version)
    after = require_version(connection, parcel_code, other)
    fields = [_field(name, before, after) for name in changed_fields(before, after) if name != "boundary"]
    ground = _ground(connection, before, after) if _moved(before, after) else None
    return Diff(parcel_code, _stamp(before), _stamp(after), fields, ground)


def _stamp(row: Row) -> Row:
    return {name: row[name] for name in ("version", "recorded_at", "recorded_by", "recorded_from")}


def _field(name: str, before: Row, after: Row) -> Field:
    meaning = Parcel.__table__.columns[name].info.get("meaning")
    return {
        "field": name,
        "title": title_of(name)._asdict(),
        "unit": meaning.unit if meaning else None,
        "before": before[name],
        "after": after[name],
    }


def _ground(connection: Connection, before: Row, after: Row) -> GroundDiff:
    change = None if None in (before["area_m2"], after["area_m2"]) else after["area_m2"] - before["area_m2"]
    if before["boundary"] is None or after["boundary"] is None:
        return GroundDiff(before["area_m2"], after["area_m2"], change, None, None, None)
    one, two, srid = _in_one_zone(connection, before, after)
    return GroundDiff(
        before["area_m2"], after["area_m2"], change, boundary_distance(one, two),
        _geojson(connection, two.difference(one), srid), _geojson(connection, one.difference(two), srid),
    )  # fmt: skip


def _in_one_zone(connection: Connection, before: Row, after: Row) -> "tuple[BaseGeometry, BaseGeometry, int]":
    """Both in metres: the surveys' own coordinates where they share a zone."""
    import shapely  # noqa: PLC0415 - only comparing boundaries needs it

    own = str(after["survey_crs"] or "").removeprefix("EPSG:")
    if before["survey_crs"] == after["survey_crs"] and own.isdigit() and zone_of(int(own)):
        shapes = [shapely.force_2d(from_database(row["survey_boundary"])) for row in (before, after)]
        if all(shape is not None and shape.is_valid and shape.area for shape in shapes):
            return shapes[0], shapes[1], int(own)
    srid = zone_for(from_database(after["boundary"]).centroid.x).srid
    asked = select(*(func.ST_AsEWKB(func.ST_Transform(row["boundary"], srid)) for row in (before, after)))
    first, second = connection.execute(asked).one()
    return from_database(first), from_database(second), srid


def boundary_distance(one: "BaseGeometry", other: "BaseGeometry") -> float:
    """The Hausdorff distance of two boundaries, looked for at their vertices and half-way between them."""
    return max(_directed(one, other), _directed(other, one))


def _directed(one: "BaseGeometry", other: "BaseGeometry") -> float:
    import shapely  # noqa: PLC0415 - as above

    lines = shapely.get_parts(shapely.get_rings(shapely.get_parts(one)))
    vertices = [shapely.get_coordinates(line) for line in lines]
    points = [point for line in vertices for point in (*line, *((line[1:] + line[:-1]) / 2))]
    edges = [
        edge for ring in shapely.get_rings(shapely.get_parts(other)) for edge in _edges(shapely.get_coordinates(ring))
    ]
    tree = shapely.STRtree(edges)
    _pairs, distances = tree.query_nearest(shapely.points(points), return_distance=True, all_matches=False)
    return float(distances.max())


def _edges(ring: Any) -> Any:
    import numpy as np  # noqa: PLC0415 - as above
    import shapely  # noqa: PLC0415

    return shapely.linestrings(np.stack([ring[:-1], ring[1:]], axis=1))


def _geojson(connection: Connection, shape: "BaseGeometry", srid: int) -> dict[str, Any] | None:
    """The parts of a shape that are more than rounding, in degrees."""
    import shapely  # noqa: PLC0415 - as above

    parts = [part for part in shapely.get_parts(shape) if part.area > HAIR_M2]
    if not parts:
        return None
    given = func.ST_GeomFromEWKB(ewkb(shapely.MultiPolygon(parts), srid))
    drawn = func.ST_AsGeoJSON(func.ST_Transform(given, STORAGE_SRID), GEOJSON_DIGITS, 0)
    document: dict[str, Any] = json.loads(connection.execute(select(drawn)).scalar_one())
    return document
