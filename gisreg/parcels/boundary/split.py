"""Split a parcel: by lines, into given areas, or into the parts it already has. The old number goes out of use."""

from collections.abc import Sequence

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection

from gisreg.parcels.attributes import shared_out
from gisreg.parcels.boundary.given import Given
from gisreg.parcels.boundary.shapes import checked, cut_lines, faces_within, in_bands, polygons_of, reaching
from gisreg.parcels.editing import Basis, Edit, Edited, Subject
from gisreg.parcels.faults import AreasDoNotFit, LineDoesNotCross, SliverLeft

AREA_TOLERANCE_M2 = 0.005
"""Areas are met to the second decimal."""


def split_by_line(connection: Connection, basis: Basis, line: Given, reason: str | None = None) -> Edited:
    """The pieces on both sides of the line become parcels of their own; official areas and sums are divided by share.

    Raises:
        LineDoesNotCross, SliverLeft, BoundaryFault, StaleVersion, ParcelNotFound, ParcelRetired.
    """
    drawn = line.line()
    edit = Edit(connection, "split", reason)
    (subject,) = edit.lock(basis, makes_new=True)
    pieces = divided(subject.ground, edit.transformed(drawn, line.srid, subject.srid), subject.code)
    return _replace_by(edit, subject, pieces)


def split_by_areas(
    connection: Connection, basis: Basis, areas_m2: Sequence[float], direction: float = 0.0, reason: str | None = None
) -> Edited:
    """Pieces of the given planar areas, cut off one after the other towards ``direction`` (degrees from north).

    What is left over becomes the last piece.

    Raises:
        AreasDoNotFit, PieceInParts, SliverLeft, BoundaryFault, StaleVersion, ParcelNotFound, ParcelRetired.
    """
    edit = Edit(connection, "split", reason)
    (subject,) = edit.lock(basis, makes_new=True)
    return _replace_by(edit, subject, divided_by_areas(subject.ground, areas_m2, direction))


def split_parts(connection: Connection, basis: Basis, reason: str | None = None) -> Edited:
    """Each part of a parcel in several parts becomes a parcel.

    Raises:
        LineDoesNotCross: it is in one part; BoundaryFault, StaleVersion, ParcelNotFound, ParcelRetired.
    """
    edit = Edit(connection, "split", reason)
    (subject,) = edit.lock(basis, makes_new=True)
    pieces: list[BaseGeometry] = list(polygons_of(subject.ground))
    if len(pieces) == 1:
        raise LineDoesNotCross(where=subject.code, parcel_code=subject.code)
    return _replace_by(edit, subject, [checked(piece) for piece in pieces])


def divided(shape: BaseGeometry, line: BaseGeometry, code: str = "") -> list[BaseGeometry]:
    """The pieces into which a line cuts a shape, north to south and west to east.

    Raises:
        LineDoesNotCross: it leaves the shape whole. SliverLeft: a piece is no parcel.
    """
    found = faces_within(shape, reaching(line, shape))
    if len(found) <= len(polygons_of(shape)):
        end = shapely.get_coordinates(line)[-1]
        raise LineDoesNotCross(where=f"({end[0]:.3f}, {end[1]:.3f})", parcel_code=code)
    ordered = sorted(found, key=lambda piece: (-round(piece.centroid.y, 3), piece.centroid.x))
    return [checked(piece) for piece in ordered]


def divided_by_areas(shape: BaseGeometry, areas_m2: Sequence[float], direction: float) -> list[BaseGeometry]:
    """Pieces of the given areas, and what is left.

    Raises:
        AreasDoNotFit: more than there is, or nothing to divide. PieceInParts, SliverLeft.
    """
    total = sum(areas_m2)
    left = shape.area - total
    if not areas_m2 or not all(area > 0 for area in areas_m2) or not left >= -AREA_TOLERANCE_M2:
        raise AreasDoNotFit(wanted_m2=f"{total:,.2f}", area_m2=f"{shape.area:,.2f}")
    cuts = list(areas_m2) if left > AREA_TOLERANCE_M2 else list(areas_m2[:-1])
    if not cuts:
        raise AreasDoNotFit(wanted_m2=f"{total:,.2f}", area_m2=f"{shape.area:,.2f}")
    pieces = in_bands(shape, cut_lines(shape, cuts, direction), direction)
    return [_large_enough(piece) for piece in pieces]


def _large_enough(piece: BaseGeometry) -> BaseGeometry:
    if piece.is_empty:
        raise SliverLeft(area_m2="0")
    return checked(piece)


def _replace_by(edit: Edit, subject: Subject, pieces: Sequence[BaseGeometry]) -> Edited:
    whole = sum(piece.area for piece in pieces)
    amounts = shared_out(subject.row, [piece.area / whole for piece in pieces])
    for piece, values in zip(pieces, amounts, strict=True):
        edit.make(subject.row, values, piece, subject.srid, predecessors=[subject])
    edit.retire(subject)
    return edit.finish()
