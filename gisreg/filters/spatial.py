"""Geometry literals in filters: GeoJSON, WKT (which the parser turns into GeoJSON) and boxes, brought to the storage
CRS. The literal is transformed, never the column, so that the index is used."""

import math
import re
from typing import Any

from sqlalchemy import Boolean, ColumnElement, LargeBinary, func, literal, not_

from gisreg.checks.validity import fault_of
from gisreg.db.models import STORAGE_SRID
from gisreg.filters import mixed
from gisreg.filters.errors import BadGeometryLiteral
from gisreg.filters.mixed import Mixed
from gisreg.filters.values import Value

FUNCTIONS: dict[str, str] = {
    "s_contains": "ST_Contains",
    "s_crosses": "ST_Crosses",
    "s_disjoint": "ST_Intersects",
    "s_equals": "ST_Equals",
    "s_intersects": "ST_Intersects",
    "s_overlaps": "ST_Overlaps",
    "s_touches": "ST_Touches",
    "s_within": "ST_Within",
}
COLLECTION = "GeometryCollection"
_OF_COLLECTIONS = ("s_intersects", "s_disjoint")
"""PostGIS itself relates a collection of points, lines and areas in no other way."""
AREAS = ("Polygon", "MultiPolygon", None)
"""The kinds of literals that are areas; boundaries and boxes, which tell no kind, are too."""
SAME_AS_STORAGE = frozenset({4490, 4326})
"""WGS 84 and CGCS2000 differ by centimetres: a filter's literal is taken as it is."""
_EPSG = re.compile(r"(?:EPSG:{1,2}|epsg/0/|EPSG/[\d.]+/)(\d{4,6})$", re.IGNORECASE)
_ANTIMERIDIAN = 180.0
_BOX = 4
_BOX_3D = 6


def geometry_literal(
    node: dict[str, Any], srid: int, *, north_first: bool = False
) -> tuple[ColumnElement[Any], str | Mixed]:
    """The SQL of a GeoJSON geometry and its kind, or its parts where they are of several kinds.

    A ``crs`` member goes before ``srid``, the CRS of the whole filter. ``north_first`` says that the filter's numbers
    come in the order latitude, longitude (or northing, easting).
    """
    import shapely  # noqa: PLC0415 - only filters with a geometry pay for loading it
    from shapely.geometry import shape  # noqa: PLC0415

    own = read_crs(node["crs"]) if node.get("crs") else srid
    try:
        geometry = shapely.force_2d(shape(node))
        if north_first and not node.get("crs"):
            geometry = shapely.transform(geometry, lambda points: points[:, ::-1])
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, shapely.errors.ShapelyError) as error:
        raise BadGeometryLiteral(detail=str(error)) from None
    if geometry.geom_type == COLLECTION:
        geometry = shapely.unary_union(geometry)  # parts of one kind are one shape of that kind
    if geometry.is_empty:
        raise BadGeometryLiteral(detail="EMPTY")
    _check_bounds(geometry.bounds, own)
    if not geometry.is_valid:
        raise BadGeometryLiteral(detail=fault_of(geometry))
    whole = _told(geometry, own)
    if geometry.geom_type != COLLECTION:
        return whole, str(geometry.geom_type)
    by_dimension: dict[int, list[Any]] = {}
    for part in geometry.geoms:
        by_dimension.setdefault(int(shapely.get_dimensions(part)), []).append(part)
    parts = {dimension: _told(shapely.unary_union(those), own) for dimension, those in by_dimension.items()}
    return whole, Mixed(whole, parts)


def _told(geometry: Any, srid: int) -> ColumnElement[Any]:
    """The SQL of a shape, brought to the storage system."""
    return _in_storage(func.ST_GeomFromWKB(literal(geometry.wkb, LargeBinary()), srid), srid)


def box_literal(box: object, srid: int, *, north_first: bool = False) -> ColumnElement[Any]:
    """The SQL of a box ``west, south, east, north`` (heights, if given, are left out)."""
    numbers = [float(n) for n in box if _is_number(n)] if isinstance(box, list) else []
    if not isinstance(box, list) or len(numbers) != len(box) or len(numbers) not in (_BOX, _BOX_3D):
        raise BadGeometryLiteral(detail=f"BBOX {box}")
    half = len(numbers) // 2
    west, south, east, north = numbers[0], numbers[1], numbers[half], numbers[half + 1]
    if north_first:
        west, south, east, north = south, west, north, east
    crosses = west > east and srid in SAME_AS_STORAGE
    if south > north or (west > east and not crosses):
        raise BadGeometryLiteral(detail=f"BBOX {box}")
    _check_bounds((min(west, east), south, max(west, east), north), srid)
    if not crosses:
        return _in_storage(func.ST_MakeEnvelope(west, south, east, north, srid), srid)
    # across the antimeridian: from the west to it, and from it to the east
    halves = ((west, south, _ANTIMERIDIAN, north), (-_ANTIMERIDIAN, south, east, north))
    return _in_storage(func.ST_Union(*(func.ST_MakeEnvelope(*half, srid) for half in halves)), srid)


def related(name: str, left: Value, right: Value) -> ColumnElement[bool]:
    """The condition; to be disjoint is not to intersect.

    Raises:
        BadGeometryLiteral: a collection beside what is no area.
    """
    if name == "s_disjoint":
        return not_(func.ST_Intersects(left.sql, right.sql, type_=Boolean()))
    if name not in _OF_COLLECTIONS and isinstance(right.literal, Mixed):
        return mixed.related(name, _area(name, left), right.literal)
    if name not in _OF_COLLECTIONS and isinstance(left.literal, Mixed):
        return mixed.related(mixed.turned(name), _area(name, right), left.literal)
    function: ColumnElement[bool] = getattr(func, FUNCTIONS[name])(left.sql, right.sql, type_=Boolean())
    return function


def _area(name: str, other: Value) -> ColumnElement[Any]:
    if other.literal not in AREAS:
        raise BadGeometryLiteral(detail=f"{name.upper()}({COLLECTION}, {other.literal})")
    return other.sql


def read_crs(crs: object) -> int:
    """The EPSG code of a GeoJSON ``crs`` member or of a CRS address (OGC's CRS84 is longitude/latitude)."""
    name = crs
    if isinstance(crs, dict):
        properties = crs.get("properties")
        name = properties.get("name") if isinstance(properties, dict) else None
    if isinstance(name, str) and name.upper().endswith("CRS84"):
        return 4326
    found = _EPSG.search(name) if isinstance(name, str) else None
    if found is None:
        raise BadGeometryLiteral(detail=f"CRS {name}")
    return int(found[1])


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _check_bounds(bounds: tuple[float, ...], srid: int) -> None:
    """Longitudes and latitudes must lie on the globe; numbers of any CRS must be finite."""
    west, south, east, north = bounds
    if not all(math.isfinite(n) for n in bounds):
        raise BadGeometryLiteral(detail=str(bounds))
    if srid in SAME_AS_STORAGE and not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):  # noqa: PLR2004 - the globe
        raise BadGeometryLiteral(detail=f"{bounds} ∉ lon/lat")


def _in_storage(geometry: ColumnElement[Any], srid: int) -> ColumnElement[Any]:
    if srid in SAME_AS_STORAGE:
        return func.ST_SetSRID(geometry, STORAGE_SRID)
    return func.ST_Transform(geometry, STORAGE_SRID)
