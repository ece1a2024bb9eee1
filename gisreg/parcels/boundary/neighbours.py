"""Boundaries that parcels share: snap one to its neighbours, or move the common line of two together."""

from collections.abc import Sequence
from typing import cast

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, Table, func, select

from gisreg.db.models import Parcel
from gisreg.parcels.boundary.given import Given
from gisreg.parcels.boundary.merge import JOINT_M, fitted_together, snapped
from gisreg.parcels.boundary.reshape import VERTEX_TOLERANCE_M, VertexChange, changed_vertex, in_metres
from gisreg.parcels.boundary.shapes import checked, faces_within, joined, place_of, polygons_of, reaching, with_vertices
from gisreg.parcels.editing import Basis, Edit, Edited, Subject
from gisreg.parcels.faults import LineDoesNotCross, NothingToSnap, NotTouching, SameParcelTwice, ValueUnusable
from gisreg.vocab import State

MAX_TOLERANCE_M = 20.0
METRES_PER_DEGREE = 60_000.0
"""Fewer than a degree of longitude has anywhere in China: a box around is rather too wide than too narrow."""


def snap(
    connection: Connection, basis: Basis, tolerance_m: float, to: Sequence[str] | None = None, reason: str | None = None
) -> Edited:
    """Corners within the tolerance of neighbours of the same kind (or of those named) take their place.

    Raises:
        NothingToSnap, ValueUnusable, BoundaryFault, StaleVersion, ParcelNotFound, ParcelRetired.
    """
    if not 0 < tolerance_m <= MAX_TOLERANCE_M:
        raise ValueUnusable(
            where="tolerance", field="tolerance", value=f"{tolerance_m:g}",
            expected_zh=f"0 到 {MAX_TOLERANCE_M:g} 米", expected_en=f"between 0 and {MAX_TOLERANCE_M:g} m",
        )  # fmt: skip
    edit = Edit(connection, "snap", reason)
    (subject,) = edit.lock(basis)
    shape = subject.ground
    for neighbour in _neighbours(edit, subject, tolerance_m, to):
        if shape.distance(neighbour) <= tolerance_m:
            shape = snapped(shape, neighbour, tolerance_m)
    if shape.equals_exact(subject.ground, 0):
        raise NothingToSnap(where=subject.code, tolerance_m=f"{tolerance_m:g}")
    edit.change(subject, {}, checked(shape))
    return edit.finish()


def _neighbours(edit: Edit, subject: Subject, tolerance_m: float, to: Sequence[str] | None) -> list[BaseGeometry]:
    """Their shapes in the subject's zone, the nearest to its middle first."""
    parcel = cast(Table, Parcel.__table__)
    near = parcel.c.boundary.op("&&")(func.ST_Expand(subject.row["boundary"], tolerance_m / METRES_PER_DEGREE))
    chosen = parcel.c.parcel_code.in_(to) if to else parcel.c.kind == subject.row["kind"]
    wanted = select(parcel).where(
        parcel.c.county_code == subject.row["county_code"], parcel.c.id != subject.row["id"],
        parcel.c.state != State.REMOVED, near, chosen,
    ).order_by(parcel.c.parcel_code)  # fmt: skip
    found = [edit.subject(dict(row)) for row in edit.connection.execute(wanted).mappings()]
    shapes = [edit.transformed(one.ground, one.srid, subject.srid) for one in found]
    return sorted(shapes, key=subject.ground.centroid.distance)


def move_boundary(
    connection: Connection, first: Basis, second: Basis, line: Given, reason: str | None = None
) -> Edited:
    """The line becomes the common boundary of two neighbours: their ground together stays, without gap or overlap.

    Raises:
        NotTouching, LineDoesNotCross, SliverLeft, BoundaryFault, StaleVersion, ParcelNotFound, ParcelRetired.
    """
    drawn = line.line()
    edit, subjects, shapes = _two(connection, first, second, reason)
    course = edit.transformed(drawn, line.srid, subjects[0].srid)
    new = divided_anew(shapes, course, [subject.code for subject in subjects])
    return _change_both(edit, subjects, new)


def move_common_vertices(
    connection: Connection,
    first: Basis,
    second: Basis,
    changes: Sequence[VertexChange],
    *,
    srid: int,
    tolerance_m: float = VERTEX_TOLERANCE_M,
    reason: str | None = None,
) -> Edited:
    """Corners on the common boundary are moved, inserted or deleted in both parcels at once.

    A corner that only one of the two had is given to the other first.

    Raises:
        NotTouching, VertexNotThere, BoundaryFault, StaleVersion, ParcelNotFound, ParcelRetired.
    """
    edit, subjects, shapes = _two(connection, first, second, reason)
    for change in in_metres(edit, changes, srid, subjects[0].srid):
        shapes = [changed_vertex(shape, change, tolerance_m) for shape in shapes]
    return _change_both(edit, subjects, [checked(shape) for shape in shapes])


def _two(
    connection: Connection, first: Basis, second: Basis, reason: str | None
) -> tuple[Edit, list[Subject], list[BaseGeometry]]:
    if first.parcel_code == second.parcel_code:
        raise SameParcelTwice(wanted=2, codes=first.parcel_code)
    edit = Edit(connection, "move-boundary", reason)
    subjects = edit.lock(first, second)
    shapes, _srid = edit.together(subjects)
    if shapes[0].distance(shapes[1]) > JOINT_M:
        raise NotTouching(codes=f"{first.parcel_code}, {second.parcel_code}")
    return edit, subjects, fitted_together(shapes)


def divided_anew(shapes: Sequence[BaseGeometry], line: BaseGeometry, codes: Sequence[str]) -> list[BaseGeometry]:
    """The ground of two shapes together, divided by the line; each side goes to the one that had more of it.

    Raises:
        LineDoesNotCross: it does not divide the ground, or leaves one of the two nothing. SliverLeft.
    """
    whole = shapely.union_all(shapes)
    if len(polygons_of(whole)) > max(len(polygons_of(shape)) for shape in shapes):
        raise NotTouching(codes=", ".join(codes))
    sides: list[list[BaseGeometry]] = [[], []]
    pieces = faces_within(whole, reaching(line, whole))
    for piece in pieces:
        shares = [piece.intersection(shape).area for shape in shapes]
        sides[shares[1] > shares[0]].append(piece)
    if not all(sides) or len(pieces) <= len(polygons_of(whole)):
        raise LineDoesNotCross(where=place_of(line), parcel_code=", ".join(codes))
    new = [checked(joined(side)) for side in sides]
    corners = np.concatenate([shapely.get_coordinates(shape) for shape in new])
    return [with_vertices(shape, corners, 1e-9) for shape in new]


def _change_both(edit: Edit, subjects: Sequence[Subject], shapes: Sequence[BaseGeometry]) -> Edited:
    srid = subjects[0].srid
    for subject, shape in zip(subjects, shapes, strict=True):
        edit.change(subject, {}, shape, srid)
    return edit.finish()
