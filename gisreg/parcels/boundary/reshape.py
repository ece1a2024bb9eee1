"""Mend a boundary: move, insert and delete vertices, or draw a part of it anew with a line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
import shapely.ops
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection

from gisreg.parcels.boundary.given import Given, given_shape
from gisreg.parcels.boundary.shapes import (
    Floats,
    checked,
    mapped_rings,
    place_of,
    polygons_of,
    reaching,
    with_vertices,
)
from gisreg.parcels.editing import Basis, Edit, Edited
from gisreg.parcels.faults import LineDoesNotCross, NothingToChange, VertexNotThere

VERTEX_TOLERANCE_M = 0.5
CORNERS_OF_A_RING = 3
TWICE = 2


@dataclass(frozen=True)
class VertexChange:
    """One vertex: ``at`` says which (or where to insert), ``to`` where it goes."""

    operation: Literal["move", "insert", "delete"]
    at: tuple[float, float]
    to: tuple[float, float] | None = None


def change_vertices(
    connection: Connection,
    basis: Basis,
    changes: Sequence[VertexChange],
    *,
    srid: int,
    tolerance_m: float = VERTEX_TOLERANCE_M,
    reason: str | None = None,
) -> Edited:
    """Move, insert and delete vertices, one after the other; coordinates are in ``srid``.

    Raises:
        VertexNotThere, BoundaryFault, NothingToChange, StaleVersion, ParcelNotFound, ParcelRetired.
    """
    edit = Edit(connection, "reshape", reason)
    (subject,) = edit.lock(basis)
    shape = subject.ground
    for change in in_metres(edit, changes, srid, subject.srid):
        shape = changed_vertex(shape, change, tolerance_m)
    if shape.equals_exact(subject.ground, 0):
        raise NothingToChange(where=subject.code)
    edit.change(subject, {}, checked(shape))
    return edit.finish()


def in_metres(edit: Edit, changes: Sequence[VertexChange], srid: int, target: int) -> list[VertexChange]:
    """The changes with their coordinates in the zone that the work is done in."""

    def moved(place: tuple[float, float]) -> tuple[float, float]:
        point = given_shape(Point(place), srid).shape
        there = edit.transformed(point, srid, target)
        return there.x, there.y

    return [VertexChange(one.operation, moved(one.at), moved(one.to) if one.to else None) for one in changes]


def changed_vertex(shape: BaseGeometry, change: VertexChange, tolerance: float) -> BaseGeometry:
    """One change made.

    Raises:
        VertexNotThere: nothing to change lies there.
    """
    at = Point(change.at)
    if change.operation == "insert":
        if shape.boundary.distance(at) > tolerance:
            raise _not_there(at, shape.boundary.distance(at))
        return with_vertices(shape, np.array([change.at]), tolerance)
    points = shapely.get_coordinates(shape)
    distances = np.hypot(*(points - change.at).T)
    if distances.min() > tolerance:
        raise _not_there(at, float(distances.min()))
    found = points[int(distances.argmin())]
    if change.operation == "move":
        assert change.to is not None  # noqa: S101 - readers of orders see to it
        target = np.array(change.to)
        return mapped_rings(shape, lambda ring: np.where((ring == found).all(axis=1)[:, None], target, ring))
    return mapped_rings(shape, lambda ring: _without(ring, found))


def _not_there(at: Point, distance: float) -> VertexNotThere:
    return VertexNotThere(place=f"({at.x:.3f}, {at.y:.3f})", distance_m=f"{distance:.2f}")


def _without(ring: Floats, vertex: Floats) -> Floats:
    kept: Floats = ring[~(ring == vertex).all(axis=1)]
    if len(kept) == len(ring):
        return ring
    if len(np.unique(kept, axis=0)) < CORNERS_OF_A_RING:
        raise VertexNotThere(place=f"({vertex[0]:.3f}, {vertex[1]:.3f})", distance_m="0.00")
    return kept


def reshape_by_line(connection: Connection, basis: Basis, line: Given, reason: str | None = None) -> Edited:
    """The part of a ring between the line's first and last crossing takes the line's course; the larger result counts.

    Raises:
        LineDoesNotCross, BoundaryFault, StaleVersion, ParcelNotFound, ParcelRetired.
    """
    drawn = line.line()
    edit = Edit(connection, "reshape", reason)
    (subject,) = edit.lock(basis)
    course = edit.transformed(drawn, line.srid, subject.srid)
    edit.change(subject, {}, checked(reshaped(subject.ground, course, subject.code)))
    return edit.finish()


def reshaped(shape: BaseGeometry, line: BaseGeometry, code: str = "") -> BaseGeometry:
    """The shape with a part of one of its rings replaced by the line.

    Raises:
        LineDoesNotCross: fewer than two crossings with any one ring, or a line in several parts.
    """
    course = reaching(line, shape)
    if course.geom_type != "LineString":
        raise LineDoesNotCross(where=place_of(line), parcel_code=code)
    parts = polygons_of(shape)
    for number, polygon in enumerate(parts):
        better = _reshaped_polygon(polygon, course)
        if better is not None:
            rest = [*parts[:number], better, *parts[number + 1 :]]
            return better if len(rest) == 1 else shapely.MultiPolygon(rest)
    raise LineDoesNotCross(where=place_of(line), parcel_code=code)


def _reshaped_polygon(polygon: Polygon, line: LineString) -> Polygon | None:
    rings = [LineString(ring.coords) for ring in (polygon.exterior, *polygon.interiors)]
    for number, ring in enumerate(rings):
        crossings = shapely.get_coordinates(ring.intersection(line))
        places = sorted({line.project(Point(point)) for point in crossings})
        if len(places) >= TWICE and places[-1] > places[0]:
            rings[number] = _reshaped_ring(ring, line, places[0], places[-1])
            return Polygon(rings[0].coords, [ring.coords for ring in rings[1:]])
    return None


def _reshaped_ring(ring: LineString, line: LineString, start: float, end: float) -> LineString:
    """Two rings can be made of the line and the two halves of the old one: the larger is meant."""
    course = shapely.ops.substring(line, start, end)
    first, last = (ring.project(Point(course.coords[place])) for place in (0, -1))
    between = shapely.ops.substring(ring, *sorted((first, last)))
    after = shapely.ops.substring(ring, max(first, last), ring.length)
    before = shapely.ops.substring(ring, 0, min(first, last))
    inner = list(course.coords)[1:-1]
    forward = inner if first <= last else inner[::-1]
    halves = ([*between.coords, *forward[::-1]], [*after.coords, *list(before.coords)[1:], *forward])
    closed = [Polygon(half) for half in halves if len(half) >= CORNERS_OF_A_RING]
    return LineString(max(closed, key=lambda made: made.area if made.is_valid else 0.0).exterior.coords)
