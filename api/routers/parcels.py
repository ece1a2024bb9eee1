"""Parcels: lists, one of them, its history, and what a filter may ask for."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlalchemy import Connection
from starlette.responses import Response

from api.conditional import Reading
from api.dependencies import LanguageDep, ReadingDep
from api.encoding import json_bytes
from api.filters import compiled
from api.links import Link, link_header, next_link, with_members
from api.negotiation import GEOJSON, JSON, Form, form_of
from api.parameters import (
    After,
    AsOf,
    Box,
    County,
    Filter,
    FilterLang,
    Limit,
    Offset,
    ParcelCode,
    Sort,
    box_of,
    known_form,
)
from api.problems import documented
from api.schemas import FEATURE, FEATURES, PARCEL_PAGE, answers, queryables_schema
from gisreg.counties import choose_county
from gisreg.parcels.asof import current_at
from gisreg.parcels.lineage import require_in_use, retirement
from gisreg.parcels.read import feature_collection, get_feature, get_parcel, history, list_parcels
from gisreg.parcels.sorting import SortKey, read_sort
from gisreg.vocab import State

router = APIRouter(tags=["parcels"])

EMPTY = b'{"type":"FeatureCollection","features":[]}'
# Quotes inside strings are escaped, so this stands at the head of a feature and nowhere else.
_FEATURE_START = re.compile(rb'\{"type":"Feature","id":"([^"]*)"')
Format = Annotated[
    Form | None,
    Query(
        description="json，或带界址的 geojson；默认按 Accept 头 · geojson has boundaries; the Accept header asks too"
    ),
]
_HISTORY = {
    "type": "object",
    "properties": {
        "parcel_code": {"type": "string"},
        "versions": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "version": {"type": "integer"},
                    "recorded_at": {"type": "string", "format": "date-time"},
                    "recorded_by": {"type": "string"},
                    "recorded_from": {"type": "string"},
                    "reason": {"type": ["string", "null"], "description": "修改的理由 · why it was edited"},
                    "changed": {"type": "object", "additionalProperties": {"type": "object"}},
                },
            },
        },
    },
}


@router.get(
    "/parcels",
    summary="宗地列表 · parcels",
    responses={**answers(json=PARCEL_PAGE, geojson=FEATURES), **documented(400, 404, 422, 503)},
    response_class=Response,
)
def parcels(  # noqa: PLR0917 - FastAPI passes by name
    reading: ReadingDep,
    filter: Filter = None,
    filter_lang: FilterLang = "cql2-text",
    bbox: Box = None,
    county: County = None,
    as_of: AsOf = None,
    limit: Limit = 100,
    after: After = None,
    offset: Offset = 0,
    sort: Sort = None,
    format: Format = None,
) -> Response:
    """Parcels in the order of their numbers, or sorted; as GeoJSON where `Accept: application/geo+json` asks for it.

    Follow the `next` link (also in the `Link` header) until there is none; it continues behind the last number, so
    that a change in between neither repeats nor skips a parcel. A sorted list continues by `offset`, in which what is
    unknown stands last.
    """
    keys = read_sort(sort)
    source = current_at(as_of)
    asked: dict[str, Any] = {"where": compiled(filter, filter_lang, source), "bbox": box_of(bbox), "source": source}
    with reading.open() as connection:
        asked["county"] = choose_county(connection, county or reading.registry.settings.county)
        if form_of(reading.request, format) == "geojson":
            if keys:
                return _sorted_features(reading, connection, asked, keys, limit=limit, after=after, offset=offset)
            return _features(reading, connection, asked, limit=limit, after=after, offset=offset)
        page = list_parcels(connection, **asked, limit=limit, after=after, offset=offset, sort=keys)
    if keys:
        links = _next_offset(reading, offset + limit if len(page.items) == limit else None, JSON)
    else:
        links = _next(reading, page.items[-1]["parcel_code"] if len(page.items) == limit else None, JSON)
    body = {"total": page.total, "items": page.items, "links": links}
    return reading.reply(json_bytes(body), JSON, link_header(links))


def _features(
    reading: Reading, connection: Connection, asked: dict[str, Any], *, limit: int, after: str | None, offset: int
) -> Response:
    """The page as PostGIS writes it, with the number of matches and the links put behind."""
    # One row is enough to count, and with an offset that row is the one to continue behind.
    before = list_parcels(connection, **asked, limit=min(offset, 1), after=after, offset=max(offset - 1, 0))
    if before.items:
        after = before.items[0]["parcel_code"]
    past_the_end = offset > 0 and not before.items
    collection = EMPTY if past_the_end else feature_collection(connection, **asked, limit=limit, after=after)
    codes = _FEATURE_START.findall(collection)
    links = _next(reading, codes[-1].decode() if len(codes) == limit else None, GEOJSON)
    body = with_members(collection, numberMatched=before.total, numberReturned=len(codes), links=links)
    return reading.reply(body, GEOJSON, link_header(links))


def _sorted_features(
    reading: Reading,
    connection: Connection,
    asked: dict[str, Any],
    keys: tuple[SortKey, ...],
    *,
    limit: int,
    after: str | None,
    offset: int,
) -> Response:
    """The same by place in the order."""
    total = list_parcels(connection, **asked, limit=0, after=after, sort=keys).total
    collection = feature_collection(connection, **asked, limit=limit, offset=offset, sort=keys)
    count = len(_FEATURE_START.findall(collection))
    links = _next_offset(reading, offset + limit if count == limit else None, GEOJSON)
    body = with_members(collection, numberMatched=total, numberReturned=count, links=links)
    return reading.reply(body, GEOJSON, link_header(links))


def _next_offset(reading: Reading, offset: int | None, media_type: str) -> list[Link]:
    return [next_link(reading.request, media_type, offset=offset)] if offset is not None else []


def _next(reading: Reading, last: str | None, media_type: str) -> list[Link]:
    return [next_link(reading.request, media_type, after=last, offset=None)] if last else []


@router.get(
    "/parcels/{parcel_code}",
    summary="一宗 · one parcel",
    responses={
        **answers(json={"$ref": "#/components/schemas/Parcel"}, geojson=FEATURE),
        **documented(308, 404, 410, 422, 503),
    },
    response_class=Response,
)
def parcel(reading: ReadingDep, parcel_code: ParcelCode, as_of: AsOf = None, format: Format = None) -> Response:
    """All that the registry knows of one parcel, now or as of a day; GeoJSON has its boundary."""
    code = known_form(parcel_code)
    with reading.open() as connection:
        row = get_parcel(connection, code, as_of)
        moved = _moved(reading, connection, code) if as_of is None and row["state"] == State.REMOVED else None
        if moved is not None:
            return moved
        if form_of(reading.request, format) == "geojson":
            return reading.reply_version(get_feature(connection, code, as_of), GEOJSON, code, row["version"])
        return reading.reply_version(json_bytes(row), JSON, code, row["version"])


def _moved(reading: Reading, connection: Connection, code: str) -> Response | None:
    """Where a number out of use leads: to its one successor; several or none are told (410)."""
    gone = retirement(connection, code)
    if gone is None:
        return None
    if len(gone.successors) != 1:
        require_in_use(connection, code)
    query = f"?{reading.request.url.query}" if reading.request.url.query else ""
    return Response(status_code=308, headers={**reading.headers(), "Location": f"/parcels/{gone.successors[0]}{query}"})


@router.get(
    "/parcels/{parcel_code}/history",
    summary="历次版本 · every version",
    responses={**answers(json=_HISTORY), **documented(404, 422, 503)},
    response_class=Response,
)
def parcel_history(reading: ReadingDep, parcel_code: ParcelCode) -> Response:
    """Each version: who wrote it, when, by which way in, and what it changed. Nothing is ever overwritten."""
    code = known_form(parcel_code)
    with reading.open() as connection:
        versions = history(connection, code)
    return reading.reply(json_bytes({"parcel_code": code, "versions": versions}), JSON)


@router.get("/queryables", summary="可查询的字段 · what a filter may ask for", response_class=Response)
def queryables(request: Request, language: LanguageDep) -> Response:
    """A JSON Schema: the names, types, units and values that CQL2 filters know (OGC API – Features, part 3)."""
    body = json_bytes(queryables_schema(request.url.path, language))
    return Response(body, media_type="application/schema+json", headers={"Content-Language": language})
