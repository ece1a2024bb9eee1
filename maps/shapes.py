"""Boundaries as short lists of whole numbers: ten-millionths of a degree, each point as its step from the last."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

SCALE = 10_000_000
"""Seven decimals of a degree: about a centimetre."""

Ring = list[int]
Shape = list[list[Ring]]


def steps(points: Iterable[Sequence[float]]) -> Ring:
    """x0, y0, then the steps; rounding happens once per point, so errors do not add up."""
    flat: Ring = []
    last_x = last_y = 0
    for point in points:
        x, y = round(point[0] * SCALE), round(point[1] * SCALE)
        flat += (x - last_x, y - last_y)
        last_x, last_y = x, y
    return flat


def polygons(geometry: Mapping[str, Any] | None) -> Shape | None:
    """The polygons of a GeoJSON geometry, or None where it has none. The closing point of a ring is left away."""
    if geometry is None:
        return None
    kind, coordinates = geometry.get("type"), geometry.get("coordinates") or []
    if kind == "GeometryCollection":
        parts = [polygons(part) or [] for part in geometry.get("geometries") or []]
        return [polygon for part in parts for polygon in part] or None
    listed = [coordinates] if kind == "Polygon" else coordinates if kind == "MultiPolygon" else []
    shape = [[steps(ring[:-1]) for ring in polygon] for polygon in listed]
    return shape or None


def lines(geometry: Mapping[str, Any]) -> list[Ring]:
    """The lines of a GeoJSON geometry."""
    kind, coordinates = geometry.get("type"), geometry.get("coordinates") or []
    listed = [coordinates] if kind == "LineString" else coordinates if kind == "MultiLineString" else []
    return [steps(line) for line in listed]


def point(geometry: Mapping[str, Any]) -> Ring | None:
    """The place of a GeoJSON point."""
    return steps([geometry["coordinates"]]) if geometry.get("type") == "Point" else None
