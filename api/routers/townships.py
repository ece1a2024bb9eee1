"""Townships with what is left to revitalise in each."""

import json
from dataclasses import fields
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from sqlalchemy import Connection
from starlette.responses import Response

from api.cache import Caches
from api.conditional import Reading
from api.dependencies import CachesDep, ReadingDep
from api.encoding import json_bytes
from api.parameters import AsOf, County
from api.problems import documented
from api.schemas import answers
from gisreg.counties import choose_county
from gisreg.days import today
from gisreg.ledger.left import TownshipLeft, county_left, township_left
from gisreg.parcels.mapdata import county_names, units_of

router = APIRouter(tags=["townships"])

_FIGURE = {"type": "object", "properties": {"count": {"type": "integer"}, "mu": {"type": "number"}}}
_ROW: dict[str, Any] = {
    "type": "object",
    "properties": {
        field.name: _FIGURE | {"description": "by token"}
        if field.name.startswith("by_")
        else {"type": ["string", "null"]}
        if field.name in ("code", "name", "name_en")
        else {"type": "integer" if field.name.endswith("_count") else "number"}
        for field in fields(TownshipLeft)
    },
}
_TOWNSHIPS = {
    "type": "object",
    "properties": {
        "county": {"type": "object", "properties": {k: {"type": "string"} for k in ("code", "name", "name_en")}},
        "as_of": {"type": ["string", "null"], "format": "date"},
        "total": _ROW,
        "items": {"type": "array", "items": _ROW},
    },
}
_MAP = {
    "type": "object",
    "properties": {"type": {"const": "FeatureCollection"}, "features": {"type": "array", "items": {"type": "object"}}},
}


@router.get(
    "/townships",
    summary="各乡镇剩余待盘活 · what is left, township by township",
    responses={**answers(json=_TOWNSHIPS, geojson=_MAP), **documented(400, 404, 422, 503)},
    response_class=Response,
)
def townships(  # noqa: PLR0917 - FastAPI passes by name
    reading: ReadingDep,
    caches: CachesDep,
    county: County = None,
    as_of: AsOf = None,
    sort: Annotated[
        Literal["code", "left"], Query(description="按代码，或剩余亩数由多到少 · by code, or most mu left first")
    ] = "code",
    format: Annotated[Literal["json", "geojson"], Query(description="geojson 带边界 · with boundaries")] = "json",
) -> Response:
    """*Left* (剩余待盘活) and, beside it, *not closed* (未销号), by land in mu and in number; rows sum to the county.

    The row whose `code` is null holds parcels whose township is yet to be found (乡镇待核).
    """
    with reading.open() as connection:
        code = choose_county(connection, county or reading.registry.settings.county)
        rows = totals(reading, caches, connection, code, as_of)
        if format == "geojson":
            return reading.reply(_features(connection, code, rows, as_of), "application/geo+json")
        names = county_names(connection, code) or ("", "")
    if sort == "left":
        rows = ranked(rows)
    body = {
        "county": {"code": code, "name": names[0], "name_en": names[1]},
        "as_of": as_of,
        "total": county_left(rows),
        "items": rows,
    }
    return reading.reply(json_bytes(body), "application/json")


def totals(
    reading: Reading, caches: Caches, connection: Connection, county: str, as_of: date | None
) -> list[TownshipLeft]:
    """The townships' rows by code; units come and go by date, so totals are kept for a day at most."""
    return caches.totals.get(
        (county, as_of, today()), reading.snapshot, lambda: township_left(connection, county, as_of)
    )


def ranked(rows: list[TownshipLeft]) -> list[TownshipLeft]:
    """Most land left first; parcels without a township last, for they are no place."""
    return sorted(rows, key=lambda row: (row.code is None, -row.left_mu, row.code or ""))


def _features(connection: Connection, county: str, rows: list[TownshipLeft], as_of: date | None) -> bytes:
    """Township boundaries as PostGIS writes them, with the figures as properties."""
    boundaries = {unit["code"]: unit["boundary"] for unit in units_of(connection, county, as_of=as_of)}
    features = [
        f'{{"type":"Feature","id":{json.dumps(row.code)},"geometry":{boundaries.get(row.code or "") or "null"},'
        f'"properties":{json_bytes(row).decode()}}}'
        for row in rows
    ]
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'.encode()
