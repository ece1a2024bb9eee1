"""OGC API – Tiles: tile matrix sets, tilesets, tiles, and a map of them."""

import json
import re
from pathlib import Path
from typing import Any, ClassVar, Literal

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, Response

from api.conditional import Reading
from api.dependencies import ReadingDep, RegistryDep
from api.encoding import json_bytes
from api.guard import STRICT_POLICY
from api.ogc import pages
from api.ogc.asking import Asking
from api.ogc.described_parameters import COLLECTION, FORM, PARAMETERS, described
from api.ogc.forms import HTML, JSON
from api.ogc.links import Addresses
from api.ogc.tile_style import style
from api.ogc.tilesets import (
    SCHEMES,
    STYLE,
    TILESETS,
    has_tiles,
    matrix_set,
    matrix_sets,
    tile_json,
    tileset,
)
from api.ogc.words import Words
from api.problems import documented
from api.registry import Registry
from api.routers.ogc import Route
from api.schemas import answers
from api.templating import render, speaker
from api.tiles.answers import MVT, Sent, encoding_of, packed
from api.tiles.cache import Key, TileCache
from api.tiles.freshness import Freshness, named
from api.tiles.front import FAILURE, VERSION
from gisreg.db.errors import translated
from gisreg.errors import InputError, NotFoundError
from gisreg.features.collections import Collection, collection_of
from gisreg.features.pages import extent, timed
from gisreg.text import Text
from gisreg.tiles.grids import GRIDS, WEB_MERCATOR, grid_of
from gisreg.tiles.making import Made, made, made_alone
from gisreg.tiles.wanted import Wanted
from gisreg.vocab import Kind, Label, State
from maps.assets import BrowserCodeMissing
from maps.styles import LABEL_COLOURS

router = APIRouter(tags=["ogc"])
TILE = "/ogc/collections/{collection}/tiles/{grid}/{matrix}/{row}/{column}"
WHOLE = re.compile(r"-?[0-9]{1,10}", re.ASCII)
MapFile = Literal["maplibre-gl-csp.js", "maplibre-gl-csp-worker.js", "maplibre-gl.css"]
_TYPES = {".js": "text/javascript", ".css": "text/css"}
MAP_POLICY = STRICT_POLICY.replace("img-src 'self' data:", "img-src 'self' data: blob:") + "; worker-src 'self'"
NO_ADVICE = Text("尚无建议", "no advice yet")
_OBJECT: dict[str, Any] = {"type": "object"}
_BINARY = {"type": "string", "format": "binary"}
_JSON = answers(json=_OBJECT, html={"type": "string"})


class NoTiles(NotFoundError):
    """A collection without tiles of its own."""

    what: ClassVar[Text] = Text("要素集 {collection} 没有瓦片", "the collection {collection} has no tiles")
    mend: ClassVar[Text] = Text("请用 parcels 的瓦片", "use those of parcels")


class TileNumberUnreadable(InputError):
    """A matrix, row or column that is no number."""

    what: ClassVar[Text] = Text("{name} 应为整数,不是 {given}", "{name} is a whole number, not {given}")
    mend: ClassVar[Text] = Text(
        "地址为 …/tiles/瓦片矩阵集/级别/行/列", "the address is …/tiles/TILE_MATRIX_SET/MATRIX/ROW/COLUMN"
    )


class TileJsonKnowsMercatorOnly(InputError):
    """TileJSON of a grid in degrees."""

    what: ClassVar[Text] = Text("TileJSON 只能描述 Web 墨卡托,不能描述 {grid}", "TileJSON knows no grid {grid}")
    mend: ClassVar[Text] = Text("请用 WebMercatorQuad", "use WebMercatorQuad")


def _in_path(name: str, about: str, example: str) -> dict[str, Any]:
    return {
        "name": name, "in": "path", "required": True, "description": about, "schema": {"type": "string"},
        "example": example,
    }  # fmt: skip


GRID = _in_path("grid", "瓦片矩阵集 · tile matrix set", WEB_MERCATOR.name)
PLACE = (
    _in_path("matrix", "级别 · matrix", "10"),
    _in_path("row", "行,自北 · row, from the north", "401"),
    _in_path("column", "列,自西 · column, from the west", "834"),
)


def _choice(*words: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(words)}


TILE_FORM = {**PARAMETERS["f"], "description": "mvt", "schema": _choice("mvt")}


TILESET_FORM = {**PARAMETERS["f"], "description": "json 或 tilejson", "schema": _choice("json", "tilejson")}


def _get(path: str, summary: str, *in_path: dict[str, Any], form: dict[str, Any] = PARAMETERS["f"]) -> Route:
    told: dict[str, Any] = {"responses": {**_JSON, **documented(400, 404, 503)}, "summary": summary}
    parameters = [*in_path, form, PARAMETERS["lang"]]
    return router.get(path, response_class=Response, openapi_extra={"parameters": parameters}, **told)


@_get("/ogc/tileMatrixSets", "瓦片矩阵集 · tile matrix sets")
def schemes(reading: ReadingDep) -> Response:
    """The grids that tiles lie on."""
    asking = Asking(reading, FORM)
    listed = matrix_sets(asking.addresses)
    links = asking.addresses.itself(asking.form)
    if asking.form == "html":
        rows = [[{"href": one["links"][0]["href"], "title": one["id"]}, one["title"], one["crs"]] for one in listed]
        table = pages.Shown(asking.say(SCHEMES), rows)
        return pages.page(reading, asking.addresses, asking.say(SCHEMES), tables=[table], links=links)
    return Response(json_bytes({"links": links, "tileMatrixSets": listed}), media_type=JSON)


@_get("/ogc/tileMatrixSets/{grid}", "一个瓦片矩阵集 · one tile matrix set", GRID)
def scheme(reading: ReadingDep, grid: str) -> Response:
    """Its definition."""
    asking, wanted = Asking(reading, FORM), grid_of(grid)
    told = matrix_set(wanted)
    if asking.form == "html":
        names = ("id", "scaleDenominator", "cellSize", "matrixWidth", "matrixHeight")
        table = pages.Shown(wanted.name, [[one[name] for name in names] for one in told["tileMatrices"]], names)
        links = asking.addresses.itself("html")
        return pages.page(reading, asking.addresses, asking.say(wanted.titles), tables=[table], links=links)
    return Response(json_bytes(told), media_type=JSON)


def _tiled(name: str) -> Collection:
    wanted = collection_of(name)
    if not has_tiles(wanted):
        raise NoTiles(where=name, collection=name)
    return wanted


@_get("/ogc/collections/{collection}/tiles", "一个要素集的瓦片 · the tilesets of a collection", COLLECTION)
def tilesets(reading: ReadingDep, collection: str) -> Response:
    """On which grids there are tiles."""
    asking, wanted = Asking(reading, FORM), _tiled(collection)
    to = asking.addresses
    listed = [tileset(wanted, grid, to, None, whole=False) for grid in GRIDS.values()]
    links = to.itself(asking.form)
    if asking.form == "html":
        rows = [[{"href": one["links"][0]["href"], "title": one["title"]}, one["crs"]] for one in listed]
        title = f"{asking.say(wanted.titles)} · {asking.say(TILESETS)}"
        table = pages.Shown(asking.say(TILESETS), rows)
        return pages.page(reading, to, title, tables=[table], links=links)
    return Response(json_bytes({"links": links, "tilesets": listed}), media_type=JSON)


@_get("/ogc/collections/{collection}/tiles/{grid}", "一套瓦片 · one tileset", COLLECTION, GRID, form=TILESET_FORM)
def one_tileset(reading: ReadingDep, collection: str, grid: str) -> Response:
    """What its tiles hold and where they are; `f=tilejson` tells it to map libraries."""
    wanted, on = _tiled(collection), grid_of(grid)
    words = Words(reading.request, FORM)
    form = words.one_of("f", ("json", "tilejson"), "json")
    to = Addresses(reading.request, reading.language)
    with reading.open() as connection:
        held = extent(connection, wanted)
    if form == "tilejson":
        if on is not WEB_MERCATOR:
            raise TileJsonKnowsMercatorOnly(where="query.f", grid=on.name)
        return reading.reply(json_bytes(tile_json(wanted, to, held)), JSON)
    return reading.reply(json_bytes(tileset(wanted, on, to, held, whole=True)), JSON)


@router.get(
    TILE,
    summary="一张瓦片 · one tile",
    response_class=Response,
    responses={
        200: {
            "description": "Mapbox Vector Tile",
            "content": {MVT: {"schema": {"type": "string", "format": "binary"}}},
        },
        204: {"description": "此处没有要素 · nothing is here"},
        **documented(304, 400, 404, 503),
    },
    openapi_extra={"parameters": [COLLECTION, GRID, *PLACE, TILE_FORM]},
)
def tile(reading: ReadingDep, *, collection: str, grid: str, matrix: str, row: str, column: str) -> Response:
    """Made from the data of now. The same tile again comes from a cache, ahead of this."""
    request, wanted, on = reading.request, _tiled(collection), grid_of(grid)
    Words(request, ("f",)).one_of("f", ("mvt",), "mvt")
    place = on.tile(*(_number(name, given) for name, given in (("matrix", matrix), ("row", row), ("column", column))))
    version, encoding = _version_of_now(request), encoding_of(request.headers)
    key = Key(reading.reader.scope, wanted.name, on.name, place.matrix, place.row, place.column, encoding)
    if Sent(version, key).is_known(request.headers):
        return Sent(version, key).answer(b"", request.headers)
    found = _made(reading, Wanted(wanted, place, reading.reader))
    content = packed(found.content, encoding)
    sent = Sent(named(found.version), key)  # newer than that of the request, where somebody wrote in between
    cache: TileCache = request.app.state.tiles
    cache.keep(sent.version, key, content)
    return sent.answer(content, request.headers)


def _made(reading: Reading, wanted: Wanted) -> Made:
    with translated():
        found = made_alone(reading.registry.reading_engine(), wanted)
    if isinstance(found, Made):
        return found
    with reading.registry.transaction() as connection, timed(connection):
        return made(connection, wanted, too_many=found is not None)


def _number(name: str, given: str) -> int:
    if not WHOLE.fullmatch(given):
        raise TileNumberUnreadable(where=f"path.{name}", name=name, given=given[:100])
    return int(given)


def _version_of_now(request: Request) -> str:
    """As it was found on the way in."""
    failure = request.scope.get(FAILURE)
    if failure is not None:
        raise failure
    found = request.scope.get(VERSION)
    freshness: Freshness = request.app.state.freshness
    return str(found) if found else named(freshness.look())


@router.get(
    "/ogc/collections/{collection}/style",
    summary="MapLibre 样式 · a style for MapLibre",
    response_class=Response,
    responses={200: {"content": {STYLE: {"schema": _OBJECT}}}, **documented(400, 404)},
    openapi_extra=described(("lang",), COLLECTION),
)
def one_style(reading: ReadingDep, collection: str) -> Response:
    """How a map draws the tiles of a collection."""
    Words(reading.request, ("lang",))
    told = style(_tiled(collection), Addresses(reading.request, reading.language))
    return Response(json_bytes(told), media_type=STYLE, headers={"Content-Language": reading.language})


@router.get("/ogc/collections/{collection}/map", include_in_schema=False)
def one_map(reading: ReadingDep, collection: str) -> Response:
    """The tiles on a map in the browser."""
    wanted, to = _tiled(collection), Addresses(reading.request, reading.language)
    Words(reading.request, ("lang",))
    _installed("maplibre-gl-csp.js", reading.registry)  # told at once: without it the map would be an empty frame
    with reading.open() as connection:
        held = extent(connection, wanted)
    legend = [(colour, _label_words(label).say(reading.language)) for label, colour in LABEL_COLOURS.items()]
    values = {
        "language": reading.language, "say": speaker(reading.language), "request": reading.request,
        "title": wanted.titles.say(reading.language), "legend": legend, "extent": held, "terms": _terms(reading),
        "style": to.of(f"/collections/{wanted.name}/style", lang=reading.language),
        "item": to.of("/collections/parcels/items/"), "collection": to.of(f"/collections/{wanted.name}", f="html"),
    }  # fmt: skip
    return reading.reply(render("ogc_map.html", values), HTML, {"Content-Security-Policy": MAP_POLICY})


def _terms(reading: Reading) -> str:
    """By the name of a property, what its tokens are called."""
    told = {
        name: {str(term): term.titles.say(reading.language) for term in terms}
        for name, terms in (("kind", Kind), ("label", Label), ("state", State))
    }
    return json.dumps(told, ensure_ascii=False)


def _label_words(label: str) -> Text:
    return next((term.titles for term in Label if term == label), NO_ADVICE)


@router.get("/ogc/maplibre/{name}", include_in_schema=False)
def maplibre(name: MapFile, registry: RegistryDep) -> FileResponse:
    """MapLibre as npm installed it; the build whose worker is a file of its own, which our policy asks for."""
    headers = {"Cache-Control": "private, max-age=3600"}
    return FileResponse(_installed(name, registry), media_type=_TYPES[Path(name).suffix], headers=headers)


def _installed(name: MapFile, registry: Registry) -> Path:
    path = registry.settings.assets_dir / "maplibre-gl" / "dist" / name
    if not path.is_file():
        raise BrowserCodeMissing(file=path)
    return path
