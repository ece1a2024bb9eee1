"""Take ground out of a parcel: a road, an overlap, or a part that becomes a parcel of its own."""

from collections.abc import Mapping, Sequence
from typing import Any

from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection

from gisreg.parcels.attributes import read_values, shared_out
from gisreg.parcels.boundary.given import Given
from gisreg.parcels.boundary.shapes import SLIVER_M2, checked, drawn_to, joined, parted, place_of, polygons_of
from gisreg.parcels.boundary.split import divided_by_areas
from gisreg.parcels.editing import Basis, Edit, Edited
from gisreg.parcels.faults import AreasDoNotFit, NoOverlap, NothingLeft, SameParcelTwice, ValueUnusable

MAX_ROAD_WIDTH_M = 1_000.0


def road_of(line: BaseGeometry, width_m: float) -> BaseGeometry:
    """The ground of a road: square ends, corners mitred.

    Raises:
        ValueUnusable: no such width.
    """
    if not 0 < width_m <= MAX_ROAD_WIDTH_M:
        raise ValueUnusable(
            where="width", field="width", value=f"{width_m:g}",
            expected_zh=f"0 到 {MAX_ROAD_WIDTH_M:g} 米", expected_en=f"between 0 and {MAX_ROAD_WIDTH_M:g} m",
        )  # fmt: skip
    return line.buffer(width_m / 2, cap_style="flat", join_style="mitre")


def cut_road(
    connection: Connection, basis: Basis, road: Given, width_m: float | None = None, reason: str | None = None
) -> Edited:
    """Take a road out of a parcel, which keeps its number; its official area and sums fall by the share.

    ``road`` is a polygon, or with ``width_m`` its middle line.

    Raises:
        NoOverlap, NothingLeft, SliverLeft, BoundaryFault, StaleVersion, ParcelNotFound, ParcelRetired.
    """
    drawn = road.polygon() if width_m is None else road.line()
    edit = Edit(connection, "cut", reason)
    (subject,) = edit.lock(basis)
    ground = edit.transformed(drawn, road.srid, subject.srid)
    ground = ground if width_m is None else road_of(ground, width_m)
    rest, share = _rest(subject.ground, ground, subject.code)
    (values, _road) = shared_out(subject.row, [share, 1 - share])
    edit.change(subject, values, rest)
    return edit.finish()


def subtract(connection: Connection, basis: Basis, other: Basis, reason: str | None = None) -> Edited:
    """Take what a parcel shares with another one out of the first; the other stays as it is.

    Raises:
        NoOverlap, NothingLeft, SliverLeft, BoundaryFault, StaleVersion, ParcelNotFound, ParcelRetired.
    """
    if basis.parcel_code == other.parcel_code:
        raise SameParcelTwice(wanted=2, codes=basis.parcel_code)
    edit = Edit(connection, "subtract", reason)
    subjects = edit.lock(basis, other)
    (ground, stays), _srid = edit.together(subjects)
    rest, _share = _rest(ground, stays, subjects[0].code)
    edit.change(subjects[0], {}, rest)
    return edit.finish()


def _rest(ground: BaseGeometry, taken: BaseGeometry, code: str) -> tuple[BaseGeometry, float]:
    """What is left, and its share. Edges that ought to be one leave crumbs everywhere: these go with what is taken.

    Raises:
        NoOverlap, NothingLeft, SliverLeft.
    """
    inside, outside = _parted(drawn_to(ground, taken), taken, code)
    large = [part for part in polygons_of(joined(outside)) if part.area >= SLIVER_M2]
    if not large:
        raise NothingLeft(where=code, parcel_code=code)
    rest = checked(joined(large))
    return rest, rest.area / (rest.area + sum(face.area for face in inside))


def _parted(ground: BaseGeometry, taken: BaseGeometry, code: str) -> tuple[list[Polygon], list[Polygon]]:
    inside, outside = parted(ground, taken)
    if sum(face.area for face in inside) <= 0:
        raise NoOverlap(where=place_of(taken), parcel_code=code)
    return inside, outside


def carve(
    connection: Connection,
    basis: Basis,
    part: Given,
    values: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> Edited:
    """Partial disposal (rules §4): the part inside the polygon gets its own number, the rest keeps the old one.

    The official area and the sums are divided by share, unless ``values`` says what the part has of them.

    Raises:
        NoOverlap, NothingLeft, SliverLeft, AreasDoNotFit, BoundaryFault, StaleVersion, ParcelNotFound, ParcelRetired.
    """
    drawn = part.polygon()
    edit = Edit(connection, "carve", reason)
    (subject,) = edit.lock(basis, makes_new=True)
    inside, outside = _parted(subject.ground, edit.transformed(drawn, part.srid, subject.srid), subject.code)
    if not outside:
        raise NothingLeft(where=subject.code, parcel_code=subject.code)
    return _carve(edit, subject, [checked(joined(inside)), checked(joined(outside))], values)


def carve_area(
    connection: Connection,
    basis: Basis,
    area_m2: float,
    *,
    direction: float = 0.0,
    values: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> Edited:
    """Partial disposal of a planar area, swept towards ``direction`` from the parcel's far side.

    Raises:
        AreasDoNotFit, PieceInParts, SliverLeft, BoundaryFault, StaleVersion, ParcelNotFound, ParcelRetired.
    """
    edit = Edit(connection, "carve", reason)
    (subject,) = edit.lock(basis, makes_new=True)
    return _carve(edit, subject, divided_by_areas(subject.ground, [area_m2], direction), values)


def _carve(edit: Edit, subject: Any, pieces: Sequence[BaseGeometry], values: Mapping[str, Any] | None) -> Edited:
    part, rest = pieces
    share = part.area / (part.area + rest.area)
    own, left = shared_out(subject.row, [share, 1 - share])
    stated = read_values(values or {})
    for field in own.keys() & stated.keys():
        left[field] = _less(field, subject.row[field], stated[field])
    edit.make(subject.row, {**own, **stated}, part, subject.srid, predecessors=[subject])
    edit.change(subject, left, rest)
    return edit.finish()


def _less(field: str, whole: float | None, part: float | None) -> float | None:
    if whole is None or part is None:
        return whole
    if part > whole:
        raise AreasDoNotFit(where=field, wanted_m2=f"{part:,.2f}", area_m2=f"{whole:,.2f}")
    return round(whole - part, 4)
