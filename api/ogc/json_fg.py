"""What JSON-FG puts at the root of a document: the classes it keeps, the type of its features, their system."""

from api.encoding import json_bytes
from api.ogc.forms import GEOJSON
from api.ogc.links import Link
from gisreg.features.asking import Asked
from gisreg.features.crs import CRS84
from gisreg.features.profile import PLAIN

CLASSES = tuple(f"http://www.opengis.net/spec/json-fg-1/1.0/conf/{name}" for name in ("core", "types-schemas"))
_PROFILE = "http://www.opengis.net/def/profile/OGC/0/{name}"


def members(asked: Asked) -> bytes:
    """With a comma behind each; nothing where GeoJSON alone is wanted."""
    if asked.profile == PLAIN:
        return b""
    system = {} if asked.crs is CRS84 else {"coordRefSys": asked.crs.uri}
    told = {"conformsTo": CLASSES, "featureType": asked.collection.name, **system}
    return json_bytes(told)[1:-1] + b","


def links(asked: Asked) -> list[Link]:
    """The profile that the document is written by."""
    if asked.profile == PLAIN:
        return []
    return [{"rel": "profile", "href": _PROFILE.format(name=asked.profile), "type": GEOJSON}]
