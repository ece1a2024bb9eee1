"""The tiles' part of the definition: OpenAPI 3.0."""

from typing import Any

from api.ogc.forms import HTML, JSON
from api.ogc.tilesets import has_tiles
from api.problems import MEDIA_TYPE
from api.tiles.answers import MVT
from gisreg.features.collections import collections
from gisreg.tiles.grids import GRIDS, WEB_MERCATOR

_PROBLEM = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/problem"}}}}
_PLACE = (
    ("tileMatrix", "级别 · matrix", 10),
    ("tileRow", "行,自北 · row, from the north", 401),
    ("tileCol", "列,自西 · column, from the west", 833),
)
"""The example is a tile of Web Mercator at 36° N, 113° E."""


VECTOR = ".collection.vector"
"""The standard wants operations to be known by how their names end."""


def tile_paths() -> dict[str, Any]:
    """The addresses of grids, tilesets and tiles."""
    paths: dict[str, Any] = {
        "/tileMatrixSets": _json("getTileMatrixSetsList", "瓦片矩阵集 · tile matrix sets"),
        "/tileMatrixSets/{tileMatrixSetId}": {"parameters": [_GRID], **_json("getTileMatrixSet", "定义 · definition")},
    }
    for name in (name for name, one in collections().items() if has_tiles(one)):
        path = f"/collections/{name}/tiles"
        paths[path] = _json(f"{name}{VECTOR}.getTileSetsList", "瓦片 · tilesets")
        paths[f"{path}/{{tileMatrixSetId}}"] = {
            "parameters": [_GRID],
            **_json(f"{name}{VECTOR}.getTileSet", "一套 · one tileset"),
        }
        paths[f"{path}/{{tileMatrixSetId}}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"] = {
            "parameters": [_GRID, *(_in_path(*told) for told in _PLACE)],
            "get": {
                "operationId": f"{name}{VECTOR}.getTile",
                "summary": "一张瓦片 · one tile",
                "parameters": [],
                "responses": _tile_answers(),
            },
        }
    return paths


def _in_path(name: str, about: str, example: int) -> dict[str, Any]:
    whole = {"type": "integer", "minimum": 0}
    return {
        "name": name, "in": "path", "required": True, "description": about, "schema": whole, "example": example,
    }  # fmt: skip


_GRID: dict[str, Any] = {
    "name": "tileMatrixSetId", "in": "path", "required": True, "description": "瓦片矩阵集 · tile matrix set",
    "schema": {"type": "string", "enum": list(GRIDS)}, "example": WEB_MERCATOR.name,
}  # fmt: skip


def _json(name: str, words: str) -> dict[str, Any]:
    content = {JSON: {"schema": {"type": "object"}}, HTML: {"schema": {"type": "string"}}}
    answers = {"200": {"description": "OK", "content": content}, **_faults()}
    parameters = [{"$ref": f"#/components/parameters/{one}"} for one in ("f", "lang")]
    return {"get": {"operationId": name, "summary": words, "parameters": parameters, "responses": answers}}


def _tile_answers() -> dict[str, Any]:
    tile = {"schema": {"type": "string", "format": "binary"}}
    return {
        "200": {"description": "Mapbox Vector Tile", "content": {MVT: tile}},
        "204": {"description": "此处没有要素 · nothing is here"},
        "304": {"description": "自上次 ETag 以来没有变化 · unchanged"},
        **_faults(),
    }


def _faults() -> dict[str, Any]:
    said = (("400", "请求有误 · bad request"), ("404", "没有找到 · not found"), ("503", "暂不可用 · not available"))
    return {status: {"description": words, **_PROBLEM} for status, words in said}
