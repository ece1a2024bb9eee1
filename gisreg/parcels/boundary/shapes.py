"""Plane geometry in metres that keeps shared vertices exact: pieces of one noding, never two separate overlays."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from gisreg.checks.validity import fault_of
from gisreg.parcels.faults import BoundaryInvalid, NoArea, PieceInParts, SliverLeft

Floats = NDArray[np.float64]

SLIVER_M2 = 1.0
SLIVER_WIDTH_M = 0.1
REACH_M = 0.5
"""An end of a line that stops so near to the boundary was meant to reach it."""
SAME_PLACE_M = 1e-6
BEYOND_M = SAME_EDGE_M = 1e-3


def polygons_of(shape: BaseGeometry) -> list[Polygon]:
    """The polygons of a shape."""
    return [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and not part.is_empty]


def place_of(shape: BaseGeometry) -> str:
    """A point in the shape, for words."""
    point = shapely.point_on_surface(shape) if shape.area else shape.centroid
    return f"({point.x:.3f}, {point.y:.3f})"


def width_of(shape: BaseGeometry) -> float:
    """About how wide a thin shape is."""
    return 2 * shape.area / shape.length if shape.length else 0.0


def is_sliver(shape: BaseGeometry) -> bool:
    """Too small or too thin to be a parcel."""
    return shape.area < SLIVER_M2 or width_of(shape) < SLIVER_WIDTH_M


def checked(shape: BaseGeometry) -> BaseGeometry:
    """The shape, if it may be a boundary.

    Raises:
        BoundaryInvalid, NoArea, SliverLeft.
    """
    if not shape.is_valid:
        raise BoundaryInvalid(detail=fault_of(shape))
    parts = polygons_of(shape)
    if not parts or not shape.area > 0:
        raise NoArea(area_m2=f"{shape.area:.4f}")
    for part in parts:
        if is_sliver(part):
            raise SliverLeft(where=place_of(part), area_m2=f"{part.area:.4f}")
    return shape


def joined(parts: Sequence[Polygon]) -> BaseGeometry:
    """Polygons that touch nowhere, or at points only, as one boundary; faces of one noding are dissolved exactly."""
    whole = shapely.union_all(parts)
    found = polygons_of(whole)
    return found[0] if len(found) == 1 else MultiPolygon(found)


def faces(*shapes: BaseGeometry) -> list[Polygon]:
    """All faces that the lines of the shapes enclose together: one noding, so that neighbours share their vertices."""
    lines = [shape.boundary if shape.area else shape for shape in shapes]
    network = shapely.union_all(lines)
    return polygons_of(shapely.polygonize(shapely.get_parts(network).tolist()))


def faces_within(shape: BaseGeometry, *others: BaseGeometry) -> list[Polygon]:
    """Those of them that lie in ``shape``."""
    shapely.prepare(shape)
    return [face for face in faces(shape, *others) if shape.contains(shapely.point_on_surface(face))]


def drawn_to(shape: BaseGeometry, other: BaseGeometry) -> BaseGeometry:
    """The shape with its edges led through the corners of the other that lie hardly beside them, if it stays valid."""
    drawn = shapely.snap(shape, other, SAME_EDGE_M)
    return drawn if drawn.is_valid else shape


def parted(shape: BaseGeometry, cutter: BaseGeometry) -> tuple[list[Polygon], list[Polygon]]:
    """The faces of ``shape`` inside the areal ``cutter`` and those outside it."""
    inside: list[Polygon] = []
    outside: list[Polygon] = []
    shapely.prepare(cutter)
    for face in faces_within(shape, cutter):
        (inside if cutter.contains(shapely.point_on_surface(face)) else outside).append(face)
    return inside, outside


def reaching(line: BaseGeometry, shape: BaseGeometry, reach: float = REACH_M) -> BaseGeometry:
    """The line with ends that stop just short of the boundary drawn on to it (a hair beyond, so that they cross)."""
    return shapely.union_all([_reaching(part, shape.boundary, reach) for part in shapely.get_parts(line)])


def _reaching(line: LineString, boundary: BaseGeometry, reach: float) -> LineString:
    points = [tuple(point) for point in shapely.get_coordinates(line)]
    for end in (0, -1):
        here = Point(points[end])
        near = Point(shapely.shortest_line(boundary, here).coords[0])
        if near.distance(here) <= reach:
            inner = Point(points[1 if end == 0 else -2])
            beyond = _beyond(here, near) if near.distance(here) > SAME_PLACE_M else _on(inner, here)
            points = [beyond, *points] if end == 0 else [*points, beyond]
    return LineString(points)


def _beyond(here: Point, near: Point) -> tuple[float, float]:
    ahead = 1 + BEYOND_M / near.distance(here)
    return here.x + (near.x - here.x) * ahead, here.y + (near.y - here.y) * ahead


def _on(before: Point, here: Point) -> tuple[float, float]:
    """An end on the boundary itself: a hair on in its own direction, or rounding may leave it short."""
    ahead = 1 + BEYOND_M / max(before.distance(here), BEYOND_M)
    return before.x + (here.x - before.x) * ahead, before.y + (here.y - before.y) * ahead


def below(shape: BaseGeometry, north: float) -> float:
    """The area of a shape south of a parallel, exactly: the integral of x dy along its rings, cut off there."""
    area = 0.0
    for polygon in polygons_of(shape):
        for ring, hole in [(polygon.exterior, False), *((ring, True) for ring in polygon.interiors)]:
            points = shapely.get_coordinates(ring) - (polygon.bounds[0], 0.0)
            area += (-1 if hole else 1) * abs(_below(points, north))
    return area


def _below(points: Floats, north: float) -> float:
    x1, y1, x2, y2 = *points[:-1].T, *points[1:].T
    low1, low2 = np.minimum(y1, north), np.minimum(y2, north)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(y1 == y2, 0.0, (x2 - x1) / (y2 - y1))
    cut1, cut2 = x1 + slope * (low1 - y1), x2 + slope * (low2 - y2)
    return float(np.sum((cut1 + cut2) / 2 * (low2 - low1)))


def cut_lines(shape: BaseGeometry, areas_m2: Sequence[float], direction: float) -> list[LineString]:
    """Lines across the shape that leave the areas behind them, swept towards ``direction`` (degrees from north)."""
    turned, centre = rotated(shape, direction), shape.centroid
    west, south, east, north = turned.bounds
    margin = max(east - west, north - south) * 0.01 + 1
    lines, target = [], 0.0
    for area in areas_m2:
        target += area
        place = _bisect(lambda at: below(turned, at), target, south, north)
        flat = LineString([(west - margin, place), (east + margin, place)])
        lines.append(rotated(flat, -direction, centre))
    return lines


def _bisect(value: Callable[[float], float], target: float, low: float, high: float) -> float:
    for _ in range(100):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if value(middle) < target else (low, middle)
    return (low + high) / 2


def rotated(shape: BaseGeometry, direction: float, centre: Point | None = None) -> BaseGeometry:
    """Turned about its centre so that ``direction`` points north."""
    about = centre or shape.centroid
    angle = math.radians(direction)
    cosine, sine = math.cos(angle), math.sin(angle)

    def turn(points: Floats) -> Floats:
        x, y = points[:, 0] - about.x, points[:, 1] - about.y
        return np.column_stack([x * cosine - y * sine + about.x, x * sine + y * cosine + about.y])

    return shapely.transform(shape, turn)


def in_bands(shape: BaseGeometry, lines: Sequence[LineString], direction: float) -> list[BaseGeometry]:
    """The pieces between parallel lines, in the order of the sweep.

    Raises:
        PieceInParts: a band of the shape is not in one part.
    """
    centre = shape.centroid
    limits = [rotated(line, direction, centre).coords[0][1] for line in lines]
    bands: list[list[Polygon]] = [[] for _ in range(len(lines) + 1)]
    for face in faces_within(shape, *lines):
        middle = rotated(shapely.point_on_surface(face), direction, centre).y
        bands[sum(middle > limit for limit in limits)].append(face)
    pieces = [joined(band) for band in bands]
    whole_parts = len(polygons_of(shape))
    for piece in pieces:
        if whole_parts == 1 and len(polygons_of(piece)) > 1:
            raise PieceInParts(where=place_of(piece))
    return pieces


def with_vertices(shape: BaseGeometry, points: Floats, tolerance: float) -> BaseGeometry:
    """The shape with those points inserted that lie on (within the tolerance of) one of its edges."""
    edges = shape.boundary
    shapely.prepare(edges)
    near = points[shapely.dwithin(edges, shapely.points(points), tolerance)]
    corners = {tuple(corner) for corner in shapely.get_coordinates(shape)}
    fresh = [point for point in near if tuple(point) not in corners]
    return mapped_rings(shape, lambda ring: _with_points(ring, fresh, tolerance)) if fresh else shape


def _with_points(ring: Floats, points: Sequence[Floats], tolerance: float) -> Floats:
    for point in points:
        ring = _with_point(ring, point, tolerance)
    return ring


def _with_point(ring: Floats, point: Floats, tolerance: float) -> Floats:
    if np.hypot(*(ring - point).T).min() <= SAME_PLACE_M:
        return ring
    start, along = ring[:-1], ring[1:] - ring[:-1]
    length2 = np.maximum((along**2).sum(axis=1), 1e-30)
    share = np.clip(((point - start) * along).sum(axis=1) / length2, 0, 1)
    distance = np.hypot(*(start + along * share[:, None] - point).T)
    edge = int(distance.argmin())
    # at an end of the edge it is the vertex that would move, which is another matter
    if distance[edge] > tolerance or share[edge] in (0.0, 1.0):
        return ring
    return np.insert(ring, edge + 1, point, axis=0)


def mapped_rings(shape: BaseGeometry, change: Callable[[Floats], Floats]) -> BaseGeometry:
    """The shape with each ring's coordinates changed; rings stay closed."""
    parts = []
    for polygon in polygons_of(shape):
        rings = [_closed(change(shapely.get_coordinates(ring))) for ring in (polygon.exterior, *polygon.interiors)]
        parts.append(Polygon(rings[0], rings[1:]))
    return parts[0] if len(parts) == 1 and shape.geom_type == "Polygon" else MultiPolygon(parts)


def _closed(ring: Floats) -> Floats:
    tidy = without_repeats(ring)
    return tidy if (tidy[0] == tidy[-1]).all() else np.vstack([tidy, tidy[0]])


def without_repeats(ring: Floats) -> Floats:
    """Vertices that repeat the one before are dropped."""
    kept: Floats = ring[np.concatenate([[True], (np.diff(ring, axis=0) != 0).any(axis=1)])]
    return kept
