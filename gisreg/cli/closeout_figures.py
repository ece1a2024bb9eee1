# ruff: noqa: E501, PLC0415 - an option and its help stay in one piece; each command imports what it runs, so that --help starts at once

"""``gisreg closeout``: figures of the whole county: relapses, the flow, a month's results, the year's tasks."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

import typer

from gisreg.cli.closeout_options import IN_PART, AsRole, taken_by
from gisreg.cli.dates import AsOf, ClockDay, day_option
from gisreg.cli.output import Context, JsonFlag, context, print_json, print_line, print_table
from gisreg.cli.parcels_edit import PairUnreadable
from gisreg.cli.records import County, pairs, read, show_rows, write
from gisreg.ledger.closeout.words import CloseOutStatus, term
from gisreg.text import Text

LEFT_HEADINGS = Text(
    "地区或类型|在册宗|剩余 宗/项/户|剩余亩|剩余㎡|未销号 宗/项/户|未销号亩|未销号㎡",
    "where|registered|left: parcels/projects/enterprises|mu|floor m²|not closed|mu|floor m²",
)
SHARED = Text(
    "剩余亩已扣除不同类型重叠的 {mu} 亩(流量表逐宗计算,不扣除)",
    "left: less {mu} mu that two kinds share, deducted once (the flow counts parcel by parcel and deducts nothing)",
)
SHARED_BY_KINDS = Text(
    "全县剩余亩已扣除不同类型重叠的 {mu} 亩,各类型行未扣除",
    "the county: less {mu} mu that two kinds share; the rows of kinds have it each",
)
FLOW_UNIT = Text("宗/项/户;亩;房屋㎡", "parcels/projects/enterprises; mu; floor m²")
COUNTY_ROW, NOWHERE, OUTSIDE = Text("全县", "County"), Text("待核", "unknown"), Text("园区外", "outside zones")
WATCH_HEADINGS = Text("宗地|类型|销号日|自|迹象|二次闲置", "parcel|kind|closed|since|signs|idle again")
WATCHED = Text(
    "二次闲置 {idle} 宗,待查 {unknown} 宗,已标记 {marked} 宗",
    "{idle} idle again, {unknown} to find out, {marked} marked",
)
DONE_HEADINGS = Text("类型|宗数|其中销号|面积(万亩)|任务(万亩)|完成率", "kind|parcels|closed|10,000 mu|task|rate")
RESULT_HEADINGS = Text(
    "宗地|状态|上报日|逾期|收益(万元)|社会效益|入库(万元)|可用财力(万元)|数量|单位|典型案例说明",
    "parcel|status|submitted|late|income|social benefit|treasury|disposable|quantity|unit|case",
)
RESULT_LINE = Text(
    "{month}:盘活 {projects} 个(已销号 {closed},逾期上报 {late});收益 {income_wan}、入库 {treasury_wan}、本级可用财力 {disposable_wan} 万元;实物 {quantities};能耗 {energy} tce;用水 {water} t",
    "{month}: {projects} revived ({closed} closed, {late} late); income {income_wan}, treasury {treasury_wan}, disposable {disposable_wan} (10,000 yuan); {quantities}; energy {energy} tce; water {water} t",
)


def register(app: typer.Typer) -> None:
    """Add the commands to ``gisreg closeout``."""
    for command in (watch, left, flow, results, done):
        app.command()(command)


def watch(
    mark: Annotated[bool, typer.Option("--mark", help="标为二次闲置 · mark them as relapsed")] = False,
    role: AsRole = None, as_of: ClockDay = None, county: County = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """跟踪已销号的宗地是否二次闲置 · are closed parcels idle again?"""
    from gisreg.ledger.closeout.watching import watch as work

    found = (write if mark else read)(lambda c, code: work(c, code, as_of, mark=mark, by=taken_by(role, None)), county)
    if json:
        print_json(found)
        return
    now = context()
    rows = [_watched_row(now, row) for row in (*found.idle_again, *found.to_find_out)]
    print_table(now.say(WATCH_HEADINGS).split("|"), rows)
    print_line(now.say(WATCHED, idle=len(found.idle_again), unknown=len(found.to_find_out), marked=found.marked))


def left(
    by: Annotated[str, typer.Option(help="township 乡镇、zone 园区、kind 类型")] = "township",
    as_of: AsOf = None, county: County = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """剩余待盘活与未销号,宗、项、户各自计数 · what is left and not closed, each unit counted by itself."""
    from gisreg.ledger.counted import counted
    from gisreg.ledger.flow import By as Dimension

    dimension = _among(Dimension, by, "--by")
    told = read(lambda c, code: counted(c, code, dimension, as_of).as_json(), county)
    if json:
        print_json(told)
        return
    now = context()
    rows = [_left_row(row, _name_of(now, row, told["by"])) for row in told["items"]]
    rows.append(_left_row(told["county"], now.say(COUNTY_ROW)))
    print_table(now.say(LEFT_HEADINGS).split("|"), rows)
    if told["county"]["overlap_mu"]:
        line = SHARED_BY_KINDS if dimension == Dimension.KIND else SHARED
        print_line(now.say(line, mu=f"{told['county']['overlap_mu']:,.2f}"))


def flow(
    since: Annotated[date, day_option("--since", "自该日 24 时 · from the end of that day")],
    until: Annotated[date, day_option("--until", "至该日 24 时 · to the end of that day")],
    measure: Annotated[str, typer.Option(help="left 剩余待盘活 或 not_closed 未销号 · left or not_closed")] = "left",
    by: Annotated[str, typer.Option(help="township 乡镇、zone 园区、kind 类型")] = "township",
    county: County = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """剩余待盘活、未销号的流量表(按登记日)· how what is left, or not closed, moved, by days of recording."""
    from gisreg.ledger.flow import HEADINGS, Measured
    from gisreg.ledger.flow import By as Dimension
    from gisreg.ledger.flow import flow as work

    chosen, dimension = _among(Measured, measure, "--measure"), _among(Dimension, by, "--by")
    found = read(lambda c, code: work(c, code, since, until, measure=chosen, by=dimension), county)
    if json:
        print_json(found.as_json())
        return
    now = context()
    told = found.as_json()
    rows = [_flow_row(now, row, _name_of(now, row, told["by"])) for row in told["items"]]
    rows.append(_flow_row(now, told["county"], now.say(COUNTY_ROW)))
    print_table([now.say(FLOW_UNIT), *now.say(HEADINGS[chosen]).split("|")], rows)


def results(
    month: Annotated[date, day_option("--month", "月份的任一天 · any day of the month")],
    county: County = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """一个月的盘活成效(附件3各栏)· a month's results, the columns of Annex 3."""
    from gisreg.ledger.results import month_results

    found = read(lambda c, code: month_results(c, code, month), county)
    if json:
        print_json(found)
        return
    now = context()
    columns = (
        "parcel_code",
        "status",
        "submitted_on",
        "late",
        "income_wan",
        "social_benefit",
        "treasury_wan",
        "disposable_wan",
        "quantity",
        "quantity_unit",
        "case_note",
    )
    rows = [
        {**row, "status": now.say(IN_PART) if row["in_part"] else term(CloseOutStatus, row["status"])}
        for row in found.items
    ]
    show_rows(rows, columns, RESULT_HEADINGS, json=False)
    print_line(now.say(RESULT_LINE, month=f"{found.month:%Y-%m}", projects=found.projects, closed=found.closed, late=found.late,
        energy=_or_dash(found.energy_tce), water=_or_dash(found.water_t), quantities=_units(found.quantities),
        **{name: _or_dash(value) for name, value in found.sums_wan.items()}))  # fmt: skip


def done(
    since: Annotated[date, day_option("--since", "自该日 · from that day")],
    until: Annotated[date, day_option("--until", "至该日(含)· to that day, it included")],
    task: Annotated[list[str] | None, typer.Option(help="年度任务 类型=万亩,可重复 · KIND=10,000 mu")] = None,
    county: County = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """一段时间完成的面积与任务完成率 · land done in a time, and the rate of its task."""
    from gisreg.ledger.results import done_between

    tasks = {name: _decimal(value) for name, value in pairs(task).items()}
    found = [one.as_json() for one in read(lambda c, code: done_between(c, code, since, until, tasks), county)]
    if json:
        print_json({"since": since, "until": until, "items": found})
        return
    now = context()
    rows = [
        (_kind(now, one), one["parcels"], one["closed"], one["done_printed"], one["task_wan_mu"], one["rate_printed"])
        for one in found
    ]
    print_table(now.say(DONE_HEADINGS).split("|"), rows)


def _watched_row(now: Context, row: Mapping[str, Any]) -> list[Any]:
    signs = "、".join(one["title"][now.language] for one in row["signs"])
    known = now.say(Text("是", "yes") if row["idle_again"] else Text("待查", "to find out"))
    return [row["parcel_code"], _kind(now, row), row["closed_on"], row["since"] or "—", signs, known]


def _kind(now: Context, row: Mapping[str, Any]) -> str:
    from gisreg.vocab import Kind

    return term(Kind, row["kind"]).titles.say(now.language)


def _decimal(value: str) -> Decimal:
    try:
        return Decimal(value)
    except InvalidOperation:
        raise PairUnreadable(where="--task", value=value[:80], form="KIND=1.45") from None


def _among(words: Any, given: str, option: str) -> Any:
    known = [str(word) for word in words]
    if given not in known:
        raise PairUnreadable(where=option, value=given[:80], form=" | ".join(known))
    return words(given)


def _name_of(now: Context, row: Mapping[str, Any], by: str) -> str:
    """In the language chosen, where there is a name in it."""
    names = (row["name"], row["name_en"]) if now.language == "zh" else (row["name_en"], row["name"])
    return str(names[0] or names[1] or row["code"] or now.say(OUTSIDE if by == "zone" else NOWHERE))


def _left_row(row: Mapping[str, Any], name: str) -> list[Any]:
    units = [row[unit] for unit in ("parcels", "projects", "enterprises")]
    shown: list[Any] = [name, f"{units[0]['registered']:,}"]
    for figure in ("left", "not_closed"):
        shown.append(" / ".join(f"{unit[figure]:,}" for unit in units))
        shown += [f"{row[f'{figure}_mu']:,.2f}", f"{row[f'{figure}_floor_m2']:,.2f}"]
    return shown


def _flow_row(now: Context, row: Mapping[str, Any], name: str) -> list[Any]:
    from gisreg.ledger.flow import ENTRIES

    cells = [_flow_cell(row[entry]) for entry in ENTRIES]
    return [name, *cells, now.say(Text("是", "yes") if row["reconciles"] else Text("否", "no"))]


def _flow_cell(amount: Mapping[str, Any]) -> str:
    """What is counted in one line, land in the next, floor area, where there is any, in a third."""
    counted = " / ".join(f"{amount[unit]:,}" for unit in ("parcels", "projects", "enterprises"))
    floor = f"\n{amount['floor_m2']:,.2f} ㎡" if amount["floor_m2"] else ""
    return f"{counted}\n{amount['mu']:,.2f}{floor}"


def _or_dash(value: float | None) -> str:
    return "—" if value is None else f"{value:,.2f}"


def _units(quantities: Mapping[str, float]) -> str:
    return "、".join(f"{value:,.2f} {unit}" for unit, value in quantities.items()) or "—"
