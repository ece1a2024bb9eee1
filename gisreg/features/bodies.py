"""Features as programs send them: judged before anything is written, axes turned, untouched corners given back.

A program that reads degrees and sends them back has rounded the survey's corners. Those that nobody moved are put back
to the survey's own, so that an edit of one corner changes one corner, and an edit of a name changes none.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, text

from gisreg.db.shapes import from_database, transformed
from gisreg.db.sql import load
from gisreg.errors import InputError
from gisreg.features.crs import Crs
from gisreg.geometry import STORAGE_SRID
from gisreg.parcels.boundary.given import Given, given_shape
from gisreg.parcels.faults import GeometryUnreadable
from gisreg.text import Text

COARSE_DECIMALS = 6
"""QGIS writes no more."""
COARSE_DEGREES, FINE_DEGREES, METRES = 7.5e-7, 7.5e-9, 7.5e-5
"""Half of the last decimal that was sent, in both directions, and a little: what is nearer is the same corner."""


class NotAFeature(InputError):
    """The body is JSON, but no GeoJSON feature."""

    what: ClassVar[Text] = Text("内容不是 GeoJSON 要素:{detail}", "the body is no GeoJSON feature: {detail}")
    mend: ClassVar[Text] = Text(
        '请发送 {{"type":"Feature","geometry":…,"properties":{{…}}}}',
        'send {{"type":"Feature","geometry":…,"properties":{{…}}}}',
    )

    def say_mend(self, language: Any = "zh") -> str:
        """The braces are meant."""
        return self.mend.say(language, detail="")


class PlaceNotRead(InputError):
    """A second geometry: JSON-FG's, which is written here but not read."""

    what: ClassVar[Text] = Text(
        "内容另有 place(JSON-FG),这里只读 geometry", "the body has a place (JSON-FG); only geometry is read here"
    )
    mend: ClassVar[Text] = Text(
        "请去掉 place,界址写在 geometry 里,坐标系用 Content-Crs 头说明",
        "leave place out; send the boundary as geometry, its coordinate system in the header Content-Crs",
    )


@dataclass(frozen=True)
class Body:
    """What a body says."""

    properties: dict[str, Any]
    geometry: dict[str, Any] | None
    has_geometry: bool
    crs: Crs

    def boundary(self, where: str = "geometry") -> Given | None:
        """The boundary, longitude or easting first.

        Raises:
            GeometryUnreadable and the faults of :func:`given_shape`.
        """
        if self.geometry is None:
            return None
        try:
            shape = shapely.from_geojson(json.dumps(self.geometry))
        except (shapely.GEOSException, TypeError, ValueError, RecursionError) as error:
            raise GeometryUnreadable(where=where, detail=" ".join(str(error).split())[:120]) from None
        if self.crs.north_first and shape is not None:
            shape = shapely.transform(shape, _turned, include_z=bool(shapely.has_z(shape)))
        return given_shape(shape, STORAGE_SRID if self.crs.is_geographic else self.crs.srid, where)


def _turned(points: Any) -> Any:
    return points[:, [1, 0, *range(2, points.shape[1])]]


def read_feature(document: Any, crs: Crs) -> Body:
    """A whole feature.

    Raises:
        NotAFeature, PlaceNotRead.
    """
    if not isinstance(document, Mapping) or document.get("type") != "Feature":
        raise NotAFeature(where="type", detail="type")
    if document.get("place") is not None:
        raise PlaceNotRead(where="place")
    if "geometry" not in document:
        raise NotAFeature(where="geometry", detail="geometry")
    return _read(document, crs)


def read_changes(document: Any, crs: Crs) -> Body:
    """A part of a feature (RFC 7396): what is not named stays.

    Raises:
        NotAFeature.
    """
    known = {"type", "id", "geometry", "properties", "links"}
    if not isinstance(document, Mapping) or not document.keys() <= known:
        raise NotAFeature(where="", detail="properties, geometry")
    return _read(document, crs)


def _read(document: Mapping[str, Any], crs: Crs) -> Body:
    properties, geometry = document.get("properties"), document.get("geometry")
    if not isinstance(properties, Mapping | None):
        raise NotAFeature(where="properties", detail="properties")
    if not isinstance(geometry, Mapping | None):
        raise NotAFeature(where="geometry", detail="geometry")
    return Body(dict(properties or {}), None if geometry is None else dict(geometry), "geometry" in document, crs)


def moved_boundary(connection: Connection, parcel_code: str, given: Given) -> Given | None:
    """The boundary with the corners that nobody moved as surveyed; None where nobody moved any."""
    row = connection.execute(
        text(load("gisreg.features", "ground.sql")), {"parcel_code": parcel_code, "srid": given.srid}
    ).one()
    if row.ground is None:
        return given
    ground, served = from_database(row.ground), from_database(row.served)
    (moved,) = transformed(connection, [shapely.force_2d(given.shape)], given.srid, row.srid)
    restored = _restored(moved, given, ground, served)
    if _alike(restored).equals(_alike(ground)) and _alike(restored).equals_exact(_alike(ground), 0):
        return None
    return given_shape(restored, row.srid, given.where)


def _alike(shape: BaseGeometry) -> BaseGeometry:
    parts = shapely.get_parts(shape)
    return shapely.multipolygons(parts).normalize() if shape.geom_type in ("Polygon", "MultiPolygon") else shape


def _restored(shape: BaseGeometry, given: Given, ground: BaseGeometry, served: BaseGeometry) -> BaseGeometry:
    """The shape in metres, with each corner near one that was served taken from the ground."""
    sent, known = shapely.get_coordinates(given.shape), shapely.get_coordinates(served)
    tree = shapely.STRtree(shapely.points(known))
    near = tree.query_nearest(shapely.points(sent), max_distance=_tolerance(sent, given.srid), all_matches=False)
    points = shapely.get_coordinates(shape)
    points[near[0]] = shapely.get_coordinates(ground)[near[1]]
    return shapely.set_coordinates(shape, points)


def _tolerance(sent: Any, srid: int) -> float:
    if srid != STORAGE_SRID:
        return METRES
    return COARSE_DEGREES if np.array_equal(sent, np.round(sent, COARSE_DECIMALS)) else FINE_DEGREES
