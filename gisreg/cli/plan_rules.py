# ruff: noqa: PLC0415 - each command imports what it runs, so that --help starts at once

"""``gisreg plan lint|table``: check a rule set, and put it into words for lawyers."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gisreg.cli.output import Context, JsonFlag, context, print_json, print_line, print_table
from gisreg.cli.outputs import check_output
from gisreg.text import Text

if TYPE_CHECKING:
    from gisreg.planning.lint import Report

RuleFile = Annotated[
    Path | None, typer.Argument(metavar="[FILE]", help="规则文件,默认国家级 · rule set, the national one")
]
LINTED = Text(
    "{file}:{ruleset},{rules} 条规则、{gates} 道闸门、{measures} 种措施;"
    "{errors} 处错误、{warnings} 处警告、{notes} 条提示;未确认参数:{unconfirmed}",
    "{file}: {ruleset}, {rules} rules, {gates} gates, {measures} measures; {errors} errors, {warnings} warnings, "
    "{notes} notes; unconfirmed: {unconfirmed}",
)
HEADINGS = Text("级别|位置|问题|办法", "Level|Place|What|Mend")
WRITTEN = Text("已写出 {file}", "{file} written")


def register(app: typer.Typer) -> None:
    """Add the commands to ``gisreg plan``."""
    app.command()(lint)
    app.command()(table)


def lint(
    file: RuleFile = None,
    notes: Annotated[bool, typer.Option("--notes", help="连同提示 · the notes as well")] = False,
    json: JsonFlag = False,
) -> None:
    """检查规则文件 · check a rule set: form, references, conditions, law, reach; each finding with its line."""
    from gisreg.planning.lint import RuleSetFaulty
    from gisreg.planning.lint import lint as check
    from gisreg.planning.ruleset import NATIONAL

    now = context()
    report = check(file or NATIONAL)
    if json:
        print_json(report.as_json())
    else:
        _print_report(now, report, notes)
    if not report.clean:
        first = next(finding for finding in report.findings if finding.level == "error")
        raise RuleSetFaulty(first.place, count=report.count("error"))


def _print_report(now: Context, report: "Report", notes: bool) -> None:
    from gisreg.planning.lint import LEVELS

    shown = [finding for finding in report.findings if notes or finding.level != "note"]
    if shown:
        rows = [(now.say(LEVELS[one.level]), one.place, now.say(one.what), now.say(one.mend)) for one in shown]
        print_table(now.say(HEADINGS).split("|"), rows)
    if report.loaded is None:
        return
    told = report.as_json()
    counts = {f"{level}s": report.count(level) for level in ("error", "warning", "note")}
    unconfirmed = ", ".join(told["unconfirmed"]) or "-"
    names = {name: told[name] for name in ("file", "ruleset", "rules", "gates", "measures")}
    print_line(now.say(LINTED, **names, **counts, unconfirmed=unconfirmed))


def table(
    output: Annotated[Path, typer.Option("-o", "--output", help="….html 或 ….xlsx · where to write it")],
    file: RuleFile = None,
    json: JsonFlag = False,
) -> None:
    """供律师审阅的决策表 · the rule set as a decision table in words, for lawyers."""
    from gisreg.planning.ruleset import NATIONAL, load_ruleset
    from gisreg.planning.table import decision_table
    from gisreg.planning.table_files import write_table, writer_of

    now = context()
    writer_of(output)
    check_output(output)
    told = decision_table(load_ruleset(file or NATIONAL), now.language)
    write_table(told, output)
    if json:
        rows = {one.title: len(one.rows) for one in told.sheets}
        print_json({"file": str(output), "title": told.heading, "rows": rows})
    else:
        print_line(now.say(WRITTEN, file=output))
