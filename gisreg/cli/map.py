"""``gisreg map``: pages that open from disk with no internet."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from sqlalchemy import Connection

from gisreg.cli.database import open_engine
from gisreg.cli.dates import AsOf
from gisreg.cli.output import Context, JsonFlag, context, print_json, print_line, progress
from gisreg.cli.outputs import check_folder, check_output
from gisreg.cli.parcels_read import County
from gisreg.counties import choose_county
from gisreg.db.engine import transaction
from gisreg.text import Text

if TYPE_CHECKING:
    from gisreg.parcels.mapfacts import MapFacts
    from gisreg.parcels.read import Row
    from maps.compose import Surroundings

app = typer.Typer(no_args_is_help=True)

Backdrop = Annotated[
    Path | None,
    typer.Option(help="底图要素 GeoJSON：道路、河流、城镇 · roads, rivers, towns to draw below"),
]
WithBaseMap = Annotated[
    bool,
    typer.Option(
        "--base-map", help="网页带底图（含密钥、需联网）· show the base map that is set: the page then holds its key"
    ),
]
PageFile = Annotated[Path, typer.Option("--output", "-o", help="网页文件 · the page to write")]

WROTE = Text("已写 {file}（{bytes} 字节）", "wrote {file} ({bytes} bytes)")
WROTE_ALL = Text("已写 {pages} 个网页到 {folder}（{bytes} 字节）", "wrote {pages} pages to {folder} ({bytes} bytes)")
WRITING = Text("制作网页", "making the pages")


@app.command()
def county(
    output: PageFile,
    county: County = None,
    as_of: AsOf = None,
    backdrop: Backdrop = None,
    base_map: WithBaseMap = False,
    json: JsonFlag = False,
) -> None:
    """全县网页：各乡镇剩余待盘活 · the county's page: what is left in each township."""
    from maps.compose import county_html  # noqa: PLC0415 - Folium is heavy and --help needs none of it

    now = context()
    check_output(output)
    with _reading(now, county, as_of) as (_connection, facts):
        pass
    _write(now, output, county_html(facts, _surroundings(now, facts, backdrop, base_map)), json)


@app.command()
def township(
    code: Annotated[str, typer.Argument(help="乡级代码；unknown 为乡镇待核 · township code, or unknown")],
    output: PageFile,
    county: County = None,
    as_of: AsOf = None,
    backdrop: Backdrop = None,
    base_map: WithBaseMap = False,
    json: JsonFlag = False,
) -> None:
    """一个乡镇的网页 · the page of one township."""
    from maps.compose import township_html  # noqa: PLC0415 - as above

    now = context()
    check_output(output)
    with _reading(now, county, as_of, affairs=False) as (connection, facts):
        parcels = _parcels(connection, facts, code, as_of)
    _write(now, output, township_html(facts, code, parcels, _surroundings(now, facts, backdrop, base_map)), json)


@app.command()
def all(
    output: Annotated[Path, typer.Option("--output", "-o", help="文件夹 · the folder to write into")],
    county: County = None,
    as_of: AsOf = None,
    backdrop: Backdrop = None,
    base_map: WithBaseMap = False,
    json: JsonFlag = False,
) -> None:
    """全县和每个乡镇的网页，互相链接 · the county's page and one for each township, linked to each other."""
    from gisreg.parcels.mapfacts import UNKNOWN  # noqa: PLC0415 - as above
    from maps.compose import write_all  # noqa: PLC0415

    now = context()
    check_folder(output)
    with _reading(now, county, as_of) as (connection, facts):
        around = _surroundings(now, facts, backdrop, base_map, linked=True)
        codes = [row.code or UNKNOWN for row in facts.left]
        with progress(now.say(WRITING), len(codes)) as done:

            def townships() -> Iterator[tuple[str, list["Row"]]]:
                for place, code in enumerate(codes):
                    yield code, _parcels(connection, facts, code, as_of)
                    done(place + 1)

            sizes = write_all(facts, townships(), around, output)
    total = sum(sizes.values())
    if json:
        print_json({"folder": output, "bytes": total, "pages": [{"file": f, "bytes": b} for f, b in sizes.items()]})
    else:
        print_line(now.say(WROTE_ALL, pages=len(sizes), folder=output, bytes=f"{total:,}"))


@contextmanager
def _reading(
    now: Context, county: str | None, day: date | None, *, affairs: bool = True
) -> Iterator[tuple[Connection, "MapFacts"]]:
    """One read-only transaction, so that all figures belong together; ``affairs`` are those of the county's page."""
    from gisreg.parcels.mapfacts import map_facts  # noqa: PLC0415 - as above

    with open_engine(now.settings) as engine, transaction(engine) as connection:
        chosen = choose_county(connection, county or now.settings.county)
        tolerance_m2 = now.settings.area_tolerance_m2 if affairs else None
        yield connection, map_facts(connection, chosen, day, tolerance_m2=tolerance_m2)


def _parcels(connection: Connection, facts: "MapFacts", code: str, day: date | None) -> "list[Row]":
    from gisreg.parcels.mapdata import parcels_of  # noqa: PLC0415 - as above

    return parcels_of(connection, facts.code, facts.township(code).code, day)


def _surroundings(
    now: Context, facts: "MapFacts", backdrop: Path | None, base_map: bool, *, linked: bool = False
) -> "Surroundings":
    """The given backdrop; for the invented county the one that was made with it. A base map only where asked for."""
    from maps.backdrops import read_backdrop  # noqa: PLC0415 - as above
    from maps.base_maps import saved_base_map  # noqa: PLC0415
    from maps.compose import Surroundings  # noqa: PLC0415

    own = now.settings.home / "demo" / "backdrop.geojson"
    chosen = backdrop or (own if facts.invented and own.is_file() else None)
    drawn = read_backdrop(chosen) if chosen else None
    below = saved_base_map(now.settings) if base_map else None
    return Surroundings(now.settings.assets_dir, drawn, linked, below, now.language)


def _write(now: Context, file: Path, page: str, json: bool) -> None:
    from maps.files import write_page  # noqa: PLC0415 - as above

    size = write_page(file, page)
    if json:
        print_json({"file": file, "bytes": size})
    else:
        print_line(now.say(WROTE, file=file, bytes=f"{size:,}"))
