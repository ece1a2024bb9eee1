# ruff: noqa: E501 - wording and SQL stay in one piece

"""``gisreg parcels``: import parcels from files, and look at them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gisreg.cli import mappings, parcels_edit, parcels_read
from gisreg.cli.database import existing_database
from gisreg.cli.output import Context, JsonFlag, context, print_json, print_line, print_table, progress
from gisreg.cli.outputs import check_output
from gisreg.intake.keys import KEYS, NO_CRS
from gisreg.intake.report import Report, check_report_path, require_some, write_report
from gisreg.text import Text
from gisreg.vocab import Kind

if TYPE_CHECKING:
    from gisreg.intake.load import Wanted

app = typer.Typer(no_args_is_help=True)

SHOWN_PROBLEMS = 20
DONE = Text(
    "批次 {batch}:读入 {read},载入 {loaded},修复后载入 {repaired},拒绝 {refused},未变 {unchanged}(其中提示 {warned})",
    "batch {batch}: {read} read, {loaded} loaded, {repaired} repaired and loaded, {refused} refused, "
    "{unchanged} unchanged ({warned} with a warning)",
)
TRIED = Text(
    "试运行,未写入:读入 {read},可载入 {loaded},修复后可载入 {repaired},拒绝 {refused},未变 {unchanged}(其中提示 {warned})",
    "dry run, nothing written: {read} read, {loaded} would load, {repaired} be repaired, {refused} be refused, "
    "{unchanged} unchanged ({warned} with a warning)",
)
ABOUT = Text(
    "坐标系 {crs}({crs_from}),文字编码 {encoding}({encoding_from})",
    "CRS {crs} ({crs_from}), text {encoding} ({encoding_from})",
)
SHEET = Text("工作表 {layer}", "sheet {layer}")
AGAIN = Text("同一文件此前已作为批次 {again_of} 导入", "this very file was loaded before as batch {again_of}")
UNMAPPED = Text("未采用的字段:{names}", "columns not used: {names}")
MORE = Text("另有 {n} 条,请用 --report 查看", "{n} more: see them with --report")
HEADINGS = Text("行|编号|字段|级别|问题|位置|处理", "row|id|field|grade|fault|place|mend")
FILES = Text(
    "shapefile、GeoPackage、FileGDB、GeoJSON、KML/KMZ、DXF、GML、FlatGeobuf、GeoParquet、MapInfo、CSV(WKT 或坐标)、界址点 TXT(都可打包为 zip);台账 XLSX、XLS、CSV",
    "boundaries in any of these formats, zipped or not; ledgers in XLSX, XLS, CSV",
)
READING = Text("读取并检查 {file}", "reading and checking {file}")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help=FILES.both())],
    kind: Annotated[str, typer.Option(help=f"类型 · kind: {', '.join(Kind)}")],
    county: Annotated[str | None, typer.Option(help="县级代码 · county code")] = None,
    layer: Annotated[str | None, typer.Option(help="图层或工作表 · layer or sheet")] = None,
    crs: Annotated[str | None, typer.Option(help="坐标系,如 EPSG:4547 · CRS")] = None,
    encoding: Annotated[str | None, typer.Option(help="属性文字编码,如 GBK · encoding of the attributes")] = None,
    mapping: Annotated[
        str | None, typer.Option(help="字段对照:已保存的名称或 TOML 文件 · a saved mapping, or a TOML file")
    ] = None,
    join: Annotated[
        str | None, typer.Option(help=f"台账按此键关联宗地 · the key by which a ledger joins: {', '.join(KEYS)}")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查,不写入 · check only, write nothing")] = False,
    report: Annotated[Path | None, typer.Option(help="逐行报告 .csv 或 .json · report of each finding")] = None,
    json: JsonFlag = False,
) -> None:
    """导入宗地:每一行都会载入、修复后载入或说明原因后拒绝 · import parcels; every row is loaded, repaired or refused."""
    from gisreg.intake.load import Wanted  # noqa: PLC0415 - heavy, and only this command needs it
    from gisreg.intake.mappings import find as find_mapping  # noqa: PLC0415

    now = context()
    if report:
        check_output(report)
        check_report_path(report)
    wanted = Wanted(
        file, kind, county, layer, crs, encoding, find_mapping(now.settings, mapping) if mapping else None, dry_run
    )
    url = existing_database(now.settings).app_url
    outcome = _imported(now, url, wanted, join)
    if json:
        print_json(outcome.as_json())
    else:
        _show(now, outcome)
    if report:
        write_report(outcome, report, now.language)
    require_some(outcome, file)


def _imported(now: Context, url: str, wanted: "Wanted", join: str | None) -> Report:
    from gisreg.intake.importing import import_file  # noqa: PLC0415 - heavy, and only this command needs it
    from gisreg.intake.ledger.source import is_ledger  # noqa: PLC0415
    from gisreg.intake.parallel import Team, leave_out_pandas  # noqa: PLC0415

    leave_out_pandas()
    if is_ledger(wanted.file, wanted.encoding):
        return import_file(now.settings, url, wanted, join)
    # the processes before the bar, which has a thread
    reading = now.say(READING, file=wanted.file.name)
    with Team(now.settings.load_workers, wanted.file) as team, progress(reading, total=100) as bar:
        return import_file(
            now.settings, url, wanted, join, progress=lambda done, total: bar(100 * done / max(total, 1)), team=team
        )


def _show(now: Context, outcome: Report) -> None:
    facts = outcome.__dict__
    print_line(now.say(TRIED if outcome.dry_run else DONE, **facts))
    print_line(now.say(SHEET if outcome.crs == NO_CRS else ABOUT, **facts))
    if outcome.again_of:
        print_line(now.say(AGAIN, again_of=outcome.again_of))
    if outcome.unmapped:
        print_line(now.say(UNMAPPED, names="、".join(outcome.unmapped)))
    if outcome.translations:
        told = [
            (one["field"], one["said"], one["stored"], one["rows"], one["why" if now.language == "zh" else "why_en"])
            for one in outcome.translations[:SHOWN_PROBLEMS]
        ]
        print_table(now.say(mappings.TRANSLATED).split("|"), told)
    shown = outcome.problems[:SHOWN_PROBLEMS]
    if shown:
        rows = [
            (str(p.row), p.id, p.field, p.grade, p.what.say(now.language), p.place, p.mend.say(now.language))
            for p in shown
        ]
        print_table(now.say(HEADINGS).split("|"), rows)
    if len(outcome.problems) > SHOWN_PROBLEMS:
        print_line(now.say(MORE, n=len(outcome.problems) - SHOWN_PROBLEMS))


parcels_read.register(app)
parcels_edit.register(app)
mappings.register(app)
