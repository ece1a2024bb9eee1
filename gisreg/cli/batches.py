# ruff: noqa: E501 - wording stays in one piece

"""``gisreg batches``: imports seen before and after: preview, some rows only, the list, the file itself, taking one back."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gisreg.cli.database import actor, open_engine
from gisreg.cli.file_options import FileOptions, imported, with_file_options
from gisreg.cli.output import Context, JsonFlag, context, print_json, print_line, print_table
from gisreg.cli.outputs import check_folder, check_output
from gisreg.cli.records import plain
from gisreg.counties import choose_county
from gisreg.days import today
from gisreg.db.engine import transaction
from gisreg.intake.report import require_some, require_whole
from gisreg.text import Text

if TYPE_CHECKING:
    from gisreg.intake.report import Report

app = typer.Typer(no_args_is_help=True)

HEADINGS = Text(
    "批次|时间|导入人|类型|文件|读入|载入|修复|拒绝|未变|未选|撤销",
    "batch|when|who|kind|file|read|loaded|repaired|refused|same|left out|undone",
)
TOTAL = Text("共 {total} 批,列出 {shown} 批", "{total} batches, {shown} listed")
COMPARED = Text(
    "将新增 {new},变更 {changed},不变 {same};登记簿有而文件没有 {missing}",
    "{new} would be new, {changed} changed, {same} the same; {missing} of the registry are not in the file",
)
CHANGES = Text("行|宗地|编号|字段|边界最远移动 m|面积变化 m²", "row|parcel|id|fields|boundary moved m|area change m²")
UNDONE = Text(
    "批次 {batch} 已撤销:停用 {removed} 宗,恢复 {restored} 宗",
    "batch {batch} taken back: {removed} parcels out of use, {restored} as before",
)
TITLES = {
    "id": Text("批次", "batch"), "county_code": Text("县", "county"), "kind": Text("类型", "kind"),
    "file_name": Text("文件", "file"), "file_sha256": Text("文件哈希 SHA-256", "SHA-256 of the file"),
    "file_bytes": Text("字节数", "bytes"), "layer": Text("图层或工作表", "layer or sheet"), "crs": Text("坐标系", "CRS"),
    "encoding": Text("文字编码", "encoding"), "rows_read": Text("读入", "read"), "rows_loaded": Text("载入", "loaded"),
    "rows_repaired": Text("修复后载入", "repaired and loaded"), "rows_refused": Text("拒绝", "refused"),
    "rows_unchanged": Text("未变", "unchanged"), "rows_warned": Text("其中提示", "with a warning"),
    "rows_left_out": Text("未选", "left out"), "recorded_at": Text("导入时间", "imported at"),
    "recorded_by": Text("导入人", "imported by"), "undone_at": Text("撤销时间", "undone at"),
    "undone_by": Text("撤销人", "undone by"), "undone_because": Text("撤销原因", "undone because"),
    "parcels_removed": Text("撤销停用的宗地", "parcels out of use by that"),
    "parcels_restored": Text("撤销恢复的宗地", "parcels as before by that"),
}  # fmt: skip
"""What is told of one batch, in this order; its mapping and findings follow."""
WRITTEN = Text("已写出 {file}", "wrote {file}")
SHOWN = 20

CountyOption = Annotated[str | None, typer.Option(help="县级代码 · county code")]
ItsCounty = Annotated[str | None, typer.Option(help="县级代码,批次号已说明 · county code; the batch tells it")]
BatchArgument = Annotated[int, typer.Argument(help="批次号 · its number", min=1)]


@app.command()
@with_file_options
def preview(
    asked: FileOptions,
    rows: Annotated[str | None, typer.Option(help="只看这些行,如 1,3,5-9 · only these rows")] = None,
    map: Annotated[Path | None, typer.Option("--map", help="画成网页 .html · draw it as a page")] = None,
    json: JsonFlag = False,
) -> None:
    """导入会改变什么,不写入 · what an import would change; nothing is written."""
    now = context()
    if map:
        check_output(map)
    report = imported(now, asked.wanted(now, dry_run=True, rows=rows, compare=True), asked.join)
    size = _write_map(now, report, map) if map else 0
    if json:
        print_json({**report.as_json(), **({"map": {"file": map, "bytes": size}} if map else {})})
    else:
        _show_report(now, report)
        if map:
            print_line(now.say(WRITTEN, file=map))
    require_some(report, asked.file)


@app.command()
@with_file_options
def accept(
    asked: FileOptions,
    rows: Annotated[str, typer.Option(help="要载入的行,如 1,3,5-9 · the rows to load")],
    strict: Annotated[
        bool, typer.Option("--strict", help="其中一行被拒绝即都不载入 · one of them refused, and none is loaded")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """只载入选中的行(全部载入用 parcels import)· load the chosen rows only (parcels import loads all)."""
    now = context()
    report = imported(now, asked.wanted(now, dry_run=False, rows=rows, strict=strict), asked.join)
    if json:
        print_json(report.as_json())
    else:
        _show_report(now, report)
    require_some(report, asked.file)
    if strict:
        require_whole(report, asked.file)


def _write_map(now: Context, report: "Report", file: Path) -> int:
    from gisreg.batches.preview import preview_facts  # noqa: PLC0415 - heavy
    from maps.files import write_page  # noqa: PLC0415
    from maps.preview import preview_page  # noqa: PLC0415

    with open_engine(now.settings) as engine, transaction(engine) as connection:
        facts = preview_facts(connection, report)
    return write_page(file, preview_page(facts, now.settings.assets_dir, today()))


def _show_report(now: Context, report: "Report") -> None:
    from gisreg.cli.parcels import show, tell_refused  # noqa: PLC0415 - heavy

    show(now, report)
    _show_comparison(now, report)
    tell_refused(now, report)


def _show_comparison(now: Context, report: "Report") -> None:
    if report.diff is None:
        return
    counts = {name: report.diff[name]["count"] for name in ("new", "changed", "missing")}
    print_line(now.say(COMPARED, **counts, same=report.diff["same"]))
    changed = report.diff["changed"]["listed"]
    if changed:
        print_table(now.say(CHANGES).split("|"), [
            (one["row"], one["parcel_code"], one["id"], "、".join(f"{f['field']}: {f['before']} → {f['after']}" for f in one["fields"]),
             f"{one['moved_m'] or 0:.2f}", f"{round(one['area_change_m2'] or 0, 1) + 0.0:.1f}")
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
        print_json({"total": found.total, "items": found.items})
        return
    print_table(now.say(HEADINGS).split("|"), [
        (one["id"], one["recorded_at"][:16].replace("T", " "), one["recorded_by"], plain(now, one["kind"], "kind"), one["file_name"],
         one["rows_read"], one["rows_loaded"], one["rows_repaired"], one["rows_refused"], one["rows_unchanged"], one["rows_left_out"],
         (one["undone_at"] or "")[:16].replace("T", " "))
        for one in found.items
    ])  # fmt: skip
    print_line(now.say(TOTAL, total=f"{found.total:,}", shown=f"{len(found.items):,}"))


@app.command()
def show(batch: BatchArgument, county: ItsCounty = None, json: JsonFlag = False) -> None:
    """一个批次:对照表、报告 · one batch with its mapping and report."""
    from gisreg.batches.read import county_of, read_batch  # noqa: PLC0415 - heavy

    now = context()
    with open_engine(now.settings) as engine, transaction(engine) as connection:
        found = read_batch(connection, county_of(connection, batch, county), batch)
    if json:
        print_json(found)
        return
    for key, title in TITLES.items():
        value = plain(now, found[key], key)
        print_line(f"{now.say(title)}: {value if value is not None else '-'}")
    for target, source in found["mapping"].get("columns", {}).items():
        print_line(f"  {source} → {target}")
    for one in found["problems"][:SHOWN]:
        print_line(f"  {one['row']} {one['id'] or ''} {one['what'] if now.language == 'zh' else one['what_en']}")


@app.command()
def undo(
    batch: BatchArgument,
    reason: Annotated[str | None, typer.Option(help="原因 · why")] = None,
    county: ItsCounty = None,
    json: JsonFlag = False,
) -> None:
    """撤销整个批次,历史保留 · take a whole batch back; the history keeps it."""
    from gisreg.batches.read import county_of  # noqa: PLC0415 - heavy
    from gisreg.batches.undo import undo_batch  # noqa: PLC0415

    now = context()
    with open_engine(now.settings) as engine, transaction(engine, actor(now.settings, "batches undo")) as connection:
        done = undo_batch(connection, county_of(connection, batch, county), batch, reason)
    if json:
        print_json(done.__dict__)
        return
    print_line(now.say(UNDONE, **done.__dict__))


@app.command()
def source(
    batch: BatchArgument,
    folder: Annotated[Path, typer.Option("--output", "-o", help="写到的文件夹 · folder to write to")],
    county: ItsCounty = None,
    json: JsonFlag = False,
) -> None:
    """取回批次的原文件 · get back the very file of a batch."""
    from gisreg.batches.read import county_of, read_batch  # noqa: PLC0415 - heavy
    from gisreg.batches.sources import folder_of, source_of  # noqa: PLC0415 - heavy

    now = context()
    with open_engine(now.settings) as engine, transaction(engine) as connection:
        there = read_batch(connection, county_of(connection, batch, county), batch)
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
