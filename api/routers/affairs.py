"""Approvals, projects, enterprises, zones and asset cards, and the parcels of each."""

from dataclasses import asdict
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy import Connection
from starlette.responses import Response

from api.dependencies import ActorDep, ReadingDep, RegistryDep
from api.parameters import AsOf, County, Limit, Offset, ParcelCode, known_form
from api.problems import documented
from api.records import LIST, OBJECT, BasedOn, Order, Values, do_in, listed, look, look_in, reads, writes
from api.schemas import FEATURES, answers
from gisreg.affairs.words import Affair
from gisreg.counties import choose_county
from gisreg.records import RecordBasis, unusable
from gisreg.text import Text

router = APIRouter(tags=["affairs"])
_get, _post = partial(reads, router), partial(writes, router)

MAX_PARCELS = 10_000
MAX_NUMBER = 2**31 - 1
Key = Annotated[
    str,
    Query(
        min_length=1, max_length=100,
        description="批准文号、项目代码、企业编号、园区代码或卡片编号 · its number", examples=["示建批〔2020〕1号"],
    ),
]  # fmt: skip
KeyField = Annotated[str | int, Field(description="编号 · its number")]
Geometry = Annotated[dict[str, Any] | str, Field(description="GeoJSON 图形，或 WKT · GeoJSON or WKT")]


class EntryOrder(Order):
    """新增 · an entry: its number and its fields."""

    values: Values


class EntryChange(Order):
    """修改 · a change."""

    key: KeyField
    based_on: BasedOn
    values: Values


class LinkOrder(Order):
    """关联 · a link."""

    key: KeyField
    parcels: list[str] = Field(min_length=1, max_length=MAX_PARCELS)
    area_m2: float | None = Field(
        None, gt=0, allow_inf_nan=False, description="批文所涵盖该宗的面积 · how much of the one parcel it covers"
    )


class UnlinkOrder(Order):
    """解除关联 · the end of links."""

    key: KeyField
    parcels: list[str] = Field(min_length=1, max_length=MAX_PARCELS)


class BoundaryOrder(Order):
    """园区边界 · a zone's boundary."""

    key: str = Field(max_length=20)
    based_on: BasedOn
    geometry: Geometry
    crs: str | None = Field(None, max_length=20)
    place: bool = Field(False, description="把其中未归园区的宗地归入 · parcels in it that have no zone belong to it")


def _known(affair: Affair, key: str | int) -> str | int:
    """The number as the book has it: an enterprise's is a whole number."""
    if affair != Affair.ENTERPRISE:
        return str(key)
    words = str(key)
    if not (words.isascii() and words.isdigit() and int(words) <= MAX_NUMBER):
        raise unusable("key", key, Text("企业编号", "the enterprise's number"))
    return int(words)


@_get("/affairs/counts", "宗、项、户、批次、园区 · each counted by itself", OBJECT)
def counts(reading: ReadingDep, county: County = None) -> Response:
    """Parcels, projects, enterprises, approvals and zones: registered, left, revived, not closed; never added."""
    from gisreg.affairs.counts import count_affairs  # noqa: PLC0415 - loaded when used

    return look_in(reading, county, lambda c, code: {"items": count_affairs(c, code)})


@_get("/affairs/balances", "批准 − 已供 − 撤批 = 剩余 · approvals against their parcels", LIST)
def balances(
    reading: ReadingDep, county: County = None,
    key: Annotated[str | None, Query(max_length=100, description="批准文号，默认全部 · one approval, else all")] = None,
) -> Response:  # fmt: skip
    """Each difference above the tolerance is named, with both areas or the parcels that it is about."""
    from gisreg.affairs import approvals  # noqa: PLC0415 - as above

    tolerance = reading.registry.settings.area_tolerance_m2

    def work(connection: Connection, code: str) -> dict[str, Any]:
        found = approvals.balances(connection, code, tolerance, key)
        return listed(
            [
                {**asdict(one), "disagreements": [{**asdict(d), "off_by_m2": d.off_by_m2} for d in one.disagreements]}
                for one in found
            ]
        )

    return look_in(reading, county, work)


@_get("/affairs/cards", "账卡相符 · asset cards against parcels", OBJECT)
def cards(reading: ReadingDep, county: County = None) -> Response:
    """Cards without parcel, parcels of state units without card, areas that differ."""
    from gisreg.affairs.cards import check_cards  # noqa: PLC0415 - as above

    tolerance = reading.registry.settings.area_tolerance_m2
    return look_in(reading, county, lambda c, code: check_cards(c, code, tolerance))


@_get("/affairs/zones/left", "各园区剩余待盘活 · what is left, zone by zone", OBJECT)
def zones_left(reading: ReadingDep, county: County = None, as_of: AsOf = None) -> Response:
    """The second dimension: rows sum to the county; the row whose `code` is null lies outside zones."""
    from gisreg.ledger.left import county_left, zone_left  # noqa: PLC0415 - as above

    def work(connection: Connection, code: str) -> dict[str, Any]:
        rows = zone_left(connection, code, as_of)
        return {"as_of": as_of, "total": county_left(rows), "items": rows}

    return look_in(reading, county, work)


@_post("/affairs/zones/boundary", "园区边界 · a zone's boundary")
def zone_boundary(registry: RegistryDep, actor: ActorDep, order: BoundaryOrder) -> Response:
    """By a new version; parcels that lie in it can be made to belong to it."""
    from gisreg.affairs.books import set_zone_boundary  # noqa: PLC0415 - as above
    from gisreg.affairs.links import place_in_zone  # noqa: PLC0415
    from gisreg.parcels.boundary.given import given_geojson, given_text  # noqa: PLC0415

    given = order.geometry
    if isinstance(given, str):
        shape = given_text(given, order.crs, "body.geometry")
    else:
        shape = given_geojson(given, order.crs, "body.geometry")

    def work(connection: Connection, code: str) -> dict[str, Any]:
        zone = set_zone_boundary(connection, code, RecordBasis(order.key, order.based_on), shape)
        return {**zone, "placed": place_in_zone(connection, code, order.key) if order.place else []}

    return do_in(registry, actor, order.county, work)


@_get("/affairs/{affair}", "列出批文、项目、企业、园区、卡片 · list a book", LIST)
def entries(  # noqa: PLR0917 - FastAPI passes by name
    reading: ReadingDep,
    affair: Affair,
    county: County = None,
    q: Annotated[str | None, Query(max_length=100, description="编号或名称的一部分 · a part of number or name")] = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Response:  # fmt: skip
    """By their numbers."""
    from gisreg.affairs.books import list_affairs  # noqa: PLC0415 - as above

    def work(connection: Connection, code: str) -> dict[str, Any]:
        page = list_affairs(connection, code, affair, words=q, limit=limit, offset=offset)
        return listed(page.items, page.total)

    return look_in(reading, county, work)


@_post("/affairs/{affair}", "新增 · add an entry", 201)
def add(registry: RegistryDep, actor: ActorDep, affair: Affair, order: EntryOrder) -> Response:
    """More supplied and withdrawn than approved is refused."""
    from gisreg.affairs.books import add_affair  # noqa: PLC0415 - as above

    work = lambda c, code: add_affair(c, code, affair, order.values)  # noqa: E731 - passed on at once
    return do_in(registry, actor, order.county, work, status=201)


@_get("/affairs/{affair}/entry", "一项 · one entry", OBJECT)
def entry(reading: ReadingDep, affair: Affair, key: Key, county: County = None) -> Response:
    """Numbers may hold any sign, so they are a parameter and no part of the path."""
    from gisreg.affairs.books import get_affair  # noqa: PLC0415 - as above

    known = _known(affair, key)
    return look_in(reading, county, lambda c, code: get_affair(c, code, affair, known))


@_get("/affairs/{affair}/history", "各版本 · all versions of an entry", OBJECT)
def history(reading: ReadingDep, affair: Affair, key: Key, county: County = None) -> Response:
    """Who, when, by which way in, and the fields then."""
    from gisreg.affairs.books import BOOKS  # noqa: PLC0415 - as above
    from gisreg.records import history as versions  # noqa: PLC0415

    known = _known(affair, key)
    return look_in(reading, county, lambda c, code: {"versions": versions(c, BOOKS[affair], code, known)})


@_post("/affairs/{affair}/edit", "修改 · change an entry")
def change(registry: RegistryDep, actor: ActorDep, affair: Affair, order: EntryChange) -> Response:
    """A new version; a stale basis is refused with both values."""
    from gisreg.affairs.books import change_affair  # noqa: PLC0415 - as above

    basis = RecordBasis(_known(affair, order.key), order.based_on)
    return do_in(registry, actor, order.county, lambda c, code: change_affair(c, code, affair, basis, order.values))


@router.get(
    "/affairs/{affair}/parcels",
    summary="一项的宗地 · its parcels",
    responses={**answers(json=LIST, geojson=FEATURES), **documented(400, 404, 422, 503)},
    response_class=Response,
)
def parcels(
    reading: ReadingDep,
    affair: Affair,
    key: Key,
    county: County = None,
    format: Annotated[Literal["json", "geojson"], Query(description="geojson 带界址 · with boundaries")] = "json",
) -> Response:
    """As a list, or on the map."""
    from gisreg.affairs.links import features_of, parcels_of  # noqa: PLC0415 - as above

    known = _known(affair, key)
    if format == "json":
        return look_in(reading, county, lambda c, code: listed(parcels_of(c, code, affair, known)))
    with reading.open() as connection:
        code = choose_county(connection, county or reading.registry.settings.county)
        return reading.reply(features_of(connection, code, affair, known), "application/geo+json")


@_post("/affairs/{affair}/link", "关联宗地 · parcels belong to it")
def link(registry: RegistryDep, actor: ActorDep, affair: Affair, order: LinkOrder) -> Response:
    """How many did not before."""
    from gisreg.affairs import links  # noqa: PLC0415 - as above

    key = _known(affair, order.key)

    def work(connection: Connection, code: str) -> dict[str, int]:
        return {"parcels": links.link(connection, code, affair, key, order.parcels, area_m2=order.area_m2)}

    return do_in(registry, actor, order.county, work)


@_post("/affairs/{affair}/unlink", "解除关联 · parcels belong to it no longer")
def unlink(registry: RegistryDep, actor: ActorDep, affair: Affair, order: UnlinkOrder) -> Response:
    """The history keeps that they did."""
    from gisreg.affairs import links  # noqa: PLC0415 - as above

    key = _known(affair, order.key)

    def work(connection: Connection, code: str) -> dict[str, int]:
        return {"parcels": links.unlink(connection, code, affair, key, order.parcels)}

    return do_in(registry, actor, order.county, work)


@_get("/parcels/{parcel_code}/affairs", "一宗属于哪些批文、项目、企业、园区 · what a parcel belongs to", OBJECT)
def of_parcel(reading: ReadingDep, parcel_code: ParcelCode) -> Response:
    """Each with its number and name."""
    from gisreg.affairs.links import affairs_of  # noqa: PLC0415 - as above

    return look(reading, lambda c: affairs_of(c, known_form(parcel_code)))
