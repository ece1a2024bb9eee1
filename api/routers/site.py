"""The first page: the county at a glance, townships ranked by what is left, maps, downloads, the API."""

from datetime import date
from typing import Any

from fastapi import APIRouter
from starlette.responses import FileResponse, Response

from api.conditional import Reading
from api.dependencies import CachesDep, ReadingDep
from api.parameters import AsOf, County
from api.routers.townships import ranked, totals
from api.templating import STATIC_DIR, render, speaker
from gisreg.counties import CountyNames, choose_county, list_counties
from gisreg.days import today
from gisreg.geometry import STORAGE_SRID, WEB_MERCATOR_SRID, WGS84_SRID, zones
from gisreg.ledger.left import Tally, TownshipLeft, county_left
from gisreg.text import Text
from gisreg.vocab import LABEL_LEGEND, Kind, Label

router = APIRouter(include_in_schema=False)

GEOGRAPHIC = (
    (STORAGE_SRID, Text("CGCS2000 经纬度", "CGCS2000 longitude/latitude")),
    (WGS84_SRID, Text("WGS 84 经纬度", "WGS 84 longitude/latitude")),
    (WEB_MERCATOR_SRID, Text("Web 墨卡托", "Web Mercator")),
)


@router.get("/")
def first_page(reading: ReadingDep, caches: CachesDep, county: County = None, as_of: AsOf = None) -> Response:
    """The county's page; where there are several counties and none is named, the choice between them."""
    with reading.open() as connection:
        counties = list_counties(connection)
        wanted = county or reading.registry.settings.county or (counties[0].code if len(counties) == 1 else None)
        if wanted is None:
            body = render("counties.html", {**_frame(reading), "counties": counties})
        else:
            code = choose_county(connection, wanted)
            names = next(entry for entry in counties if entry.code == code)
            rows = ranked(totals(reading, caches, connection, code, as_of))
            body = render("county.html", {**_frame(reading), **_county_values(names, rows, as_of)})
    return reading.reply(body, "text/html")


def _county_values(county: CountyNames, rows: list[TownshipLeft], as_of: date | None) -> dict[str, Any]:
    total = county_left(rows)
    return {
        "county": county,
        "as_of": as_of,
        "day": as_of or today(),
        "rows": rows,
        "total": total,
        "unlabelled": unlabelled(total),
        "most_mu": max((row.left_mu for row in rows), default=0.0),
        "kinds": list(Kind),
        "labels": [(label, LABEL_LEGEND[label]) for label in Label],
        "systems": [*GEOGRAPHIC, *((zone.srid, zone.title) for zone in zones())],
    }


def unlabelled(total: TownshipLeft) -> Tally:
    """What is left without advice: the kinds' sum less the labels' sum."""
    kinds, labels = list(total.by_kind.values()), list(total.by_label.values())
    return Tally(
        sum(tally.count for tally in kinds) - sum(tally.count for tally in labels),
        max(0.0, sum(tally.mu for tally in kinds) - sum(tally.mu for tally in labels)),
    )


def _frame(reading: Reading) -> dict[str, Any]:
    return {"language": reading.language, "say": speaker(reading.language), "request": reading.request}


@router.get("/favicon.ico")
def icon() -> FileResponse:
    """What browsers ask for unasked."""
    return FileResponse(STATIC_DIR / "icon.svg", media_type="image/svg+xml")
