"""Reading a backdrop: roads, rivers and towns to draw below the theme."""

import json
from pathlib import Path
from typing import ClassVar

from gisreg.errors import InputError
from gisreg.text import Text
from maps.rows import GeoJson

EAST, NORTH = 180, 90
"""Bounds of longitude and latitude: projected coordinates lie far outside."""


class BackdropUnusable(InputError):
    """The file cannot be drawn as a backdrop."""

    what: ClassVar[Text] = Text("底图文件不能用：{reason}", "the backdrop file cannot be used: {reason}")
    mend: ClassVar[Text] = Text(
        "请给出经纬度（CGCS2000/WGS84）的 GeoJSON FeatureCollection", "give a GeoJSON FeatureCollection in lon/lat"
    )


def read_backdrop(path: Path) -> GeoJson:
    """A FeatureCollection in longitude and latitude.

    Raises:
        BackdropUnusable: there is no such file, or it is something else.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BackdropUnusable(where=str(path), reason=type(error).__name__) from error
    if not isinstance(found, dict) or not isinstance(found.get("features"), list):
        raise BackdropUnusable(where=str(path), reason="no FeatureCollection")
    for place, feature in enumerate(found["features"]):
        if not all(abs(x) <= EAST and abs(y) <= NORTH for x, y in _corners(feature)):
            raise BackdropUnusable(where=f"{path}, features[{place}]", reason="not lon/lat")
    return found


def _corners(feature: object) -> list[tuple[float, float]]:
    """Every position of a feature's geometry."""
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    return list(_positions(geometry.get("coordinates"))) if isinstance(geometry, dict) else []


def _positions(coordinates: object) -> list[tuple[float, float]]:
    if not isinstance(coordinates, list) or not coordinates:
        return []
    if isinstance(coordinates[0], int | float):
        return [(coordinates[0], coordinates[1])] if len(coordinates) > 1 else [(EAST + 1.0, 0.0)]
    return [position for part in coordinates for position in _positions(part)]
