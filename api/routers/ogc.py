"""OGC API – Features: landing page, conformance, collections, queryables, items."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.responses import Response

from api.conditional import Reading
from api.dependencies import ReadingDep
from api.encoding import json_bytes
from api.ogc import conformance, pages
from api.ogc.answering import listed_answer, told_answer
from api.ogc.asking import Asking, to_be_listed, to_be_told
from api.ogc.definition import definition
from api.ogc.described_parameters import (
    COLLECTION,
    FEATURE,
    FORM,
    LISTED,
    ONE,
    described,
)
from api.ogc.descriptions import crs_list, fields_schema
from api.ogc.descriptions import described as collection_described
from api.ogc.forms import HTML, JSON, OPENAPI, SCHEMA
from api.ogc.roots import OGC, QGIS
from api.ogc.tilesets import SCHEMES, SCHEMES_REL
from api.problems import documented
from api.schemas import FEATURE as ONE_FEATURE
from api.schemas import FEATURES, answers
from gisreg.features.collections import Collection, collection_of, collections
from gisreg.features.errors import FeatureNotFound
from gisreg.features.pages import count, extent, one, page, timed
from gisreg.parcels.lineage import require_in_use, retirement
from gisreg.text import Text
from gisreg.vocab import State

router = APIRouter(tags=["ogc"])
ROOTS = (OGC, QGIS)
Route = Callable[[Callable[..., Response]], Callable[..., Response]]
TITLE = Text("县域闲置资产台账", "County registry of idle assets")
ABOUT = Text(
    "闲置土地、批而未供土地、半拉子工程、闲置厂房:按 OGC API 标准提供,QGIS、GDAL 等可直接连接",
    "Idle land, unsupplied land, half-finished projects and idle factories by the OGC API standards, for QGIS and GDAL",
)
STANDARDS = Text("符合的标准", "Standards kept")
CONFORMANCE_REL = "http://www.opengis.net/def/rel/ogc/1.0/conformance"
"""As OGC API – Common names it, beside the short name of Features."""
_OBJECT = {"type": "object"}
_PAGE = {"type": "string"}
_JSON = answers(json=_OBJECT, html=_PAGE)
_SCHEMA = answers(schema=_OBJECT, html=_PAGE)
_API = {**answers(openapi=_OBJECT), 307: {"description": "网页见 /docs · as a page: /docs"}}


def _get(path: str, summary: str, names: tuple[str, ...], *in_path: dict[str, Any], **options: Any) -> Route:
    responses = {**options.pop("responses", _JSON), **documented(400, 404, 503)}
    told: dict[str, Any] = {"summary": summary, "responses": responses, "openapi_extra": described(names, *in_path)}

    def both(work: Callable[..., Response]) -> Callable[..., Response]:
        router.get(path, response_class=Response, **told)(work)
        router.get(path.replace(OGC, QGIS, 1), response_class=Response, include_in_schema=False)(work)
        return work

    return both


@router.get("/ogc/", include_in_schema=False)
@router.get("/qgis/", include_in_schema=False)
@_get("/ogc", "入口 · landing page", FORM)
def landing(reading: ReadingDep) -> Response:
    """Where a program begins; QGIS is given this address."""
    asking = Asking(reading, FORM)
    to = asking.addresses
    kind = HTML if asking.form == "html" else JSON
    links = [
        *to.itself(asking.form),
        to.link("service-desc", "/api", OPENAPI),
        to.link("service-doc", "/api", HTML, Text("接口说明", "Documentation"), f="html"),
        to.link("conformance", "/conformance", kind, STANDARDS, f=asking.form),
        to.link("data", "/collections", JSON, Text("要素集", "Collections"), f="json"),
        to.link("data", "/collections", HTML, Text("要素集", "Collections"), f="html"),
        *([to.link(SCHEMES_REL, "/tileMatrixSets", kind, SCHEMES, f=asking.form)] if to.root == OGC else []),
    ]
    if asking.form == "html":
        return pages.page(reading, to, asking.say(TITLE), asking.say(ABOUT), links=links)
    links.append(to.link(CONFORMANCE_REL, "/conformance", JSON, STANDARDS, f="json"))
    body = {"title": asking.say(TITLE), "description": asking.say(ABOUT), "links": links}
    return _plain(reading, body)


@_get("/ogc/conformance", "符合的标准 · standards kept", FORM)
def standards(reading: ReadingDep) -> Response:
    """The conformance classes."""
    asking = Asking(reading, FORM)
    classes = conformance.classes_at(asking.addresses.root)
    if asking.form == "html":
        title = asking.say(STANDARDS)
        table = pages.Shown(title, [[{"href": name, "title": name}] for name in classes])
        return pages.page(reading, asking.addresses, title, tables=[table], links=asking.addresses.itself("html"))
    return _plain(reading, {"conformsTo": classes, "links": asking.addresses.itself("json")})


@_get("/ogc/api", "接口定义 · API definition (OpenAPI 3.0)", FORM, responses=_API)
def api(reading: ReadingDep) -> Response:
    """What programs can ask, as OpenAPI 3.0; as a page, the documentation of the whole API."""
    asking = Asking(reading, FORM)
    if asking.form == "html":
        return Response(status_code=307, headers={"Location": f"/docs?lang={reading.language}"})
    return Response(json_bytes(definition(asking.addresses)), media_type=OPENAPI)


@_get("/ogc/collections", "要素集 · collections", FORM)
def listed(reading: ReadingDep) -> Response:
    """All collections, with the coordinate systems once."""
    asking = Asking(reading, FORM)
    to = asking.addresses
    with reading.open() as connection:
        extents = {one.extent_of: extent(connection, one) for one in collections().values()}
    found = [collection_described(one, to, extents[one.extent_of], by_reference=True) for one in collections().values()]
    links = to.itself(asking.form)
    if asking.form == "html":
        title = asking.say(Text("要素集", "Collections"))
        rows = [
            [
                {"href": to.of(f"/collections/{one['id']}", f="html"), "title": one["title"]},
                one["id"],
                one["description"],
            ]
            for one in found
        ]
        return pages.page(reading, to, title, asking.say(ABOUT), tables=[pages.Shown(title, rows)], links=links)
    return reading.reply(json_bytes({"links": links, "crs": crs_list(), "collections": found}), JSON)


@_get("/ogc/collections/{collection}", "一个要素集 · one collection", FORM, COLLECTION)
def described_one(reading: ReadingDep, collection: str) -> Response:
    """What it holds, where, and in which coordinate systems it is served."""
    asking, wanted = Asking(reading, FORM), collection_of(collection)
    with reading.open() as connection:
        told = collection_described(wanted, asking.addresses, extent(connection, wanted), by_reference=False)
    if asking.form == "html":
        tables = [pages.Shown(asking.say(Text("坐标系", "Coordinate systems")), [[uri] for uri in told["crs"]])]
        return pages.page(
            reading, asking.addresses, told["title"], told["description"],
            tables=tables, links=told["links"], links_first=True,
        )  # fmt: skip
    return reading.reply(json_bytes(told), JSON)


@_get("/ogc/collections/{collection}/queryables", "可查询的属性 · queryables", FORM, COLLECTION, responses=_SCHEMA)
def queryables(reading: ReadingDep, collection: str) -> Response:
    """What a filter may ask for, as a JSON Schema."""
    return _fields(reading, collection, for_filters=True)


@_get("/ogc/collections/{collection}/schema", "要素的属性 · what a feature tells", FORM, COLLECTION, responses=_SCHEMA)
def schema(reading: ReadingDep, collection: str) -> Response:
    """What a feature tells, as a JSON Schema."""
    return _fields(reading, collection, for_filters=False)


def _fields(reading: Reading, collection: str, *, for_filters: bool) -> Response:
    asking, wanted = Asking(reading, FORM), collection_of(collection)
    identifier = asking.addresses.host + reading.request.url.path
    told = fields_schema(wanted, identifier, reading.language, for_filters=for_filters)
    if asking.form == "html":
        title = asking.say(Text("属性", "Properties"))
        rows = [
            [
                name,
                field["title"],
                field.get("type", "geometry"),
                field.get("x-ogc-unit"),
                ", ".join(field.get("enum", [])),
            ]
            for name, field in told["properties"].items()
        ]
        links = asking.addresses.itself("html", SCHEMA)
        return pages.page(reading, asking.addresses, told["title"], tables=[pages.Shown(title, rows)], links=links)
    return Response(json_bytes(told), media_type=SCHEMA, headers={"Content-Language": reading.language})


@_get(
    "/ogc/collections/{collection}/items",
    "要素 · features",
    LISTED,
    COLLECTION,
    responses=answers(geojson=FEATURES, html=_PAGE),
)
def items(reading: ReadingDep, collection: str) -> Response:
    """A page of features in a stable order; the `next` link leads on until there is none."""
    wanted = collection_of(collection)
    asking, asked = to_be_listed(reading, wanted)
    counted = asking.words.one_of("count", ("true", "false"), "false") == "true"
    with reading.open() as connection, timed(connection):
        found, matched = page(connection, asked), count(connection, asked) if counted else None
    return listed_answer(asking, asked, found, matched)


@_get(
    "/ogc/collections/{collection}/items/{fid}", "一个要素 · one feature", ONE, COLLECTION, FEATURE,
    responses=answers(geojson=ONE_FEATURE, html=_PAGE),
)  # fmt: skip
def item(reading: ReadingDep, collection: str, fid: str) -> Response:
    """One feature; of a parcel under a strong ETag, which an edit names in `If-Match`."""
    wanted = collection_of(collection)
    asking, asked = to_be_told(reading, wanted)
    with reading.open() as connection, timed(connection):
        found = None if "\x00" in fid else one(connection, asked, fid)
        if found is None:
            raise FeatureNotFound(where=fid[:100], fid=fid[:100], collection=wanted.name)
        if found.state == State.REMOVED and asked.moment is None:
            elsewhere = _gone(reading, asking, connection, wanted, fid)
            if elsewhere is not None:
                return elsewhere
    return told_answer(asking, asked, fid, found)


def _gone(reading: Reading, asking: Asking, connection: Connection, wanted: Collection, fid: str) -> Response | None:
    """Where a number out of use goes on under one other; None where it is in use after all.

    Raises:
        ParcelRetired.
    """
    gone = retirement(connection, fid)
    if gone is not None and len(gone.successors) == 1:
        there = asking.addresses.of(f"/collections/{wanted.name}/items/{gone.successors[0]}")
        return Response(status_code=308, headers={**reading.headers(), "Location": there})
    require_in_use(connection, fid)
    return None


def _plain(reading: Reading, body: dict[str, Any]) -> Response:
    """An answer that changes with the program only."""
    return Response(json_bytes(body), media_type=JSON, headers={"Content-Language": reading.language})
