# ruff: noqa: PLC0415 - each command imports what it runs, so that --help starts at once
"""``gisreg plan clock`` and its neighbours: a clock, what moves it, the dates of the procedure, the calendar."""

from datetime import date, timedelta
from typing import Annotated, Any

import typer

from gisreg.cli.dates import ClockDay, day_option
from gisreg.cli.output import Context, JsonFlag, context, print_json, print_line, print_table
from gisreg.text import Text
from gisreg.vocab import ClockEventKind

Code = Annotated[str, typer.Argument(help="宗地编号 · parcel code")]
Set = Annotated[list[str] | None, typer.Option("--set", help="字段=值,可重复 · field=value")]
ENTRY, SERVED = Text("时钟事项", "clock event"), Text("程序日期", "procedure date")
TITLES = {
    "start_on": Text("约定动工(现行)", "Agreed start that counts"),
    "stop_on": Text("停工起算", "Stopped since"),
    "started": Text("已动工", "Started"),
    "paused_days": Text("不计入天数", "Days that do not count"),
    "idle_by_law": Text("符合闲置条件", "Idle by law"),
    "idle_days": Text("闲置天数", "Days idle"),
    "months_since_approval": Text("批准满月数", "Full months since approval"),
    "months_vacant": Text("腾空满月数", "Full months vacant"),
    "months_halted": Text("停工(停产)满月数", "Full months halted"),
    "months_since_completion": Text("竣工满月数", "Full months since completion"),
}
"""What people read first; the rest is in the JSON."""
FACT = Text("事实|值", "Fact|Value")
LIMITS = Text("期限|起算|届满次日|还有(天)", "Period|Since|Over on|Days left")
EVENTS = Text("编号|版本|事项|商定|起|止|新约定动工|生效", "No.|Version|Event|Agreed|From|Until|New start|Counts")
DATES = Text("编号|版本|步骤|日期|文号|生效", "No.|Version|Step|Day|Document|Counts")
NEXT = Text("下一步:{title}({agency}),{due}", "Next: {title} ({agency}), {due}")
DUE = Text("最迟 {on},还有 {days} 天", "by {on}, {days} days left")
LATE = Text("最迟应于 {on},已逾期 {days} 天", "was due by {on}, {days} days overdue")
NO_TERM = Text("法律未定期限,或起算日未记录", "no term in law, or its first day is not on record")
MOVED = Text("期限最后一日 {day} 为{why},顺延", "the last day, {day}, is no working day ({why})")
UNSURE = Text("该段日历或条文待核", "the calendar or the clause is still to be confirmed")
DAYS = Text("日期|类别|名称|来源|已核", "Day|Kind|Name|Source|Confirmed")
KINDS = {"holiday": Text("放假", "holiday"), "workday": Text("上班", "worked")}
WORKED = Text("{day} 是工作日", "{day} is a working day")
TO_CONFIRM = Text(
    "(待核:当年放假通知未载入或未核对)", " (to be confirmed: that year's notice is not here or not checked)"
)
ROLLED = Text("{day} 不上班({why}),顺延至 {next}", "{day} is no working day ({why}); the next is {next}")


def register(app: typer.Typer) -> None:
    """Add the commands to ``gisreg plan``."""
    app.command()(clock)
    app.command("clock-event")(clock_event)
    app.command("clock-withdraw")(clock_withdraw)
    app.command()(served)
    app.command("served-withdraw")(served_withdraw)
    app.command("calendar")(calendar)


def clock(code: Code, as_of: ClockDay = None, json: JsonFlag = False) -> None:
    """一宗的闲置时钟、期限和下一步 · how long it has been idle, the limits ahead, the step due next."""
    from gisreg.cli.records import look
    from gisreg.planning.clock.report import clock_of, load_clock

    now = context()
    by = load_clock(now.settings.data_dir, now.settings.home)
    told = look(lambda connection: clock_of(connection, code, as_of, by))
    if json:
        print_json(told)
    else:
        _print(now, told)


def _print(now: Context, told: dict[str, Any]) -> None:
    from gisreg.cli.records import plain

    shown = [(now.say(title), plain(now, told["clock"][name])) for name, title in TITLES.items()]
    rows = [(title, value) for title, value in shown if value is not None]
    print_line(f"{told['parcel_code']} · {told['as_of']}")
    print_table(now.say(FACT).split("|"), rows)
    limits = [(one["title"][now.language], one["since"], one["reached_on"], one["days_left"]) for one in told["limits"]]
    _table(now, LIMITS, limits)
    kinds = {str(kind): kind.titles for kind in ClockEventKind}
    names = ("agreed_on", "from_on", "until_on", "new_start_on", "counts")
    events = [
        (str(one["id"]), one["version"], now.say(kinds[one["event"]]), *(plain(now, one[name]) for name in names))
        for one in told["events"]
    ]
    _table(now, EVENTS, events)
    rest = ("served_on", "document_no", "counts")
    dates = [
        (str(one["id"]), one["version"], one["title"][now.language], *(plain(now, one[name]) for name in rest))
        for one in told["served"]
    ]
    _table(now, DATES, dates)
    if told["next_step"]:
        _print_step(now, told["next_step"])


def _table(now: Context, headings: Text, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        print_table(now.say(headings).split("|"), rows)


def _print_step(now: Context, step: dict[str, Any]) -> None:
    if step["due_on"] is None:
        due = now.say(NO_TERM)
    else:
        due = now.say(LATE if step["overdue"] else DUE, on=step["due_on"], days=abs(step["days_left"]))
    print_line(now.say(NEXT, title=step["title"][now.language], agency=step["agency_title"][now.language], due=due))
    print_line(step["basis_title"][now.language])
    if step["moved_from"]:
        print_line(now.say(MOVED, day=step["moved_from"], why=step["moved_because_title"][now.language]))
    if not (step["confirmed"] and step["calendar_sure"]):
        print_line(now.say(UNSURE))


def clock_event(
    code: Code,
    event: Annotated[ClockEventKind, typer.Option(help="事项 · what happened")],
    agreed: Annotated[date, day_option("--agreed", "商定、确认之日,自该日起生效 · agreed on; counts from then")],
    reason: Annotated[str, typer.Option(help="理由 · why")],
    set_: Set = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """记录延期、中止、恢复等,如 --set new_start_on=2026-05-01 · what moves the clock."""
    from gisreg.cli.records import change, pairs, show_entry
    from gisreg.planning.clock.events import add_event
    from gisreg.planning.clock.report import load_clock

    settings = context().settings
    procedure = load_clock(settings.data_dir, settings.home).procedure
    values = {**pairs(set_), "event": str(event), "agreed_on": agreed, "reason": reason}
    show_entry(change(lambda c: add_event(c, code, values, procedure)), ENTRY, "id", json=json)


Id = Annotated[int, typer.Argument(help="编号 · its number", min=1)]
BasedOn = Annotated[int, typer.Option(help="依据的版本 · the version that the change is based on", min=1)]
Reason = Annotated[str, typer.Option(help="理由 · why")]
County = Annotated[str | None, typer.Option(help="县级代码 · county code")]


def clock_withdraw(entry: Id, based_on: BasedOn, reason: Reason, county: County = None, json: JsonFlag = False) -> None:
    """撤回记错的时钟事项 · an event made by mistake counts no longer."""
    from gisreg.cli.records import show_entry, write
    from gisreg.planning.clock.events import EVENTS as BOOK
    from gisreg.planning.clock.events import withdraw
    from gisreg.records import RecordBasis

    basis = RecordBasis(entry, based_on)
    show_entry(write(lambda c, code: withdraw(c, code, BOOK, basis, reason), county), ENTRY, "id", json=json)


def served(
    code: Code,
    step: Annotated[str, typer.Argument(help="步骤,如 investigation_notice · the step")],
    on: Annotated[date, day_option("--on", "送达或完成之日 · served or done on")],
    set_: Set = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """记录程序步骤的送达日期 · the day on which a step of the procedure was served."""
    from gisreg.cli.records import change, pairs, show_entry
    from gisreg.planning.clock.events import serve
    from gisreg.planning.clock.report import load_clock

    settings = context().settings
    procedure = load_clock(settings.data_dir, settings.home).procedure
    values = {**pairs(set_), "step": step, "served_on": on}
    show_entry(change(lambda c: serve(c, code, values, procedure)), SERVED, "id", json=json)


def served_withdraw(
    entry: Id, based_on: BasedOn, reason: Reason, county: County = None, json: JsonFlag = False
) -> None:
    """撤回记错的程序日期 · a date made by mistake counts no longer."""
    from gisreg.cli.records import show_entry, write
    from gisreg.planning.clock.events import DATES as BOOK
    from gisreg.planning.clock.events import withdraw
    from gisreg.records import RecordBasis

    basis = RecordBasis(entry, based_on)
    show_entry(write(lambda c, code: withdraw(c, code, BOOK, basis, reason), county), SERVED, "id", json=json)


def calendar(
    day: Annotated[date | None, day_option("--day", "查某日是否工作日 · whether that day is worked")] = None,
    year: Annotated[int | None, typer.Option(min=1949, max=2199, help="列出某年 · list a year")] = None,
    json: JsonFlag = False,
) -> None:
    """节假日与调休(县级可在数据目录 calendars/ 增补)· the calendar by which steps of a procedure end."""
    from gisreg.planning.clock.workdays import load_calendar

    now = context()
    known = load_calendar(now.settings.data_dir, now.settings.home)
    if day is not None:
        why, forward = known.why_not(day), known.roll_forward(day)
        sure = known.sure(day, max(day, forward - timedelta(days=1)))
        if json:
            named = {"why_not": why and why.zh, "why_not_title": why and why._asdict()}
            print_json({"day": day, "works": why is None, **named, "next": forward, "sure": sure})
        else:
            told = now.say(WORKED, day=day) if why is None else now.say(ROLLED, day=day, why=now.say(why), next=forward)
            print_line(told if sure else told + now.say(TO_CONFIRM))
        return
    items = [one for _, one in sorted(known.days.items()) if year is None or one.day.year == year]
    if json:
        print_json({"total": len(items), "items": [one.as_json() for one in items]})
        return
    yes, no = Text("是", "yes"), Text("否", "no")
    rows = [
        (one.day, now.say(KINDS[one.kind]), now.say(one.title), one.source, now.say(yes if one.confirmed else no))
        for one in items
    ]
    print_table(now.say(DAYS).split("|"), rows)
