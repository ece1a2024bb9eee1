"""``gisreg plan portfolio``: which parcels to close this year, with which measure, in which quarter."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gisreg.cli.output import Context, JsonFlag, context, print_json, print_line, print_table
from gisreg.cli.outputs import check_output
from gisreg.text import Text
from gisreg.vocab import Kind

if TYPE_CHECKING:
    from gisreg.planning.portfolio.answer import Portfolio

DONE = Text(
    "{year} 年:选入 {count} 宗,支出 {spent} 万元{cost},预计收入 {income} 万元({unknown} 宗收入不明,未计),"
    "距最优不超过 {gap}",
    "{year}: {count} parcels, {spent} to spend{cost} and {income} expected (10,000 yuan; {unknown} with an unknown "
    "income left out), within {gap} of the best",
)
RANGED = Text("(其中 {count} 宗为区间,按上限计)", " ({count} of them a range, of which the most is counted)")
UNKNOWN = Text("({count} 宗支出不明,未计)", " ({count} with an unknown cost left out)")
TARGETS = Text("类型|任务(亩)|可完成(亩)|缺口(亩)|宗数", "Kind|Target (mu)|Done (mu)|Gap (mu)|Parcels")
LOAD = Text(
    "责任单位|一季度|二季度|三季度|四季度", "Unit|Quarter 1|Quarter 2|Quarter 3|Quarter 4"
)  # parcels in hand in each quarter
ASIDE = Text("未列入的原因|宗数|面积(亩)", "Why not|Parcels|Area (mu)")
ITEMS = Text("宗地|类型|措施|责任单位|季度|面积(亩)", "Parcel|Kind|Measure|Unit|Quarters|Area (mu)")
SHOWN = 20
MORE = Text("另有 {count} 宗,用 -o 写出全部", "{count} more; -o writes them all")
WRITTEN = Text("已写出 {file}", "{file} written")


def portfolio(
    order: Annotated[Path, typer.Argument(help="要求:任务、资金、各单位能力 · what is asked for, TOML")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="写出清单 · the list as CSV")] = None,
    county: Annotated[str | None, typer.Option("--county", help="县级代码 · county code")] = None,
    example: Annotated[
        bool, typer.Option("--example", help="写出一份要求样例 · write an example of an order to that file")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """选出全年处置组合 · choose the year's parcels, measures and quarters; nothing is written to the registry."""
    from gisreg.cli.database import open_engine  # noqa: PLC0415 - the database is slow to import
    from gisreg.counties import choose_county  # noqa: PLC0415
    from gisreg.db.engine import transaction  # noqa: PLC0415
    from gisreg.planning.portfolio.choosing import choose_portfolio  # noqa: PLC0415
    from gisreg.planning.portfolio.listing import write_csv  # noqa: PLC0415
    from gisreg.planning.portfolio.wanted import load_order  # noqa: PLC0415

    now = context()
    if example:
        check_output(order)
        order.write_bytes((now.settings.data_dir / "portfolio" / "example.toml").read_bytes())
        print_line(now.say(WRITTEN, file=order))
        return
    if output is not None:
        check_output(output)
    wanted = load_order(order)
    with open_engine(now.settings) as engine, transaction(engine) as connection:
        chosen = choose_portfolio(connection, choose_county(connection, county or now.settings.county), wanted)
    if output is not None:
        write_csv(chosen, output)
    if json:
        print_json(chosen.as_json())
        return
    _print(now, chosen)
    if output is not None:
        print_line(now.say(WRITTEN, file=output))


def _print(now: Context, chosen: "Portfolio") -> None:
    from gisreg.planning.portfolio.sorting import ASIDE as REASONS  # noqa: PLC0415 - loaded by now

    sums = {"spent": f"{chosen.spent_wan:,.2f}", "income": f"{chosen.income_wan:,.2f}", "gap": f"{chosen.mip_gap:.2%}"}
    costs = ((RANGED, chosen.cost_ranged), (UNKNOWN, chosen.cost_unknown))
    sums["cost"] = "".join(now.say(words, count=count) for words, count in costs if count)
    print_line(now.say(DONE, year=chosen.year, count=len(chosen.items), unknown=chosen.income_unknown, **sums))
    rows: list[tuple[Any, ...]]
    if chosen.targets:
        rows = [(now.say(one.kind.titles), one.target_mu, one.done_mu, one.gap_mu, one.count) for one in chosen.targets]
        print_table(now.say(TARGETS).split("|"), rows)
    for words in chosen.advice:
        print_line(f"· {now.say(words)}")
    print_table(now.say(LOAD).split("|"), [(now.say(chosen.units[unit]), *load) for unit, load in chosen.load.items()])
    if chosen.aside:
        rows = [(now.say(REASONS[reason]), *sums) for reason, sums in chosen.aside.items()]
        print_table(now.say(ASIDE).split("|"), rows)
    kinds = {str(kind): kind.titles for kind in Kind}
    items = [
        (
            one.option.candidate.parcel_code, now.say(kinds[one.option.candidate.kind]),
            now.say(chosen.words[one.option.rule.measure]),
            now.say(chosen.units[one.option.rule.agency]), f"{one.start}–{one.finish}", one.option.candidate.area_mu,
        )
        for one in chosen.items[:SHOWN]
    ]  # fmt: skip
    print_table(now.say(ITEMS).split("|"), items)
    if len(chosen.items) > SHOWN:
        print_line(now.say(MORE, count=len(chosen.items) - SHOWN))
