"""The parameters as the API definition tells of them: written once, for the whole API's document and for OGC's own."""

from typing import Any

from gisreg.features.crs import CRS84
from gisreg.features.profile import PLAIN, PROFILES

LIMIT_DEFAULT, LIMIT_MAX = 100, 2_000
Parameter = dict[str, Any]


def _query(name: str, about: str, schema: dict[str, Any], **more: Any) -> Parameter:
    return {
        "name": name, "in": "query", "required": False, "description": about, "schema": schema, "style": "form",
        "explode": False, **more,
    }  # fmt: skip


_TEXT: dict[str, Any] = {"type": "string"}
_URI: dict[str, Any] = {"type": "string", "format": "uri"}
COLLECTION: Parameter = {
    "name": "collection", "in": "path", "required": True, "description": "要素集 · collection", "schema": _TEXT,
    "example": "parcels",
}  # fmt: skip
FEATURE: Parameter = {
    "name": "fid", "in": "path", "required": True, "description": "要素编号 · feature", "schema": _TEXT,
    "example": "149901-0000001",
}  # fmt: skip
_FLAT_BOX, _HIGH_BOX = {"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}
_CRS = {**_URI, "default": CRS84.uri}
_NAMES: dict[str, Any] = {"type": "array", "items": _TEXT}


def _choice(*words: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "enum": list(words), **more}


_DESCRIBED: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("f", "json 或 html;默认按 Accept 头 · or by the Accept header", _choice("json", "html")),
    ("lang", "zh 或 en · or by Accept-Language", _choice("zh", "en")),
    (
        "bbox",
        "范围,默认 西,南,东,北 经纬度 · by default west,south,east,north in degrees",
        {"type": "array", "items": {"type": "number"}, "oneOf": [_FLAT_BOX, _HIGH_BOX]},
    ),
    ("bbox-crs", "bbox 的坐标系及轴序 · the CRS of bbox, which decides the order of its axes", _CRS),
    ("crs", "返回坐标所用坐标系及轴序 · the CRS of the answer", _CRS),
    (
        "datetime",
        "按当时的登记:日期、时刻或区间(取其止) · as recorded then: a day, an instant, or an interval (its end)",
        _TEXT,
    ),
    (
        "limit",
        "最多几个要素 · at most",
        {"type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT_DEFAULT},
    ),
    ("cursor", "next 链接所带 · what a next link brings", _TEXT),
    ("count", "是否给出 numberMatched · whether numberMatched is told", {"type": "boolean", "default": False}),
    ("filter", "CQL2 条件 · a CQL2 filter", {"type": "string", "maxLength": 20_000}),
    ("filter-lang", "条件的写法 · how it is written", _choice("cql2-text", "cql2-json", default="cql2-text")),
    ("filter-crs", "条件中图形的坐标系及轴序 · the CRS of the filter's geometries", _CRS),
    (
        "sortby",
        "排序,最多 3 个,前加 - 为降序 · up to three properties; a leading - turns one round",
        {**_NAMES, "maxItems": 3},
    ),
    ("properties", "只要这些属性 · these properties only", _NAMES),
    ("profile", "GeoJSON 的写法 · how GeoJSON is written", _choice(*PROFILES, default=PLAIN)),
)
PARAMETERS: dict[str, Parameter] = {name: _query(name, about, schema) for name, about, schema in _DESCRIBED}
FORM = ("f", "lang")
ONE = (*FORM, "crs", "datetime", "properties", "profile")
LISTED = (
    *FORM, "bbox", "bbox-crs", "crs", "datetime", "limit", "cursor", "count", "filter", "filter-lang", "filter-crs",
    "sortby", "properties", "profile",
)  # fmt: skip


def described(names: tuple[str, ...], *in_path: Parameter) -> dict[str, Any]:
    """``openapi_extra`` of an operation that takes these."""
    return {"parameters": [*in_path, *(PARAMETERS[name] for name in names)]}
