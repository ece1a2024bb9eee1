"""Geometry literals in filters: GeoJSON, WKT (which the parser turns into GeoJSON) and boxes, brought to the storage
CRS. The literal is transformed, never the column, so that the index is used."""

import math
import re
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, func, literal

from gisreg.checks.validity import fault_of
from gisreg.db.models import STORAGE_SRID
from gisreg.filters.errors import BadGeometryLiteral

FUNCTIONS: dict[str, str] = {
    "s_contains": "ST_Contains",
    "s_crosses": "ST_Crosses",
    "s_disjoint": "ST_Disjoint",
    "s_equals": "ST_Equals",
    "s_intersects": "ST_Intersects",
    "s_overlaps": "ST_Overlaps",
    "s_touches": "ST_Touches",
    "s_within": "ST_Within",
}
SAME_AS_STORAGE = frozenset({4490, 4326})
"""WGS 84 and CGCS2000 differ by centimetres: a filter's literal is taken as it is."""
_EPSG = re.compile(r"(?:EPSG:{1,2}|epsg/0/|EPSG/[\d.]+/)(\d{4,6})$", re.IGNORECASE)
_BOX = 4
_BOX_3D = 6


def geometry_literal(node: dict[str, Any], srid: int, *, north_first: bool = False) -> ColumnElement[Any]:
    """The SQL of a GeoJSON geometry; a ``crs`` member goes before ``srid``, the CRS of the whole filter.

    ``north_first`` says that the filter's numbers come in the order latitude, longitude (or northing, easting).
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
    if geometry.is_empty:
        raise BadGeometryLiteral(detail="EMPTY")
    _check_bounds(geometry.bounds, own)
    if not geometry.is_valid:
        raise BadGeometryLiteral(detail=fault_of(geometry))
    return _in_storage(func.ST_GeomFromWKB(literal(shapely.to_wkb(geometry), LargeBinary()), own), own)


def box_literal(box: object, srid: int, *, north_first: bool = False) -> ColumnElement[Any]:
    """The SQL of a box ``west, south, east, north`` (heights, if given, are left out)."""
    numbers = [float(n) for n in box if _is_number(n)] if isinstance(box, list) else []
    if not isinstance(box, list) or len(numbers) != len(box) or len(numbers) not in (_BOX, _BOX_3D):
        raise BadGeometryLiteral(detail=f"BBOX {box}")
    half = len(numbers) // 2
    west, south, east, north = numbers[0], numbers[1], numbers[half], numbers[half + 1]
    if north_first:
        west, south, east, north = south, west, north, east
    if west > east or south > north:
        raise BadGeometryLiteral(detail=f"BBOX {box}")
    _check_bounds((west, south, east, north), srid)
    return _in_storage(func.ST_MakeEnvelope(west, south, east, north, srid), srid)


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
