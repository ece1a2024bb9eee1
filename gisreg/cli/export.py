"""``gisreg export``: parcels as a shapefile, GeoPackage, GeoJSON or boundary-point text."""

from pathlib import Path
from typing import Annotated

import typer

from gisreg.cli.database import open_engine
from gisreg.cli.dates import AsOf
from gisreg.cli.output import JsonFlag, context, print_json, print_line, progress
from gisreg.cli.outputs import check_output
from gisreg.cli.parcels_read import County
from gisreg.counties import choose_county
from gisreg.db.engine import transaction
from gisreg.text import Text
from gisreg.vocab import Kind

WRITTEN = Text(
    "已导出 {rows} 宗到 {file}({crs},{encoding},{bytes} 字节,{seconds} 秒)",
    "{rows} parcels exported to {file} ({crs}, {encoding}, {bytes} bytes, {seconds} s)",
)
UNMAPPED = Text("另有 {n} 宗没有界址,未写入", "{n} more parcels have no boundary and were left out")
WRITING = Text("导出(宗)", "Exporting (parcels)")


def command(
    output: Annotated[
        Path, typer.Option("--output", "-o", help=".shp.zip、.gpkg、.geojson 或 .txt(界址点)· the file to write")
    ],
    crs: Annotated[
        str | None, typer.Option(help="EPSG:n,或 auto(本县所在带)· EPSG:n, or auto for the county's own zone")
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option(
            help="shapefile、TXT 编码:GBK(默认)、GB18030、UTF-8 · encoding of shapefile and text, GBK by default"
        ),
    ] = None,
    filter: Annotated[str | None, typer.Option(help="CQL2 条件 · a CQL2 filter")] = None,
    kind: Annotated[list[Kind] | None, typer.Option(help="类型,可多次 · kind, repeatable")] = None,
    county: County = None,
    as_of: AsOf = None,
    personal: Annotated[
        bool, typer.Option("--personal", help="含非公有权利人名称 · with the names of private holders")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """导出宗地 · export parcels."""
    from gisreg.export import export  # noqa: PLC0415 - only this command needs it
    from gisreg.export.targets import read_target  # noqa: PLC0415
    from gisreg.filters import compile_filter  # noqa: PLC0415
    from gisreg.parcels.asof import current_at  # noqa: PLC0415

    now = context()
    check_output(output)
    read_target(output)
    source = current_at(as_of)
    where = compile_filter(filter, target=source) if filter else None
    with open_engine(now.settings) as engine:
        with transaction(engine) as connection:
            chosen = choose_county(connection, county or now.settings.county)
        with progress(now.say(WRITING)) as done:
            summary = export(
                engine,
                output,
                county=chosen,
                kinds=kind or (),
                where=where,
                source=source,
                crs=crs,
                encoding=encoding,
                as_of=as_of,
                include_personal=personal,
                progress=done,
            )
    if json:
        print_json(summary)
        return
    facts = {"crs": summary.crs, "encoding": summary.encoding, "seconds": f"{summary.seconds:.1f}"}
    print_line(now.say(WRITTEN, file=output, rows=f"{summary.rows:,}", bytes=f"{summary.bytes:,}", **facts))
    if summary.unmapped:
        print_line(now.say(UNMAPPED, n=f"{summary.unmapped:,}"))
