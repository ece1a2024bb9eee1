"""``gisreg checkout``: a part of the registry to be edited offline, as a GeoPackage for QGIS and QField."""

from pathlib import Path
from typing import Annotated

import typer

from gisreg.cli.database import actor, open_engine
from gisreg.cli.output import JsonFlag, context, print_json, print_line, progress
from gisreg.cli.outputs import check_output
from gisreg.cli.parcels_read import County
from gisreg.counties import choose_county
from gisreg.db.engine import transaction
from gisreg.text import Text
from gisreg.vocab import Kind

WRITTEN = Text(
    "已签出 {rows} 宗到 {file}(签出号 {id},{crs},{bytes} 字节,{seconds} 秒)",
    "{rows} parcels checked out to {file} (check-out {id}, {crs}, {bytes} bytes, {seconds} s)",
)
NEXT = Text(
    "用 QGIS 或 QField 修改后,执行 gisreg checkin {file} --dry-run",
    "edit it in QGIS or QField, then run gisreg checkin {file} --dry-run",
)
WRITING = Text("签出(宗)", "Checking out (parcels)")


def command(
    output: Annotated[Path, typer.Option("--output", "-o", help=".gpkg 文件 · the GeoPackage to write")],
    filter: Annotated[str | None, typer.Option(help="CQL2 条件 · a CQL2 filter")] = None,
    kind: Annotated[list[Kind] | None, typer.Option(help="类型,可多次 · kind, repeatable")] = None,
    county: County = None,
    crs: Annotated[
        str, typer.Option(help="EPSG:n,或 auto(本县所在带)· EPSG:n, or auto for the county's own zone")
    ] = "auto",
    by: Annotated[str | None, typer.Option(help="领取人,默认经手人 · who takes it out, by default the actor")] = None,
    personal: Annotated[
        bool, typer.Option("--personal", help="含非公有权利人名称 · with the names of private holders")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """签出宗地,供外业修改 · hand out parcels to be edited in the field."""
    from gisreg.checkout.hand_out import check_out, require_geopackage  # noqa: PLC0415 - only this command needs it
    from gisreg.cli.checkouts import say_elsewhere  # noqa: PLC0415

    now = context()
    check_output(output)
    require_geopackage(output)
    with open_engine(now.settings) as engine:
        with transaction(engine) as connection:
            chosen = choose_county(connection, county or now.settings.county)
        with progress(now.say(WRITING)) as done:
            made = check_out(
                engine, output, county=chosen, by=by or actor(now.settings).name, filter=filter, kinds=kind or (),
                crs=crs, include_personal=personal, actor=actor(now.settings), progress=done,
            )  # fmt: skip
    if json:
        print_json(made)
        return
    facts = {**made.__dict__, "rows": f"{made.rows:,}", "bytes": f"{made.bytes:,}", "seconds": f"{made.seconds:.1f}"}
    print_line(now.say(WRITTEN, **facts))
    for one in made.elsewhere:
        print_line(say_elsewhere(now, one))
    print_line(now.say(NEXT, file=output))
