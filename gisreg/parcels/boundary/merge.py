"""Merge neighbours into one parcel with a new number; the old numbers lead to it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection

from gisreg.parcels.attributes import AMOUNTS, EDITABLE, added_up, title_of
from gisreg.parcels.boundary.shapes import (
    SLIVER_M2,
    checked,
    mapped_rings,
    polygons_of,
    with_vertices,
)
from gisreg.parcels.editing import Basis, Edit, Edited, Subject
from gisreg.parcels.faults import NotTouching, ParcelsDiffer, ParcelsOverlap, SameParcelTwice
from gisreg.vocab import OwnershipStatus

JOINT_M = 0.01
"""Corners so near to each other are one corner, measured twice."""
ON_THE_EDGE_M = 1e-5
AT_LEAST = 2
SAME_FOR_ALL = ("county_code", "kind", "subkind", "state", "holder_name", "holder_class", "right_type")
"""What parcels must share to become one: the county, what they are, where they stand, and whose they are."""
DESCRIBING = ("name", "address", "remark", "tags", "township_code", "village_code", "official_area_source")
"""Taken from the largest where they differ; any other field that differs is unknown of the whole."""


def merge(connection: Connection, bases: Sequence[Basis], reason: str | None = None) -> Edited:
    """One parcel out of neighbours of the same kind, state and holder; their amounts are added.

    Raises:
        SameParcelTwice, ParcelsDiffer, NotTouching, ParcelsOverlap, BoundaryFault, StaleVersion, ParcelNotFound,
        ParcelRetired.
    """
    if len(bases) < AT_LEAST:
        raise SameParcelTwice(wanted=AT_LEAST, codes=", ".join(basis.parcel_code for basis in bases))
    edit = Edit(connection, "merge", reason)
    subjects = edit.lock(*bases, makes_new=True)
    _require_alike(subjects)
    shapes, srid = edit.together(subjects)
    whole = merged(shapes, [subject.code for subject in subjects])
    rows = sorted((subject.row for subject in subjects), key=lambda row: -(row["area_m2"] or 0))
    values = {**_agreed(rows), **_with_source(added_up(rows), rows)}
    edit.make(rows[0], values, whole, srid, predecessors=subjects)
    for subject in subjects:
        edit.retire(subject)
    return edit.finish()


def _require_alike(subjects: Sequence[Subject]) -> None:
    for field in SAME_FOR_ALL:
        values = {subject.row[field] for subject in subjects}
        if len(values) > 1:
            title = title_of(field)
            shown = "、".join(f"{subject.code} {subject.row[field] or '—'}" for subject in subjects)
            raise ParcelsDiffer(where=field, title_zh=title.zh, title_en=title.en, values=shown)


def _agreed(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What all say, or the largest for what only describes; the rest is unknown where they disagree."""
    agreed: dict[str, Any] = {}
    for field in EDITABLE:
        if field not in (*AMOUNTS, *DESCRIBING, *SAME_FOR_ALL):
            same = all(row[field] == rows[0][field] for row in rows)
            agreed[field] = rows[0][field] if same else None
    agreed["ownership_status"] = agreed["ownership_status"] or OwnershipStatus.UNKNOWN
    if agreed["land_use_code"] is None or agreed["land_use_scheme"] is None:
        agreed["land_use_code"] = agreed["land_use_scheme"] = None
    return agreed


def _with_source(amounts: dict[str, float | None], rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """An official area says where it comes from."""
    source = next((row["official_area_source"] for row in rows if row["official_area_source"]), None)
    return {**amounts, "official_area_source": source if amounts["official_area_m2"] is not None else None}


def merged(shapes: Sequence[BaseGeometry], codes: Sequence[str]) -> BaseGeometry:
    """One shape: joints are closed to the centimetre first, so that no hairline stays between the parcels.

    Raises:
        ParcelsOverlap, NotTouching.
    """
    fitted = fitted_together(shapes)
    _require_no_overlap(fitted, codes)
    _require_touching(fitted, codes)
    whole = shapely.union_all(fitted)
    parts = [_without_hairlines(part) for part in polygons_of(whole)]
    return checked(parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts))


def _without_hairlines(polygon: Polygon) -> Polygon:
    """Holes thinner than a joint are what is left of one."""
    kept = [ring for ring in polygon.interiors if 2 * Polygon(ring).area / ring.length > JOINT_M]
    return Polygon(polygon.exterior, kept)


def fitted_together(shapes: Sequence[BaseGeometry], joint: float = JOINT_M) -> list[BaseGeometry]:
    """Each shape's corners moved to those of the ones before it within the joint, and corners on edges shared."""
    fitted: list[BaseGeometry] = []
    for shape in shapes:
        placed = shape
        for other in fitted:
            if placed.distance(other) <= joint and not _joined_exactly(placed, other, joint):
                placed = snapped(placed, other, joint)
        fitted.append(placed)
    return [_with_corners(shape, [other for other in fitted if other is not shape], joint) for shape in fitted]


def _joined_exactly(one: BaseGeometry, other: BaseGeometry, joint: float) -> bool:
    """Whether most of what lies near to the other is the very same line: such a joint needs no mending."""
    near = one.boundary.intersection(other.buffer(joint)).length
    return bool(one.boundary.intersection(other.boundary).length > near / 2)


def _with_corners(shape: BaseGeometry, others: Sequence[BaseGeometry], joint: float) -> BaseGeometry:
    """Corners of the others that lie on an edge of the shape become corners of it too; none bends an edge."""
    near = [shapely.get_coordinates(other) for other in others if shape.distance(other) <= joint]
    return with_vertices(shape, np.concatenate(near), ON_THE_EDGE_M) if near else shape


def snapped(shape: BaseGeometry, other: BaseGeometry, tolerance: float) -> BaseGeometry:
    """Corners near the other's corners, else near its edges, moved there; corners of the other on edges shared."""
    corners = shapely.get_coordinates(other)
    targets = shapely.points(corners)
    shared = {tuple(corner) for corner in corners}
    tree = shapely.STRtree(targets)
    edges = other.boundary
    shapely.prepare(edges)

    def moved(ring: Any) -> Any:
        points = shapely.points(ring)
        ring = ring.copy()
        near = shapely.dwithin(edges, points, tolerance)
        for place in near.nonzero()[0]:
            if tuple(ring[place]) in shared:
                continue
            corner = targets[tree.nearest(points[place])]
            if corner.distance(points[place]) > tolerance:
                corner = Point(shapely.shortest_line(edges, points[place]).coords[0])
            ring[place] = corner.x, corner.y
        return ring

    return with_vertices(mapped_rings(shape, moved), corners, tolerance)


def _require_no_overlap(shapes: Sequence[BaseGeometry], codes: Sequence[str]) -> None:
    for first in range(len(shapes)):
        for second in range(first + 1, len(shapes)):
            shared = shapes[first].intersection(shapes[second]).area
            if shared > SLIVER_M2:
                raise ParcelsOverlap(area_m2=f"{shared:,.2f}", codes=f"{codes[first]}, {codes[second]}")


def _require_touching(shapes: Sequence[BaseGeometry], codes: Sequence[str]) -> None:
    """Every parcel reaches every other over shared lines; a corner in common is not enough."""
    reached, waiting = {0}, [0]
    while waiting:
        here = waiting.pop()
        for other in range(len(shapes)):
            if other not in reached and _share_a_line(shapes[here], shapes[other]):
                reached.add(other)
                waiting.append(other)
    apart = [code for place, code in enumerate(codes) if place not in reached]
    if apart:
        raise NotTouching(codes=", ".join([codes[0], *apart]))


def _share_a_line(one: BaseGeometry, other: BaseGeometry) -> bool:
    if one.distance(other) > JOINT_M:
        return False
    return float(one.buffer(JOINT_M).intersection(other.boundary).length) > 10 * JOINT_M
