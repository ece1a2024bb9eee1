# ruff: noqa: PLC0415 - each command imports what it runs, so that --help starts at once

"""``gisreg plan lint|table|try``: check a rule set, put it into words for lawyers, see what it would change."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gisreg.cli.dates import ClockDay
from gisreg.cli.output import Context, JsonFlag, context, print_json, print_line, print_table
from gisreg.cli.outputs import check_output
from gisreg.text import Text
from gisreg.vocab import Label

if TYPE_CHECKING:
    from gisreg.planning.lint import Report
    from gisreg.planning.trial import Trial

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
TOTALS = Text("处置建议|宗数|面积(亩)", "Label|Parcels|Area (mu)")
MOVES = Text("现建议|将改为|宗数|面积(公顷)|价值(万元)", "Now|Would be|Parcels|Hectares|Worth (10,000 yuan)")
SAME = Text("与现行建议没有不同", "nothing differs from the labels in force")
MORE = Text("另有 {count} 宗,用 -o 写出全部", "{count} more; -o writes them all")
FIRST = 20
WRITTEN = Text("已写出 {file}", "{file} written")


def register(app: typer.Typer) -> None:
    """Add the commands to ``gisreg plan``."""
    app.command()(lint)
    app.command()(table)
    app.command("try")(try_)


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


def try_(
    file: Annotated[Path, typer.Argument(help="规则文件 · rule set, TOML")],
    as_of: ClockDay = None,
    first: Annotated[int, typer.Option("--first", min=0, max=100_000, help="列出几宗 · parcels to list")] = FIRST,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="改判宗地写成 CSV · all of them as CSV")] = None,
    county: Annotated[str | None, typer.Option("--county", help="县级代码 · county code")] = None,
    json: JsonFlag = False,
) -> None:
    """试用一套规则,不留痕迹 · what a rule set would do: labels, hectares, money, parcels; nothing is kept."""
    from gisreg.cli.database import actor, open_engine
    from gisreg.counties import choose_county
    from gisreg.db.engine import transaction
    from gisreg.planning.trial import try_rules, write_csv

    now = context()
    if output is not None:
        check_output(output)
    with open_engine(now.settings) as engine:
        with transaction(engine) as connection:
            code = choose_county(connection, county or now.settings.county)
        wanted = first if output is None else None
        trial = try_rules(engine, actor(now.settings), code, file, as_of=as_of, first=wanted)
    if output is not None:
        write_csv(trial, output, now.language)
    if json:
        print_json({**trial.as_json(), "parcels_changed": trial.parcels[:first]})
        return
    _print_trial(now, trial, first)
    if output is not None:
        print_line(now.say(WRITTEN, file=output))


def print_totals(now: Context, totals: dict[str, tuple[int, float]]) -> None:
    """Parcels and mu of each label."""
    rows = [(f"{label.zh} {label.en}", *totals.get(str(label), (0, 0.0))) for label in Label]
    print_table(now.say(TOTALS).split("|"), rows)


def _print_trial(now: Context, trial: "Trial", first: int) -> None:
    from gisreg.planning.trial import COLUMNS, table_of

    print_totals(now, {label: (total.parcels, total.area_mu) for label, total in trial.summary.by_label.items()})
    if not trial.moves:
        print_line(now.say(SAME))
        return
    rows: list[tuple[Any, ...]] = [
        (_side(now, one, "from"), _side(now, one, "to"), one["parcels"], one["area_ha"], one["worth_wan"])
        for one in trial.moves
    ]
    print_table(now.say(MOVES).split("|"), rows)
    if first:
        print_table([now.say(column) for column in COLUMNS], table_of(trial.parcels[:first], now.language))
    left = sum(one["parcels"] for one in trial.moves) - first
    if left > 0:
        print_line(now.say(MORE, count=f"{left:,}"))


def _side(now: Context, move: dict[str, Any], side: str) -> str:
    title: dict[str, str] | None = move[f"{side}_title"]
    return title[now.language] if title else "-"
