"""The definition of this part of the API as OpenAPI 3.0, which the standard asks for and QGIS reads limits from."""

from importlib.metadata import version
from typing import Any

from api.ogc.described_parameters import FEATURE, FORM, LISTED, ONE, PARAMETERS
from api.ogc.forms import GEOJSON, HTML, JSON, OPENAPI, SCHEMA
from api.ogc.links import Addresses
from api.ogc.roots import OGC
from api.ogc.tile_definition import tile_paths
from api.problems import MEDIA_TYPE, problem_schema
from gisreg.features.collections import collections
from gisreg.text import Text

TITLE = Text("县域闲置资产台账 · OGC API", "County registry of idle assets · OGC API")
_OBJECT: dict[str, Any] = {"type": "object"}
_FEATURE: dict[str, Any] = {
    "type": "object",
    "required": ["type", "id", "geometry", "properties"],
    "properties": {
        "type": {"type": "string", "enum": ["Feature"]},
        "id": {"type": "string"},
        "geometry": {"type": "object", "nullable": True},
        "properties": {"type": "object"},
        "links": {"type": "array", "items": {"$ref": "#/components/schemas/link"}},
    },
}
_LINK: dict[str, Any] = {
    "type": "object",
    "required": ["href", "rel"],
    "properties": {name: {"type": "string"} for name in ("href", "rel", "type", "title")},
}
_COLLECTION_OF: dict[str, Any] = {
    "type": "object",
    "required": ["type", "features"],
    "properties": {
        "type": {"type": "string", "enum": ["FeatureCollection"]},
        "features": {"type": "array", "items": {"$ref": "#/components/schemas/feature"}},
        "links": {"type": "array", "items": {"$ref": "#/components/schemas/link"}},
        "timeStamp": {"type": "string", "format": "date-time"},
        "numberReturned": {"type": "integer", "minimum": 0},
        "numberMatched": {"type": "integer", "minimum": 0},
    },
}


def definition(addresses: Addresses) -> dict[str, Any]:
    """The document."""
    return {
        "openapi": "3.0.3",
        "info": {"title": TITLE.say(addresses.language), "version": version("gisreg")},
        "servers": [{"url": addresses.of("")}],
        "paths": {**_general(), **_of_collections(), **(tile_paths() if addresses.root == OGC else {})},
        "components": {
            "parameters": {name.replace("-", "_"): told for name, told in PARAMETERS.items()},
            "schemas": {
                "problem": problem_schema(), "feature": _FEATURE, "featureCollection": _COLLECTION_OF, "link": _LINK,
            },
        },
    }  # fmt: skip


def _general() -> dict[str, Any]:
    told = {
        "/": ("getLandingPage", "入口 · landing page", JSON),
        "/conformance": ("getConformance", "符合的标准 · standards kept", JSON),
        "/api": ("getAPI", "接口定义 · API definition", OPENAPI),
        "/collections": ("getCollectionsList", "要素集 · collections", JSON),
    }
    paths = {path: {"get": _operation(name, words, FORM, kind)} for path, (name, words, kind) in told.items()}
    paths["/api"]["get"]["responses"]["307"] = {"description": "网页见 /docs · as a page: /docs"}
    return paths


def _of_collections() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for name, collection in collections().items():
        words = collection.titles.both()
        path = f"/collections/{name}"
        paths[path] = {"get": _operation(f"{name}.getCollection", words, FORM, JSON)}
        paths[f"{path}/queryables"] = {"get": _operation(f"{name}.queryables", words, FORM, SCHEMA)}
        paths[f"{path}/schema"] = {"get": _operation(f"{name}.schema", words, FORM, SCHEMA)}
        paths[f"{path}/items"] = {"get": _operation(f"{name}.items", words, LISTED, GEOJSON, "featureCollection")}
        paths[f"{path}/items/{{fid}}"] = {
            "parameters": [FEATURE], "get": _operation(f"{name}.item", words, ONE, GEOJSON, "feature")
        }  # fmt: skip
    return paths


def _operation(name: str, words: str, names: tuple[str, ...], kind: str, schema: str | None = None) -> dict[str, Any]:
    answer = {"$ref": f"#/components/schemas/{schema}"} if schema else _OBJECT
    problem = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/problem"}}}}
    return {
        "operationId": name,
        "summary": words,
        "parameters": [{"$ref": f"#/components/parameters/{one.replace('-', '_')}"} for one in names],
        "responses": {
            "200": {"description": "OK", "content": {kind: {"schema": answer}, HTML: {"schema": {"type": "string"}}}},
            "304": {"description": "自上次 ETag 以来没有变化 · unchanged"},
            **{
                status: {"description": said, **problem}
                for status, said in (
                    ("400", "请求有误 · bad request"),
                    ("404", "没有找到 · not found"),
                    ("503", "暂不可用 · not available"),
                )
            },
        },
    }
