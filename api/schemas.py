"""What the answers look like, for OpenAPI: parcels from the list of queryables, the rest from dataclasses."""

from typing import Any

from gisreg.parcels.queryables import QUERYABLES, Queryable
from gisreg.text import Language

GEOMETRY_FORMAT = "geometry-multipolygon"
_TYPES: dict[str, dict[str, Any]] = {
    "date": {"type": "string", "format": "date"},
    "array": {"type": "array", "items": {"type": "string"}},
    "geometry": {"format": GEOMETRY_FORMAT, "x-ogc-role": "primary-geometry"},
}


def property_schema(queryable: Queryable, language: Language | None = None) -> dict[str, Any]:
    """One queryable as a JSON Schema property (OGC API – Features, part 3)."""
    titles = queryable.titles
    described = dict(_TYPES.get(queryable.type) or {"type": queryable.type})
    described["title"] = titles.say(language) if language else titles.both()
    if queryable.unit:
        described["x-ogc-unit"] = queryable.unit
    if queryable.terms:
        described["enum"] = [str(term) for term in queryable.terms]
        described["x-titles"] = {str(term): {"zh": term.zh, "en": term.en} for term in queryable.terms}
    source = queryable.source
    described["x-source"] = source.words.say(language) if language else source.words.both()
    described["x-sureness"] = str(source.sure)
    return described


def queryables_schema(identifier: str, language: Language) -> dict[str, Any]:
    """The whole list as a JSON Schema document."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": identifier,
        "type": "object",
        "title": "宗地" if language == "zh" else "Parcels",
        "properties": {name: property_schema(queryable, language) for name, queryable in QUERYABLES.items()},
        "additionalProperties": False,
    }


def parcel_schema() -> dict[str, Any]:
    """A parcel in a JSON answer: every queryable but the boundary; what is unknown is null."""
    properties = {}
    for name, queryable in QUERYABLES.items():
        if queryable.type != "geometry":
            described = property_schema(queryable)
            kind = described.pop("type")
            # An enum without null would forbid the unknown.
            described["enum"] = [*described["enum"], None] if "enum" in described else None
            properties[name] = {"type": [kind, "null"], **{k: v for k, v in described.items() if v is not None}}
    return {"type": "object", "title": "Parcel", "properties": properties, "required": ["parcel_code", "kind", "state"]}


LINKS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"rel": {"type": "string"}, "href": {"type": "string"}, "type": {"type": "string"}},
    },
}
PARCEL_PAGE = {
    "type": "object",
    "required": ["total", "items", "links"],
    "properties": {
        "total": {"type": "integer", "description": "符合条件的宗数 · parcels that match"},
        "items": {"type": "array", "items": {"$ref": "#/components/schemas/Parcel"}},
        "links": LINKS,
    },
}
FEATURE = {
    "type": "object",
    "required": ["type", "id", "geometry", "properties"],
    "properties": {
        "type": {"const": "Feature"},
        "id": {"type": "string"},
        "geometry": {"type": ["object", "null"], "description": "MultiPolygon, EPSG:4490, 经度在前 · longitude first"},
        "properties": {"$ref": "#/components/schemas/Parcel"},
    },
}
FEATURES = {
    "type": "object",
    "required": ["type", "features"],
    "properties": {
        "type": {"const": "FeatureCollection"},
        "features": {"type": "array", "items": FEATURE},
        "numberMatched": {"type": "integer"},
        "numberReturned": {"type": "integer"},
        "links": LINKS,
    },
}


def answers(**schemas: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    """The 200 of an operation: schemas by the kind of document."""
    media = {
        "json": "application/json",
        "geojson": "application/geo+json",
        "schema": "application/schema+json",
        "openapi": "application/vnd.oai.openapi+json;version=3.0",
        "html": "text/html",
    }
    return {
        200: {"description": "OK", "content": {media[name]: {"schema": schema} for name, schema in schemas.items()}},
        304: {"description": "自上次 ETag 以来没有变化 · unchanged since the ETag given"},
    }
