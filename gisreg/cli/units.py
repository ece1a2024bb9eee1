"""``gisreg units``: counties, townships and villages."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from gisreg.cli import unit_changes
from gisreg.cli.database import existing_database, open_engine
from gisreg.cli.dates import day_option
from gisreg.cli.output import Context, JsonFlag, context, print_json, print_line, print_table
from gisreg.counties import choose_county
from gisreg.db.engine import transaction
from gisreg.text import Text
from gisreg.units import Refusal, WantedUnits, import_units, list_units
from gisreg.vocab import UnitLevel

app = typer.Typer(no_args_is_help=True)
unit_changes.register(app)

DONE = Text(
    "读入 {read}:新增 {added},更新 {updated}(修复图形 {repaired}),属他县略过 {skipped},拒绝 {refused}",
    "{read} read: {added} added, {updated} updated ({repaired} shapes repaired), {skipped} of other counties skipped, "
    "{refused} refused",
)
PLACED = Text("{n} 宗待核宗地已归入乡镇", "{n} parcels without a township now lie in one")
REFUSED = Text("第 {row} 行 {code}:{fault}", "row {row}, {code}: {fault}")
TRANSLATED = Text("行|原代码|存为|依据", "row|code|stored|why")
LEVELS = {
    "county": Text("县", "county"),
    "township": Text("乡镇", "township"),
    "village": Text("村", "village"),
}
HEADINGS = Text("县|级别|代码|名称|图形|面积 km²", "county|level|code|name|boundary|area km²")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="任何 GDAL 可读的面文件,或代码 CSV · polygons, or a CSV of codes")],
    level: Annotated[UnitLevel, typer.Option(help="级别 · level")],
    code_field: Annotated[str | None, typer.Option(help="代码字段 · column of the code")] = None,
    name_field: Annotated[str | None, typer.Option(help="名称字段 · column of the name")] = None,
    name_en_field: Annotated[str | None, typer.Option(help="英文名称字段 · column of the English name")] = None,
    code: Annotated[str | None, typer.Option(help="单个图形的代码 · code of a single shape")] = None,
    name: Annotated[str | None, typer.Option(help="单个图形的名称 · name of a single shape")] = None,
    county: Annotated[str | None, typer.Option(help="所属县 · the county they belong to")] = None,
    layer: Annotated[str | None, typer.Option(help="图层 · layer")] = None,
    crs: Annotated[str | None, typer.Option(help="坐标系,如 EPSG:4490 · CRS")] = None,
    encoding: Annotated[str | None, typer.Option(help="属性文字编码 · encoding")] = None,
    json: JsonFlag = False,
) -> None:
    """导入行政区 · import administrative units; those already there are updated."""
    now = context()
    wanted = WantedUnits(file, level, county, code_field, name_field, name_en_field, code, name, layer, crs, encoding)
    report = import_units(now.settings, existing_database(now.settings).app_url, wanted)
    if json:
        print_json(report)
        return
    print_line(now.say(DONE, **{**report.__dict__, "refused": len(report.refused)}))
    for one in report.refused[:20]:
        print_line(now.say(REFUSED, row=one.row, code=one.code or "-", fault=_fault(now, one)))
    if report.translations:
        told = [
            (one["row"], one["said"], one["stored"], one["why" if now.language == "zh" else "why_en"])
            for one in report.translations[:20]
        ]
        print_table(now.say(TRANSLATED).split("|"), told)
    if report.placed_parcels:
        print_line(now.say(PLACED, n=report.placed_parcels))


def _fault(now: Context, one: Refusal) -> str:
    from gisreg.checks.faults import FAULTS  # noqa: PLC0415 - only where a row is refused

    return now.say(FAULTS[one.fault].what, detail=one.detail or "-", value=one.detail)


@app.command("list")
def list_(
    county: Annotated[str | None, typer.Option(help="县级代码 · county code")] = None,
    level: Annotated[UnitLevel | None, typer.Option(help="级别 · level")] = None,
    as_of: Annotated[date | None, day_option("--as-of", "该日有效的单元 · the units of that day")] = None,
    json: JsonFlag = False,
) -> None:
    """列出行政区 · list administrative units."""
    now = context()
    with open_engine(now.settings) as engine, transaction(engine) as connection:
        units = list_units(connection, choose_county(connection, county) if county else None, level, as_of)
    if json:
        print_json(units)
        return
    rows = [
        (
            u.county_code,
            now.say(LEVELS[u.level]),
            u.code,
            u.name if now.language == "zh" else u.name_en or u.name,
            "✓" if u.has_boundary else "",
            None if u.area_m2 is None else u.area_m2 / 1e6,
        )
        for u in units
    ]
    print_table(now.say(HEADINGS).split("|"), rows)
