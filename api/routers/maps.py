"""Map pages, the same as the files that ``gisreg map all`` writes, made when asked for.

They lie side by side under ``/maps/COUNTY/`` (of a past day: ``/maps/COUNTY/DAY/``), because they link to each other
by name.
"""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from api.cache import Caches
from api.conditional import Reading
from api.dependencies import CachesDep, ReadingDep, RegistryDep
from api.guard import inline_policy
from api.parameters import FIRST_DAY, LAST_DAY, AsOf, County, Day, TownshipCode
from api.problems import documented
from gisreg.counties import choose_county
from gisreg.days import require_come, today
from gisreg.settings import Settings

if TYPE_CHECKING:
    from maps.compose import Surroundings

router = APIRouter(tags=["maps"])

CountyPath = Annotated[str, Path(pattern="^[0-9]{6}$", description="县级代码 · county code")]
DayPath = Annotated[Day, Path(ge=FIRST_DAY, le=LAST_DAY, description="按该日登记 · as recorded on that day")]
_PAGE: dict[int | str, dict[str, Any]] = {
    200: {"description": "网页 · the page", "content": {"text/html": {"schema": {"type": "string"}}}},
    304: {"description": "自上次 ETag 以来没有变化 · unchanged since the ETag given"},
}
_ELSEWHERE: dict[int | str, dict[str, Any]] = {307: {"description": "转到网页 · where the page is"}}
_TILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "图片 · the picture", "content": {"image/png": {}, "image/jpeg": {}, "image/webp": {}}},
}
_PROBLEMS = documented(400, 404, 422, 503)


@router.get(
    "/maps/", summary="全县地图 · the county's map", responses={**_ELSEWHERE, **_PROBLEMS}, response_class=Response
)
def county_map(reading: ReadingDep, county: County = None, as_of: AsOf = None) -> Response:
    """Townships shaded by what is left to revitalise, and the ranked table beside them."""
    return RedirectResponse(f"{_folder(reading, county, as_of)}/county.html")


@router.get(
    "/maps/townships/{township}",
    summary="乡镇地图 · a township's map",
    responses={**_ELSEWHERE, **_PROBLEMS},
    response_class=Response,
)
def township_map(reading: ReadingDep, township: TownshipCode, county: County = None, as_of: AsOf = None) -> Response:
    """The township's parcels by label, kind or state; `unknown` for those whose township is to be found."""
    return RedirectResponse(f"{_folder(reading, county, as_of)}/township-{township}.html")


@router.get(
    "/maps/{county}/county.html", summary="全县地图网页 · the county's page", responses={**_PAGE, **_PROBLEMS},
    response_class=Response,
)  # fmt: skip
def county_page(reading: ReadingDep, caches: CachesDep, county: CountyPath) -> Response:
    """The page as it is today."""
    return _page(reading, caches, county)


@router.get(
    "/maps/{county}/township-{township}.html",
    summary="乡镇地图网页 · a township's page",
    responses={**_PAGE, **_PROBLEMS},
    response_class=Response,
)
def township_page(reading: ReadingDep, caches: CachesDep, county: CountyPath, township: TownshipCode) -> Response:
    """The page as it is today."""
    return _page(reading, caches, county, township)


@router.get(
    "/maps/{county}/{day}/county.html",
    summary="历史全县地图网页 · the county's page of a past day",
    responses={**_PAGE, **_PROBLEMS},
    response_class=Response,
)
def past_county_page(reading: ReadingDep, caches: CachesDep, county: CountyPath, day: DayPath) -> Response:
    """The page as recorded at the end of that day."""
    return _page(reading, caches, county, day=day)


@router.get(
    "/maps/{county}/{day}/township-{township}.html",
    summary="历史乡镇地图网页 · a township's page of a past day",
    responses={**_PAGE, **_PROBLEMS},
    response_class=Response,
)
def past_township_page(
    reading: ReadingDep, caches: CachesDep, county: CountyPath, day: DayPath, township: TownshipCode
) -> Response:
    """The page as recorded at the end of that day."""
    return _page(reading, caches, county, township, day)


@router.get(
    "/maps/tiles/{z}/{x}/{y}",
    summary="本机底图瓦片 · a tile of the local base map",
    responses={**_TILE, **documented(400, 404, 422, 503)},
    response_class=Response,
)
def tile(
    registry: RegistryDep,
    z: Annotated[int, Path(ge=0, le=24, description="级别 · zoom")],
    x: Annotated[int, Path(ge=0, description="列，自西 · column from the west")],
    y: Annotated[int, Path(ge=0, description="行，自北 · row from the north")],
) -> Response:
    """The picture in Web Mercator, from the imagery that GISREG_BASE_MAP_FILE names."""
    from maps.base_maps import local_tiles  # noqa: PLC0415 - as below
    from maps.tiles import read_tile  # noqa: PLC0415

    content, media_type = read_tile(local_tiles(registry.settings), z, x, y)
    return Response(content, media_type=media_type, headers={"Cache-Control": "private, max-age=86400"})


def _folder(reading: Reading, county: str | None, as_of: date | None) -> str:
    """Where a county's pages lie; of a day to come there are none."""
    if as_of is not None:
        require_come("as_of", as_of)
    with reading.registry.transaction() as connection:
        code = choose_county(connection, county or reading.registry.settings.county)
    return f"/maps/{code}/{as_of.isoformat()}" if as_of else f"/maps/{code}"


def _page(
    reading: Reading, caches: Caches, county: str, township: str | None = None, day: date | None = None
) -> Response:
    with reading.open() as connection:
        choose_county(connection, county)

        def render() -> bytes:
            return _render(connection, reading.registry.settings, county, township, day)

        body = caches.pages.get((county, township, day, today()), reading.snapshot, render)
    return reading.reply(body, "text/html", {"Content-Security-Policy": _policy(reading.registry.settings)})


def _policy(settings: Settings) -> str:
    """What the page may load: nothing from outside but the tiles of the base map that is set."""
    from maps.base_maps import served_base_map  # noqa: PLC0415 - as below

    base_map = served_base_map(settings)
    return inline_policy([source for source in base_map.sources if source != "'self'"] if base_map else ())


def _render(connection: Connection, settings: Settings, county: str, township: str | None, day: date | None) -> bytes:
    from gisreg.parcels.mapdata import parcels_of  # noqa: PLC0415 - maps load Folium, which the first map pays for
    from gisreg.parcels.mapfacts import map_facts  # noqa: PLC0415
    from maps.compose import county_html, township_html  # noqa: PLC0415

    facts = map_facts(connection, county, day, tolerance_m2=settings.area_tolerance_m2 if township is None else None)
    around = _surroundings(settings, invented=facts.invented)
    if township is None:
        return county_html(facts, around).encode()
    parcels = parcels_of(connection, county, facts.township(township).code, day)
    return township_html(facts, township, parcels, around).encode()


def _surroundings(settings: Settings, *, invented: bool) -> "Surroundings":
    """Browser code to put inside; for the invented county the roads and rivers that were made with it."""
    from maps.backdrops import read_backdrop  # noqa: PLC0415 - as above
    from maps.base_maps import served_base_map  # noqa: PLC0415
    from maps.compose import Surroundings  # noqa: PLC0415

    made = settings.home / "demo" / "backdrop.geojson"
    backdrop = read_backdrop(made) if invented and made.is_file() else None
    return Surroundings(settings.assets_dir, backdrop, linked=True, base_map=served_base_map(settings))
