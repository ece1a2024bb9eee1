# ruff: noqa: E501 - wording and SQL stay in one piece

"""``gisreg parcels``: import parcels from files, and look at them."""

from pathlib import Path
from typing import Annotated

import typer

from gisreg.cli import mappings, parcels_edit, parcels_read
from gisreg.cli.file_options import FileOptions, imported, with_file_options
from gisreg.cli.output import Context, JsonFlag, context, print_json, print_line, print_table
from gisreg.cli.outputs import check_output
from gisreg.intake.found_by import found_by
from gisreg.intake.keys import NO_CRS
from gisreg.intake.report import Report, check_report_path, require_some, require_whole, write_report
from gisreg.text import Text
from gisreg.vocab import Severity

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
LEFT_OUT = Text("未选中的 {left_out} 行未载入", "{left_out} rows were not chosen and not loaded")
SOME_REFUSED = Text(
    "注意:{refused} 行被拒绝,没有载入;原因见上,逐行写出用 --report",
    "note: {refused} rows were refused and not loaded; the reasons stand above, --report writes them row by row",
)
AGAIN = Text("同一文件此前已作为批次 {again_of} 导入", "this very file was loaded before as batch {again_of}")
UNMAPPED = Text("未采用的字段:{names}", "columns not used: {names}")
MORE = Text("另有 {n} 条,请用 --report 查看", "{n} more: see them with --report")
HEADINGS = Text("行|编号|字段|级别|问题|位置|处理", "row|id|field|grade|fault|place|mend")

GRADES = {str(grade): grade.titles for grade in Severity}


@app.command("import")
@with_file_options
def import_(
    asked: FileOptions,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查,不写入 · check only, write nothing")] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="有一行被拒绝即整个文件不载入 · one refused row, and nothing is loaded")
    ] = False,
    report: Annotated[Path | None, typer.Option(help="逐行报告 .csv 或 .json · report of each finding")] = None,
    json: JsonFlag = False,
) -> None:
    """导入宗地:每一行都会载入、修复后载入或说明原因后拒绝 · import parcels; every row is loaded, repaired or refused."""
    now = context()
    if report:
        check_output(report)
        check_report_path(report)
    outcome = imported(now, asked.wanted(now, dry_run=dry_run, strict=strict), asked.join)
    if json:
        print_json(outcome.as_json())
    else:
        show(now, outcome)
        if not strict:
            tell_refused(now, outcome)
    if report:
        write_report(outcome, report, now.language)
    require_some(outcome, asked.file)
    if strict:
        require_whole(outcome, asked.file)


def show(now: Context, outcome: Report) -> None:
    """The report for people: counts, how the file was read, the first findings."""
    found = {name: now.say(found_by(getattr(outcome, name))) for name in ("crs_from", "encoding_from")}
    facts = outcome.__dict__ | found
    print_line(now.say(TRIED if outcome.dry_run else DONE, **facts))
    print_line(now.say(SHEET if outcome.crs == NO_CRS else ABOUT, **facts))
    if outcome.left_out:
        print_line(now.say(LEFT_OUT, left_out=outcome.left_out))
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
            (
                str(p.row),
                p.id,
                p.field,
                now.say(GRADES[p.grade]),
                p.what.say(now.language),
                p.place,
                p.mend.say(now.language),
            )
            for p in shown
        ]
        print_table(now.say(HEADINGS).split("|"), rows)
    if len(outcome.problems) > SHOWN_PROBLEMS:
        print_line(now.say(MORE, n=len(outcome.problems) - SHOWN_PROBLEMS))


def tell_refused(now: Context, outcome: Report) -> None:
    """The last line where some rows are not in the registry: the command succeeds, for the others are."""
    if 0 < outcome.refused < outcome.read:
        print_line(now.say(SOME_REFUSED, refused=outcome.refused))


parcels_read.register(app)
parcels_edit.register(app)
mappings.register(app)
