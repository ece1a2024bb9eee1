"""Shapes as people give them: WKT, GeoJSON or a file, in a CRS that is stated; judged before anything is computed."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gisreg.checks.validity import fault_of
from gisreg.geometry import STORAGE_SRID, WEB_MERCATOR_SRID, is_supported_crs, zone_of
from gisreg.parcels.faults import (
    AxesSwapped,
    BoundaryInvalid,
    CrsNotSupported,
    GeometryEmpty,
    GeometryUnreadable,
    NoArea,
    NotAPolygon,
    NotFinite,
    OneShapeWanted,
    OutOfRange,
    TooManyVertices,
)
from gisreg.text import Text

MAX_VERTICES = 100_000
"""More than any parcel has: work on it would take seconds and lock the parcel for as long."""
MAX_TEXT = 20_000_000
ZONE_HALF_WIDTH_M = 450_000
"""How far from its meridian a zone is taken: well over its own width, so that a parcel may lie across its limit."""
NORTH_LIMIT_M = 6_500_000
MERCATOR_LIMIT_M = 20_037_509
AREAL, LINEAR = Text("面", "a polygon"), Text("线", "a line")


@dataclass(frozen=True)
class Given:
    """A shape in two dimensions, its CRS, and where it came from."""

    shape: BaseGeometry
    srid: int
    where: str = ""
    surveyed: BaseGeometry | None = None
    """The same with its heights, where it has them."""

    def polygon(self) -> BaseGeometry:
        """The shape as a valid Polygon or MultiPolygon with an area.

        Raises:
            NotAPolygon, BoundaryInvalid, NoArea.
        """
        shape = self._of_kind(("Polygon", "MultiPolygon"), AREAL)
        if not shape.is_valid:
            raise BoundaryInvalid(where=self.where, detail=fault_of(shape))
        if not shape.area > 0:
            raise NoArea(where=self.where, area_m2="0")
        return shape

    def line(self) -> BaseGeometry:
        """The shape as a line with a length.

        Raises:
            NotAPolygon, GeometryEmpty.
        """
        shape = self._of_kind(("LineString", "MultiLineString"), LINEAR)
        if not shape.length > 0:
            raise GeometryEmpty(where=self.where)
        return shape

    def _of_kind(self, kinds: tuple[str, ...], wanted: Text) -> BaseGeometry:
        if self.shape.geom_type not in kinds:
            raise NotAPolygon(where=self.where, wanted_zh=wanted.zh, wanted_en=wanted.en, found=self.shape.geom_type)
        return self.shape


def srid_of(crs: str | int | None) -> int:
    """The EPSG number of ``EPSG:4547`` or ``4547``; CGCS2000 longitude/latitude where none is stated.

    Raises:
        CrsNotSupported.
    """
    if crs is None:
        return STORAGE_SRID
    found = re.fullmatch(r"(?:EPSG:)?([0-9]{1,6})", str(crs).strip(), re.IGNORECASE)
    if not found or not is_supported_crs(int(found[1])):
        raise CrsNotSupported(where="crs", crs=str(crs)[:40])
    return int(found[1])


def given_text(text: str, crs: str | int | None = None, where: str = "") -> Given:
    """WKT, or GeoJSON (a geometry, a feature, or a collection of one).

    Raises:
        GeometryUnreadable and the faults of :func:`given_shape`.
    """
    if len(text) > MAX_TEXT:
        raise TooManyVertices(where=where, found=f"{len(text):,} B", limit=f"{MAX_TEXT:,} B")
    if text.lstrip().startswith("{"):
        try:
            return given_geojson(json.loads(text), crs, where)
        except (ValueError, RecursionError) as error:
            raise GeometryUnreadable(where=where, detail=_short(error)) from None
    try:
        with np.errstate(invalid="ignore"):  # NaN is told further down
            shape = shapely.from_wkt(text)
    except (shapely.GEOSException, NotImplementedError, TypeError, ValueError) as error:
        raise GeometryUnreadable(where=where, detail=_short(error)) from None
    return given_shape(shape, srid_of(crs), where)


def given_geojson(document: Any, crs: str | int | None = None, where: str = "") -> Given:
    """A GeoJSON geometry, feature, or collection of one feature, as a program's JSON holds it.

    Raises:
        GeometryUnreadable, OneShapeWanted and the faults of :func:`given_shape`.
    """
    if isinstance(document, dict) and document.get("type") == "FeatureCollection":
        features = document.get("features")
        if not isinstance(features, list) or len(features) != 1:
            raise OneShapeWanted(where=where, found=len(features) if isinstance(features, list) else 0)
        document = features[0]
    if isinstance(document, dict) and document.get("type") == "Feature":
        document = document.get("geometry")
    if not isinstance(document, dict):
        raise GeometryUnreadable(where=where, detail="GeoJSON")
    try:
        shape = shapely.from_geojson(json.dumps(document))
    except (shapely.GEOSException, TypeError, ValueError, RecursionError) as error:
        raise GeometryUnreadable(where=where, detail=_short(error)) from None
    return given_shape(shape, srid_of(crs), where)


def given_file(path: Path, crs: str | None = None, layer: str | None = None) -> Given:
    """The one shape of a file that GDAL reads; its own CRS unless one is stated.

    Raises:
        GeometryUnreadable, OneShapeWanted and the faults of :func:`given_shape`.
    """
    import pyogrio  # noqa: PLC0415 - GDAL is needed for files only
    from pyogrio.errors import DataLayerError, DataSourceError  # noqa: PLC0415

    path.stat()  # a missing file is told as such
    try:
        meta, _fids, shapes, _fields = pyogrio.raw.read(path, layer=layer, columns=[], max_features=2)
    except (DataSourceError, DataLayerError, ValueError) as error:
        raise GeometryUnreadable(where=str(path), detail=_short(error)) from None
    if shapes is None or len(shapes) != 1:
        found = pyogrio.read_info(path, layer=layer)["features"] if shapes is not None and len(shapes) else 0
        raise OneShapeWanted(where=str(path), found=found)
    if shapes[0] is None:
        raise GeometryEmpty(where=str(path))
    try:
        shape = shapely.from_wkb(shapes[0])
    except (shapely.GEOSException, NotImplementedError) as error:
        raise GeometryUnreadable(where=str(path), detail=_short(error)) from None
    return given_shape(shape, _file_srid(crs, meta.get("crs"), path), str(path))


def _file_srid(stated: str | None, own: str | None, path: Path) -> int:
    from gisreg.intake.crs import decide  # noqa: PLC0415 - pyproj is slow to import

    srid = decide(own, stated, str(path)).srid
    if not is_supported_crs(srid):
        raise CrsNotSupported(where=str(path), crs=f"EPSG:{srid}")
    return srid


def given_shape(shape: BaseGeometry | None, srid: int, where: str = "") -> Given:
    """A shape whose coordinates can be what the CRS says.

    Raises:
        GeometryEmpty, TooManyVertices, NotFinite, AxesSwapped, OutOfRange.
    """
    if shape is None or shape.is_empty:
        raise GeometryEmpty(where=where)
    count = int(shapely.get_num_coordinates(shape))
    if count > MAX_VERTICES:
        raise TooManyVertices(where=where, found=f"{count:,}", limit=f"{MAX_VERTICES:,}")
    flat = shapely.force_2d(shape)
    points = shapely.get_coordinates(flat)
    finite = np.isfinite(points).all(axis=1)
    if not finite.all():
        raise NotFinite(where=where, vertex=int(np.argmin(finite)) + 1)
    _check_range(points, srid, where)
    return Given(flat, srid, where, shapely.force_3d(shape) if shapely.has_z(shape) else None)


def _check_range(points: Any, srid: int, where: str) -> None:
    inside = _within(points, srid)
    if inside.all():
        return
    x, y = points[int(np.argmin(inside))]
    place = f"({x:.10g}, {y:.10g})"
    if _within(points[:, ::-1], srid).all():
        raise AxesSwapped(where=where, place=place)
    raise OutOfRange(where=where, place=place, crs=f"EPSG:{srid}")


def _within(points: Any, srid: int) -> Any:
    zone = zone_of(srid)
    if zone is not None:
        middle, half, south, north = zone.false_easting, ZONE_HALF_WIDTH_M, 0, NORTH_LIMIT_M
    elif srid == WEB_MERCATOR_SRID:
        middle, half, south, north = 0, MERCATOR_LIMIT_M, -MERCATOR_LIMIT_M, MERCATOR_LIMIT_M
    else:
        middle, half, south, north = 0, 180, -90, 90
    east, up = points[:, 0], points[:, 1]
    return (abs(east - middle) <= half) & (up >= south) & (up <= north)


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:120]
