"""Boundaries as the file holds them and as the registry handed them out, and how far two of them are apart."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection

from gisreg.db.shapes import from_database, transformed
from gisreg.geometry import STORAGE_SRID, WGS84_SRID, zone_for, zone_of
from gisreg.parcels.boundary.given import Given, given_shape
from gisreg.parcels.faults import GeometryUnreadable
from gisreg.parcels.versions import boundary_distance

MAGIC, HEAD = b"GP", 8
ENVELOPE_BYTES = (0, 32, 48, 48, 64)
EMPTY_FLAG = 0b10000
SAME_M, SAME_DEGREES = 1e-6, 1e-11
"""Coordinates nearer than this are the same: programs rewrite them without anybody having moved anything."""


@dataclass(frozen=True)
class GroundChange:
    """How a boundary moved."""

    moved_m: float | None
    """How far at most (Hausdorff distance of the two lines); None where there was none before."""
    planar_area_m2_before: float | None
    planar_area_m2_after: float


def read_blob(blob: bytes | None, srid: int, where: str) -> tuple[Given | None, bool]:
    """The shape of a GeoPackage cell, one part alone as a Polygon; and whether heights were dropped.

    Raises:
        GeometryUnreadable, GeometryEmpty and the faults of :func:`given_shape`.
    """
    if blob is None:
        return None, False
    if blob[:2] != MAGIC or len(blob) <= HEAD or (blob[3] >> 1 & 7) >= len(ENVELOPE_BYTES):
        raise GeometryUnreadable(where=where, detail="GeoPackage")
    wkb = blob[HEAD + ENVELOPE_BYTES[blob[3] >> 1 & 7] :]
    try:
        with np.errstate(invalid="ignore"):
            shape = shapely.from_wkb(wkb)
    except (shapely.GEOSException, NotImplementedError) as error:
        raise GeometryUnreadable(where=where, detail=" ".join(str(error).split())[:120]) from None
    if shape is None or shape.is_empty:
        return None, False
    heights = bool(shapely.has_z(shape))
    return given_shape(shapely.force_2d(_single(shape)), srid, where), heights


def _single(shape: BaseGeometry) -> BaseGeometry:
    parts = shapely.get_parts(shape)
    return parts[0] if shape.geom_type == "MultiPolygon" and len(parts) == 1 else shape


def handed_ground(wkb: Any) -> BaseGeometry | None:
    """A boundary from the registry in the file's CRS."""
    return None if wkb is None else _single(from_database(wkb))


def same_ground(one: BaseGeometry | None, other: BaseGeometry | None, srid: int) -> bool:
    """The same boundary, whatever point its rings begin at."""
    if one is None or other is None:
        return one is other
    if one.geom_type != other.geom_type or shapely.get_num_coordinates(one) != shapely.get_num_coordinates(other):
        return False
    if one.equals_exact(other, 0):
        return True
    tolerance = SAME_DEGREES if srid in (STORAGE_SRID, WGS84_SRID) else SAME_M
    return bool(one.normalize().equals_exact(other.normalize(), tolerance))


def ground_change(connection: Connection, before: BaseGeometry | None, after: BaseGeometry, srid: int) -> GroundChange:
    """The change of a boundary, in metres."""
    if before is None:
        (now,) = _in_metres(connection, [after], srid)
        return GroundChange(None, None, now.area)
    was, now = _in_metres(connection, [before, after], srid)
    return GroundChange(boundary_distance(was, now), was.area, now.area)


def _in_metres(connection: Connection, shapes: list[BaseGeometry], srid: int) -> list[BaseGeometry]:
    if zone_of(srid):
        return shapes
    degrees = transformed(connection, shapes, srid, STORAGE_SRID)
    return transformed(connection, degrees, STORAGE_SRID, zone_for(degrees[0].centroid.x).srid)
