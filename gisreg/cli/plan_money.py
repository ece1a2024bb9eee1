# ruff: noqa: PLC0415 - each command imports what it runs, so that --help starts at once

"""``gisreg plan money``: what the measures of a run bring, cost and save."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gisreg.cli.output import Context, JsonFlag, context, print_json, print_line, print_table
from gisreg.cli.outputs import check_output
from gisreg.text import Text

if TYPE_CHECKING:
    from gisreg.planning.money_table import MoneyTable

HEADINGS = Text(
    "处置建议|措施|宗数|面积(亩)|款项|周期|已知(宗)|已知合计(万元)|不明(宗)|合计",
    "Label|Measure|Parcels|Area (mu)|Sum|Per|Known|Known sum (10,000 yuan)|Unknown|All together",
)
ABOUT = Text(
    "批次 {run}:{ruleset},基准日 {as_of};不明的不按零计",
    "run {run}: {ruleset} as of {as_of}; what is unknown is never counted as nothing",
)
TOTALS = Text("性质|周期|宗数|已知(宗)|已知合计(万元)|不明(宗)|合计",
              "Effect|Per|Parcels|Known|Known sum (10,000 yuan)|Unknown|All together")  # fmt: skip
WRITTEN = Text("已写出 {file}", "{file} written")


def register(app: typer.Typer) -> None:
    """Add the command to ``gisreg plan``."""
    app.command()(money)


def money(
    run_id: Annotated[int | None, typer.Option("--run", min=1, max=2**31 - 1, help="批次 · the run")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="写成 CSV · the table as CSV")] = None,
    county: Annotated[str | None, typer.Option("--county", help="县级代码 · county code")] = None,
    json: JsonFlag = False,
) -> None:
    """各措施的预计收入、支出和再等的代价 · expected income, cost and cost of waiting, measure by measure."""
    from gisreg.cli.records import read
    from gisreg.planning.money_table import money_of_run, write_csv

    now = context()
    if output is not None:
        check_output(output)
    found = read(lambda connection, code: money_of_run(connection, code, run_id), county)
    if output is not None:
        write_csv(found, output, now.language)
    if json:
        print_json(found.as_json())
        return
    _print(now, found)
    if output is not None:
        print_line(now.say(WRITTEN, file=output))


def _print(now: Context, table: "MoneyTable") -> None:
    from gisreg.planning.money_table import EFFECTS, NO_SUM, PER

    rows: list[tuple[Any, ...]] = []
    for row in table.rows:
        heading = (now.say(row.label.titles), now.say(row.title), row.parcels, round(row.area_mu, 2))
        for amount in row.amounts.values():
            told = amount.as_json()
            rows.append((*heading, told["title"][now.language], now.say(PER[told["per"]]), *_figures(now, told)))
        if not row.amounts:
            rows.append((*heading, now.say(NO_SUM), "", None, None, None, ""))
    print_line(now.say(ABOUT, run=table.run_id, ruleset=table.ruleset, as_of=table.as_of))
    print_table(now.say(HEADINGS).split("|"), rows)
    totals = [
        (now.say(EFFECTS[one["effect"]]), now.say(PER[one["per"]]), one["parcels"], *_figures(now, one))
        for one in table.totals()
    ]
    print_table(now.say(TOTALS).split("|"), totals)


def _figures(now: Context, told: dict[str, Any]) -> tuple[Any, ...]:
    """How many are known and what they come to, how many are not, and what can be said of all of them."""
    return told["known_parcels"], told["known"], told["unknown_parcels"], told["said"][now.language]
