"""Collections described: links, extent, coordinate systems, and what a filter may ask."""

from typing import Any

from api.ogc.forms import GEOJSON, HTML, JSON, SCHEMA
from api.ogc.links import QUERYABLES_REL, SCHEMA_REL, Addresses
from api.ogc.roots import OGC
from api.ogc.tilesets import links_of
from gisreg.features.collections import GEOMETRY, Collection
from gisreg.features.crs import CRS84, STORAGE, SUPPORTED
from gisreg.parcels.queryables import Queryable
from gisreg.text import Language, Text

Extent = tuple[float, float, float, float] | None
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PLACE = {
    "$ref": "https://geojson.org/schema/MultiPolygon.json",
    "format": "geometry-multipolygon",
    "x-ogc-role": "primary-geometry",
}
"""Both ways that clients look for: the reference of the drafts, which QGIS reads, and the format of the standard."""
_TYPES: dict[str, dict[str, Any]] = {
    "date": {"type": "string", "format": "date"},
    "array": {"type": "array", "items": {"type": "string"}},
    "geometry": _PLACE,
}
DATA = Text("要素", "Features")
FIELDS = Text("可查询的属性", "What a filter may ask for")
TELLS = Text("要素的属性", "What a feature tells")
LIST = Text("全部要素集", "All collections")


def described(collection: Collection, addresses: Addresses, extent: Extent, *, by_reference: bool) -> dict[str, Any]:
    """One collection; in the list of all, coordinate systems are given once (``#/crs``)."""
    path = f"/collections/{collection.name}"
    return {
        "id": collection.name,
        "title": collection.titles.say(addresses.language),
        "description": collection.about.say(addresses.language),
        "itemType": "feature",
        **({"extent": _extent(extent)} if extent else {}),
        "crs": ["#/crs"] if by_reference else crs_list(),
        "storageCrs": STORAGE.uri,
        "links": [
            addresses.link("self", path, JSON, f="json"),
            addresses.link("alternate", path, HTML, f="html"),
            addresses.link("items", f"{path}/items", GEOJSON, DATA, f="json"),
            addresses.link("items", f"{path}/items", HTML, DATA, f="html"),
            addresses.link(QUERYABLES_REL, f"{path}/queryables", SCHEMA, FIELDS),
            addresses.link(QUERYABLES_REL, f"{path}/queryables", HTML, FIELDS, f="html"),
            addresses.link(SCHEMA_REL, f"{path}/schema", SCHEMA, TELLS),
            addresses.link("describedby", f"{path}/schema", SCHEMA, TELLS),
            addresses.link("parent", "/collections", JSON, LIST, f="json"),
            *(links_of(collection, addresses) if addresses.root == OGC else []),
        ],
    }


def _extent(extent: tuple[float, float, float, float]) -> dict[str, Any]:
    return {
        "spatial": {"bbox": [list(extent)], "crs": CRS84.uri},
        "temporal": {"interval": [[None, None]], "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"},
    }


def crs_list() -> list[str]:
    """The addresses of all coordinate systems, the default first."""
    return [crs.uri for crs in SUPPORTED]


def fields_schema(collection: Collection, identifier: str, language: Language, *, for_filters: bool) -> dict[str, Any]:
    """The queryables, or what a feature tells, as a JSON Schema."""
    return {
        "$schema": _DIALECT,
        "$id": identifier,
        "type": "object",
        "title": collection.titles.say(language),
        "description": collection.about.say(language),
        "properties": {
            name: field_schema(field, language, role=None if for_filters or name != collection.fid else "id")
            for name, field in collection.fields.items()
        },
        "additionalProperties": False,
    }


def field_schema(field: Queryable, language: Language, role: str | None = None) -> dict[str, Any]:
    """One property."""
    told = dict(_TYPES.get(field.type) or {"type": field.type})
    told["title"] = field.titles.say(language)
    if field.unit:
        told["x-ogc-unit"] = field.unit
    if field.terms:
        told["enum"] = [str(term) for term in field.terms]
        told["x-titles"] = {str(term): term.titles.say(language) for term in field.terms}
    if role:
        told["x-ogc-role"] = role
    return told


def is_place(name: str) -> bool:
    """The boundary, which stands beside the properties of a feature."""
    return name == GEOMETRY
