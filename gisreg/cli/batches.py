# ruff: noqa: E501 - wording stays in one piece

"""``gisreg batches``: imports seen before and after: preview, some rows only, the list, the file itself, taking one back."""

import shutil
from pathlib import Path
from typing import Annotated, Any

import typer

from gisreg.cli.database import actor, existing_database, open_engine
from gisreg.cli.output import Context, JsonFlag, context, print_json, print_line, print_table
from gisreg.counties import choose_county
from gisreg.db.engine import transaction
from gisreg.text import Text
from gisreg.vocab import Kind

app = typer.Typer(no_args_is_help=True)

HEADINGS = Text(
    "批次|时间|导入人|类型|文件|读入|载入|修复|拒绝|未变|撤销",
    "batch|when|who|kind|file|read|loaded|repaired|refused|same|undone",
)
COMPARED = Text(
    "将新增 {new},变更 {changed},不变 {same};登记簿有而文件没有 {missing}",
    "{new} would be new, {changed} changed, {same} the same; {missing} of the registry are not in the file",
)
CHANGES = Text("行|宗地|编号|字段|边界最远移动 m|面积变化 m²", "row|parcel|id|fields|boundary moved m|area change m²")
UNDONE = Text(
    "批次 {batch} 已撤销:停用 {removed} 宗,恢复 {restored} 宗",
    "batch {batch} taken back: {removed} parcels out of use, {restored} as before",
)
WRITTEN = Text("已写出 {file}", "wrote {file}")
SHOWN = 20

FileArgument = Annotated[Path, typer.Argument(help="要导入的文件 · the file to import")]
KindOption = Annotated[str, typer.Option(help=f"类型 · kind: {', '.join(Kind)}")]
CountyOption = Annotated[str | None, typer.Option(help="县级代码 · county code")]
LayerOption = Annotated[str | None, typer.Option(help="图层 · layer")]
CrsOption = Annotated[str | None, typer.Option(help="坐标系,如 EPSG:4547 · CRS")]
EncodingOption = Annotated[str | None, typer.Option(help="属性文字编码 · encoding")]
MappingOption = Annotated[
    str | None, typer.Option(help="字段对照:已保存的名称或 TOML 文件 · a saved mapping, or a TOML file")
]
BatchArgument = Annotated[int, typer.Argument(help="批次号 · its number", min=1)]


@app.command()
def preview(
    file: FileArgument,
    kind: KindOption,
    county: CountyOption = None,
    layer: LayerOption = None,
    crs: CrsOption = None,
    encoding: EncodingOption = None,
    mapping: MappingOption = None,
    rows: Annotated[str | None, typer.Option(help="只看这些行,如 1,3,5-9 · only these rows")] = None,
    json: JsonFlag = False,
) -> None:
    """导入会改变什么,不写入 · what an import would change; nothing is written."""
    now = context()
    report = _import(
        now,
        file,
        kind,
        county=county,
        layer=layer,
        crs=crs,
        encoding=encoding,
        mapping=mapping,
        rows=rows,
        dry_run=True,
    )
    if json:
        print_json(report.as_json())
        return
    _show_report(now, report)


@app.command()
def accept(
    file: FileArgument,
    kind: KindOption,
    rows: Annotated[str, typer.Option(help="要载入的行,如 1,3,5-9 · the rows to load")],
    county: CountyOption = None,
    layer: LayerOption = None,
    crs: CrsOption = None,
    encoding: EncodingOption = None,
    mapping: MappingOption = None,
    json: JsonFlag = False,
) -> None:
    """只载入选中的行(全部载入用 parcels import)· load the chosen rows only (parcels import loads all)."""
    now = context()
    report = _import(
        now,
        file,
        kind,
        county=county,
        layer=layer,
        crs=crs,
        encoding=encoding,
        mapping=mapping,
        rows=rows,
        dry_run=False,
    )
    if json:
        print_json(report.as_json())
        return
    _show_report(now, report)


def _import(now: Context, file: Path, kind: str, *, rows: str | None, dry_run: bool, **wanted: Any) -> Any:
    from gisreg.intake.chosen import chosen_rows  # noqa: PLC0415 - heavy with what follows
    from gisreg.intake.importing import import_file  # noqa: PLC0415 - heavy
    from gisreg.intake.load import Wanted  # noqa: PLC0415
    from gisreg.intake.mappings import find  # noqa: PLC0415

    chosen = chosen_rows(rows) if rows is not None else None
    if wanted["mapping"]:
        wanted["mapping"] = find(now.settings, wanted["mapping"])
    asked = Wanted(file, kind, **wanted, dry_run=dry_run, rows=chosen, compare=dry_run)
    return import_file(now.settings, existing_database(now.settings).app_url, asked)


def _show_report(now: Context, report: Any) -> None:
    from gisreg.cli.parcels import DONE, TRIED  # noqa: PLC0415 - heavy

    print_line(now.say(TRIED if report.dry_run else DONE, **report.__dict__))
    if report.diff is None:
        return
    counts = {key: value if isinstance(value, int) else value["count"] for key, value in report.diff.items()}
    print_line(now.say(COMPARED, **counts))
    changed = report.diff["changed"]["listed"]
    if changed:
        print_table(now.say(CHANGES).split("|"), [
            (one["row"], one["parcel_code"], one["id"], "、".join(f"{f['field']}: {f['before']} → {f['after']}" for f in one["fields"]),
             f"{one['moved_m'] or 0:.2f}", f"{one['area_change_m2'] or 0:.1f}")
            for one in changed[:SHOWN]
        ])  # fmt: skip


@app.command("list")
def list_(
    county: CountyOption = None, limit: Annotated[int, typer.Option(min=1, max=1000)] = 50, json: JsonFlag = False
) -> None:
    """最近的导入 · the newest imports."""
    from gisreg.batches.read import list_batches  # noqa: PLC0415 - heavy

    now = context()
    with open_engine(now.settings) as engine, transaction(engine) as connection:
        found = list_batches(connection, choose_county(connection, county or now.settings.county), limit)
    if json:
        print_json({"items": found})
        return
    print_table(now.say(HEADINGS).split("|"), [
        (one["id"], one["recorded_at"][:16], one["recorded_by"], one["kind"], one["file_name"], one["rows_read"], one["rows_loaded"],
         one["rows_repaired"], one["rows_refused"], one["rows_unchanged"], (one["undone_at"] or "")[:16])
        for one in found
    ])  # fmt: skip


@app.command()
def show(batch: BatchArgument, county: CountyOption = None, json: JsonFlag = False) -> None:
    """一个批次:对照表、报告 · one batch with its mapping and report."""
    from gisreg.batches.read import read_batch  # noqa: PLC0415 - heavy

    now = context()
    with open_engine(now.settings) as engine, transaction(engine) as connection:
        found = read_batch(connection, choose_county(connection, county or now.settings.county), batch)
    if json:
        print_json(found)
        return
    for key, value in found.items():
        if key not in ("mapping", "problems"):
            print_line(f"{key}: {value if value is not None else '-'}")
    for target, source in found["mapping"].get("columns", {}).items():
        print_line(f"  {source} → {target}")
    for one in found["problems"][:SHOWN]:
        print_line(f"  {one['row']} {one['id'] or ''} {one['what'] if now.language == 'zh' else one['what_en']}")


@app.command()
def undo(
    batch: BatchArgument,
    reason: Annotated[str | None, typer.Option(help="原因 · why")] = None,
    county: CountyOption = None,
    json: JsonFlag = False,
) -> None:
    """撤销整个批次,历史保留 · take a whole batch back; the history keeps it."""
    from gisreg.batches.undo import undo_batch  # noqa: PLC0415 - heavy

    now = context()
    with open_engine(now.settings) as engine, transaction(engine, actor(now.settings, "batches undo")) as connection:
        done = undo_batch(connection, choose_county(connection, county or now.settings.county), batch, reason)
    if json:
        print_json(done.__dict__)
        return
    print_line(now.say(UNDONE, **done.__dict__))


@app.command()
def source(
    batch: BatchArgument,
    folder: Annotated[Path, typer.Option("--output", "-o", help="写到的文件夹 · folder to write to")],
    county: CountyOption = None,
    json: JsonFlag = False,
) -> None:
    """取回批次的原文件 · get back the very file of a batch."""
    from gisreg.batches.read import read_batch  # noqa: PLC0415 - heavy
    from gisreg.batches.sources import folder_of, source_of  # noqa: PLC0415 - heavy
    from gisreg.cli.outputs import check_folder  # noqa: PLC0415 - heavy

    now = context()
    with open_engine(now.settings) as engine, transaction(engine) as connection:
        there = read_batch(connection, choose_county(connection, county or now.settings.county), batch)
    files = source_of(now.settings.home, batch, there["file_sha256"])
    check_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    base = folder_of(now.settings.home, batch, there["file_sha256"])
    for one in files:
        target = folder / one.relative_to(base)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(one, target)
    written = [str(folder / one.relative_to(base)) for one in files]
    if json:
        print_json({"files": written})
        return
    for file in written:
        print_line(now.say(WRITTEN, file=file))
