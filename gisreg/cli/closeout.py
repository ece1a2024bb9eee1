# ruff: noqa: E501, PLC0415 - an option and its help stay in one piece; each command imports what it runs, so that --help starts at once

"""``gisreg closeout``: the plan of each parcel, its steps, and the close-out with its proofs and results."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gisreg.cli.dates import ClockDay, day_option
from gisreg.cli.output import Context, JsonFlag, context, print_json, print_line, print_table
from gisreg.cli.parcels_edit import PairUnreadable
from gisreg.cli.records import BasedOn, Code, County, Limit, Set, change, look, pairs, read, show_rows, write
from gisreg.closeout.words import Role, Step, term
from gisreg.text import Text
from gisreg.vocab import Label, State

if TYPE_CHECKING:
    from gisreg.closeout.moves import By
    from gisreg.closeout.plans import PlannedStep
    from gisreg.parcels.editing import Basis

app = typer.Typer(no_args_is_help=True)

AsRole = Annotated[Role | None, typer.Option("--role", help="以何种身份办理 · as whom the step is taken")]
Reason = Annotated[str | None, typer.Option(help="理由,记入历史 · the reason, kept in the history")]
Because = Annotated[str, typer.Option("--reason", help="理由,记入历史 · the reason, kept in the history")]
Document = Annotated[int | None, typer.Option(help="文档编号 · document of the parcel", min=1)]
On = Annotated[date | None, day_option("--on", "日期,默认今天 · the day, today if not given")]
Agency = Annotated[str | None, typer.Option(help="责任单位 · responsible unit")]
Person = Annotated[str | None, typer.Option(help="责任人 · responsible person")]
Leader = Annotated[str | None, typer.Option(help="包联领导 · leader in charge")]
DueOn = Annotated[date | None, day_option("--due-on", "期限 · due")]

MOVED = Text("{code} {step}:{state}(第 {version} 版)", "{code} {step}: {state} (version {version})")
CLOSES = Text("上报编号 {id},{month} 台账{late}", "submission {id}, ledger of {month}{late}")
LATE = Text("(逾期)", " (late)")
PLAN = Text(
    "方案 {id}:{label} {measure}({agency},包联 {leader},期限 {due_on})",
    "plan {id}: {label} {measure} ({agency}; leader {leader}; due {due_on})",
)
STEP_HEADINGS = Text(
    "步骤|内容|责任单位|责任人|包联领导|期限|完成|版本", "step|what|unit|person|leader|due|done|version"
)
STANDS = Text(
    "{code}({kind}):{state},第 {version} 版;可办:{possible}",
    "{code} ({kind}): {state}, version {version}; possible: {possible}",
)
NEEDS = Text("销号所需({way}):{needs}", "to close ({way}): {needs}")
OUT_HEADINGS = Text("上报|状态|上报日|台账月|决定日|面积㎡|说明", "submission|status|submitted|ledger|decided|m²|note")
DUE_COLUMNS = ("parcel_code", "step_no", "title", "agency", "leader", "due_on", "overdue_days", "version")
DUE_HEADINGS = Text(
    "宗地|步骤|内容|责任单位|包联领导|期限|逾期天数|版本", "parcel|step|what|unit|leader|due|days overdue|version"
)
FLOW_HEADINGS = Text(
    "{by}|期初|新增|二次闲置|盘活|核减|更正|划转|期末|平衡",
    "{by}|opening|new|relapsed|revived|removed|corrected|transferred|closing|reconciles",
)
FLOW_UNIT = Text("宗数(亩)", "parcels (mu)")
COUNTY_ROW, NOWHERE = Text("全县", "County"), Text("待核", "unknown")
WATCH_HEADINGS = Text("宗地|类型|销号日|自|二次闲置", "parcel|kind|closed|since|idle again")
WATCHED = Text(
    "二次闲置 {idle} 宗,待查 {unknown} 宗,已标记 {marked} 宗",
    "{idle} idle again, {unknown} to find out, {marked} marked",
)
DONE_HEADINGS = Text("类型|宗数|其中销号|面积(万亩)|任务(万亩)|完成率", "kind|parcels|closed|10,000 mu|task|rate")
RESULT_HEADINGS = Text(
    "宗地|状态|上报日|逾期|收益(万元)|入库(万元)|可用财力(万元)|数量|单位",
    "parcel|status|submitted|late|income|treasury|disposable|quantity|unit",
)
RESULT_LINE = Text(
    "{month}:盘活 {projects} 个(已销号 {closed},逾期上报 {late});收益 {income_wan}、入库 {treasury_wan}、本级可用财力 {disposable_wan} 万元;实物 {quantities};能耗 {energy} tce;用水 {water} t",
    "{month}: {projects} revived ({closed} closed, {late} late); income {income_wan}, treasury {treasury_wan}, disposable {disposable_wan} (10,000 yuan); {quantities}; energy {energy} tce; water {water} t",
)


@app.command()
def plan(
    code: Code, based_on: BasedOn,
    label: Annotated[Label | None, typer.Option(help="人工确定的处置方式;不给则采用处置建议 · by hand; the advice is adopted if not given")] = None,
    measure: Annotated[str | None, typer.Option(help="措施 · measure")] = None,
    basis: Annotated[str | None, typer.Option(help="依据 · legal basis")] = None,
    agency: Agency = None, person: Person = None, leader: Leader = None, due_on: DueOn = None,
    step: Annotated[list[str] | None, typer.Option(help="步骤 内容@期限@责任单位,可重复 · WHAT@YYYY-MM-DD@UNIT")] = None,
    reason: Reason = None, role: AsRole = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """批准方案(一地一策);原方案留存 · approve the plan of a parcel; the one before is kept."""
    from gisreg.closeout.plans import Charge, Decision, approve

    decision = None
    if label is not None or measure is not None:
        decision = Decision(label, measure or "", reason or "", basis)
    charge, steps = Charge(agency, person, leader, due_on), [_step(one) for one in step or ()]
    done = change(
        lambda c: approve(c, _basis(code, based_on), decision, charge=charge, steps=steps, by=_by(role, reason))
    )
    _show_move(Step.PLAN, done.as_json(), json=json)


@app.command()
def start(code: Code, based_on: BasedOn, reason: Reason = None, role: AsRole = None, json: JsonFlag = False) -> None:
    """启动处置;有限制的不能启动 · start; a gate holds it."""
    from gisreg.closeout.plans import start as work

    done = change(lambda c: work(c, _basis(code, based_on), _by(role, reason)))
    _show_move(Step.START, done.as_json(), json=json)


@app.command()
def step(
    code: Code, step_no: Annotated[int, typer.Argument(help="第几步 · which step", min=1)], based_on: BasedOn,
    done_on: Annotated[date | None, day_option("--done-on", "完成日期 · done on")] = None,
    document: Document = None, set_: Set = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """方案的一步:完成、换人、改期 · a step of the plan: done, by whom, until when."""
    from gisreg.closeout.plans import change_step

    values: dict[str, Any] = {**pairs(set_), **({"done_on": done_on} if done_on else {})}
    row = change(lambda c: change_step(c, code, step_no, based_on, values, document_id=document))
    if json:
        print_json(row)
        return
    _show_steps(context(), [row])


def _simple(step_taken: Step, help_: str) -> None:
    def command(code: Code, based_on: BasedOn, reason: Because, role: AsRole = None, json: JsonFlag = False) -> None:
        from gisreg.closeout.moves import take

        done = change(lambda c: take(c, _basis(code, based_on), step_taken, _by(role, reason)))
        _show_move(step_taken, done.as_json(), json=json)

    command.__doc__ = help_
    app.command(step_taken.value.replace("_", "-"))(command)


_simple(Step.HOLD, "暂缓 · put on hold.")
_simple(Step.RESUME, "恢复到暂缓前的状态 · back to the state before the hold.")
_simple(Step.TAKE_BACK, "收回待再供 · taken back, to be supplied again.")
_simple(Step.LIST_AGAIN, "收回的土地重新入库 · list land again that was taken back.")
_simple(Step.RELAPSE, "认定二次闲置 · a closed parcel is idle again.")
_simple(Step.REMOVE, "核减 · strike off.")


@app.command()
def submit(
    code: Code, based_on: BasedOn,
    proof: Annotated[list[str] | None, typer.Option(help="佐证 类别=文档编号,可重复(类别见 closeout proofs)· KIND=DOCUMENT")] = None,
    on: On = None,
    month: Annotated[date | None, day_option("--month", "台账月份的任一天,默认上报当月 · any day of the ledger's month")] = None,
    area_m2: Annotated[float | None, typer.Option(help="部分销号的土地面积 ㎡ · land area of a part")] = None,
    direction: Annotated[float, typer.Option(help="划出的推进方向,从北顺时针 · where the part is swept, degrees from north")] = 0.0,
    set_: Set = None, reason: Reason = None, role: AsRole = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """上报销号:佐证与成效(--set income_wan=…)· submit with proofs and results."""
    from gisreg.closeout.submitting import Submission
    from gisreg.closeout.submitting import submit as work

    given = Submission([_proof(one) for one in proof or ()], on, month, area_m2, direction, pairs(set_))
    done = change(lambda c: work(c, _basis(code, based_on), given, _by(role, reason))).as_json()
    if json:
        print_json(done)
        return
    for edit in done["edits"]:
        _show_move(Step.SUBMIT, edit, json=False)
    _show_close_out(done["close_out"])


@app.command()
def accept(
    code: Code, based_on: BasedOn, on: On = None, reason: Reason = None, role: AsRole = None, json: JsonFlag = False
) -> None:
    """上级同意销号 · the upper level accepts."""
    from gisreg.closeout.submitting import accept as work

    done = change(lambda c: work(c, _basis(code, based_on), on, _by(role, reason)))
    _show_move(Step.ACCEPT, done.as_json(), json=json)


@app.command("return")
def return_(
    code: Code, based_on: BasedOn, reason: Because, on: On = None, role: AsRole = None, json: JsonFlag = False
) -> None:
    """上级退回 · the upper level returns it."""
    from gisreg.closeout.submitting import send_back

    done = change(lambda c: send_back(c, _basis(code, based_on), on, _by(role, reason)))
    _show_move(Step.RETURN, done.as_json(), json=json)


@app.command()
def withdraw(code: Code, based_on: BasedOn, reason: Because, role: AsRole = None, json: JsonFlag = False) -> None:
    """撤回上报 · take a submission back."""
    from gisreg.closeout.submitting import withdraw as work

    done = change(lambda c: work(c, _basis(code, based_on), _by(role, reason)))
    _show_move(Step.WITHDRAW, done.as_json(), json=json)


@app.command()
def investigate(
    code: Code, based_on: BasedOn, on: On = None, document: Document = None, reason: Reason = None, role: AsRole = None,
    json: JsonFlag = False,
) -> None:  # fmt: skip
    """疑似闲置:送达调查通知书 · suspected idle land: notice of investigation served."""
    from gisreg.closeout.inquiry import investigate as work
    from gisreg.parcels.asof import today

    done = change(lambda c: work(c, _basis(code, based_on), on or today(), document, _by(role, reason)))
    _show_move(Step.INVESTIGATE, done.as_json(), json=json)


@app.command()
def determine(
    code: Code, based_on: BasedOn, on: On = None, document: Document = None, reason: Reason = None, role: AsRole = None,
    json: JsonFlag = False,
) -> None:  # fmt: skip
    """闲置土地认定书已出:入库 · determined idle: registered."""
    from gisreg.closeout.inquiry import determine as work
    from gisreg.parcels.asof import today

    done = change(lambda c: work(c, _basis(code, based_on), on or today(), document, _by(role, reason)))
    _show_move(Step.DETERMINE, done.as_json(), json=json)


@app.command()
def clear(
    code: Code, based_on: BasedOn, reason: Because, on: On = None, document: Document = None, role: AsRole = None,
    json: JsonFlag = False,
) -> None:  # fmt: skip
    """调查后不构成闲置:核减 · found not idle: struck off."""
    from gisreg.closeout.inquiry import clear as work
    from gisreg.parcels.asof import today

    done = change(lambda c: work(c, _basis(code, based_on), on or today(), document, _by(role, reason)))
    _show_move(Step.CLEAR, done.as_json(), json=json)


@app.command()
def show(code: Code, json: JsonFlag = False) -> None:
    """一宗的方案、步骤、上报和销号所需 · plan, steps, submissions, and what closing needs."""
    from gisreg.closeout.reading import standing

    found = look(lambda c: standing(c, code))
    if json:
        print_json(found)
        return
    _show_standing(context(), found)


@app.command()
def due(
    overdue: Annotated[bool, typer.Option("--overdue", help="只列逾期的 · overdue only")] = False,
    agency: Agency = None, leader: Leader = None, as_of: ClockDay = None, county: County = None,
    limit: Limit = 100, json: JsonFlag = False,
) -> None:  # fmt: skip
    """未完成的步骤,期限近的在前 · steps not done, the earliest due first."""
    from gisreg.closeout.reading import steps_due

    found = read(
        lambda c, code: steps_due(c, code, as_of=as_of, overdue=overdue, agency=agency, leader=leader, limit=limit),
        county,
    )
    rows = [{**row, "title": row["title_zh"] if context().language == "zh" else row["title_en"]} for row in found.items]
    show_rows(rows, DUE_COLUMNS, DUE_HEADINGS, json=json)


@app.command()
def watch(
    mark: Annotated[bool, typer.Option("--mark", help="标为二次闲置 · mark them as relapsed")] = False,
    as_of: ClockDay = None, county: County = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """跟踪已销号的宗地是否二次闲置 · are closed parcels idle again?"""
    from gisreg.closeout.watching import watch as work

    found = (write if mark else read)(lambda c, code: work(c, code, as_of, mark=mark), county)
    if json:
        print_json(found)
        return
    now = context()
    rows = [
        (
            row["parcel_code"],
            row["kind"],
            row["closed_on"],
            row["since"],
            now.say(Text("是", "yes") if row["idle_again"] else Text("待查", "to find out")),
        )
        for row in (*found.idle_again, *found.to_find_out)
    ]
    print_table(now.say(WATCH_HEADINGS).split("|"), rows)
    print_line(now.say(WATCHED, idle=len(found.idle_again), unknown=len(found.to_find_out), marked=found.marked))


@app.command()
def flow(
    since: Annotated[date, day_option("--since", "自该日 24 时 · from the end of that day")],
    until: Annotated[date, day_option("--until", "至该日 24 时 · to the end of that day")],
    measure: Annotated[str, typer.Option(help="left 剩余待盘活 或 not_closed 未销号 · left or not_closed")] = "left",
    by: Annotated[str, typer.Option(help="township 乡镇、zone 园区、kind 类型")] = "township",
    county: County = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """剩余待盘活、未销号的流量表 · how what is left, or not closed, moved between two days."""
    from gisreg.closeout.flow import By as Dimension
    from gisreg.closeout.flow import Measured
    from gisreg.closeout.flow import flow as work

    chosen, dimension = _among(Measured, measure, "--measure"), _among(Dimension, by, "--by")
    found = read(lambda c, code: work(c, code, since, until, measure=chosen, by=dimension), county)
    if json:
        print_json(found.as_json())
        return
    now = context()
    told = found.as_json()
    rows = [_flow_row(now, row, row["name"] or row["code"] or now.say(NOWHERE)) for row in told["items"]]
    rows.append(_flow_row(now, told["county"], now.say(COUNTY_ROW)))
    print_table(now.say(FLOW_HEADINGS, by=now.say(FLOW_UNIT)).split("|"), rows)


@app.command()
def results(
    month: Annotated[date, day_option("--month", "月份的任一天 · any day of the month")],
    county: County = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """一个月的盘活成效(附件3各栏)· a month's results, the columns of Annex 3."""
    from gisreg.closeout.results import month_results

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
        "treasury_wan",
        "disposable_wan",
        "quantity",
        "quantity_unit",
    )
    show_rows(found.items, columns, RESULT_HEADINGS, json=False)
    print_line(now.say(RESULT_LINE, month=f"{found.month:%Y-%m}", projects=found.projects, closed=found.closed, late=found.late,
        energy=_or_dash(found.energy_tce), water=_or_dash(found.water_t), quantities=_units(found.quantities),
        **{name: _or_dash(value) for name, value in found.sums_wan.items()}))  # fmt: skip


@app.command()
def done(
    since: Annotated[date, day_option("--since", "自该日 · from that day")],
    until: Annotated[date, day_option("--until", "至该日(含)· to that day, it included")],
    task: Annotated[list[str] | None, typer.Option(help="年度任务 类型=万亩,可重复 · KIND=10,000 mu")] = None,
    county: County = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """一段时间完成的面积与任务完成率 · land done in a time, and the rate of its task."""
    from gisreg.closeout.results import done_between

    tasks = {name: _decimal(value) for name, value in pairs(task).items()}
    found = [one.as_json() for one in read(lambda c, code: done_between(c, code, since, until, tasks), county)]
    if json:
        print_json({"since": since, "until": until, "items": found})
        return
    now = context()
    rows = [
        (one["kind"], one["parcels"], one["closed"], one["done_printed"], one["task_wan_mu"], one["rate_printed"])
        for one in found
    ]
    print_table(now.say(DONE_HEADINGS).split("|"), rows)


@app.command()
def proofs(json: JsonFlag = False) -> None:
    """销号需要哪些佐证,哪些不足 · what proves a close-out, and what is not enough."""
    from gisreg.closeout.reading import proof_table

    table = proof_table()
    if json:
        print_json({"items": table})
        return
    now = context()
    rows = [
        (one["kind"], _words(now, one["title"]), ", ".join(one["measures"]) or "—",
         " + ".join([f"{need['proof']}({_words(now, need['title'])})" for need in one["needs"]] + one["fields"]))
        for one in table
    ]  # fmt: skip
    print_table(now.say(Text("类型|何时算盘活|措施|佐证", "kind|revived when|measures|proof")).split("|"), rows)
    weak = ", ".join(f"{one['proof']}({_words(now, one['title'])})" for one in table[0]["not_enough"])
    print_line(now.say(Text("不足以销号:{weak}", "not enough: {weak}"), weak=weak))


def _basis(code: str, based_on: int) -> "Basis":
    from gisreg.parcels.editing import Basis

    return Basis(code, based_on)


def _by(role: Role | None, reason: str | None) -> "By":
    from gisreg.closeout.moves import By

    return By(role, reason)


def _proof(given: str) -> tuple[str, int]:
    kind, equals, document = given.partition("=")
    if not equals or not document.strip().isascii() or not document.strip().isdigit() or len(document) > 18:  # noqa: PLR2004 - digits of a key
        raise PairUnreadable(where="--proof", value=given[:80], form="KIND=DOCUMENT")
    return kind.strip(), int(document)


def _step(given: str) -> "PlannedStep":
    from gisreg.cli.dates import read_day
    from gisreg.closeout.plans import PlannedStep

    title, _at, rest = given.partition("@")
    day, _at, agency = rest.partition("@")
    if not title.strip():
        raise PairUnreadable(where="--step", value=given[:80], form="WHAT@YYYY-MM-DD@UNIT")
    due = read_day("--step")(day.strip()) if day.strip() else None
    return PlannedStep(Text(title.strip(), title.strip()), agency.strip() or None, due)


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


def _words(now: Context, titles: Mapping[str, str]) -> str:
    return titles[now.language]


def _show_move(step_taken: Step, done: Mapping[str, Any], *, json: bool) -> None:
    if json:
        print_json(done)
        return
    now = context()
    for one in done["parcels"]:
        row = look(lambda c, code=one["parcel_code"]: _state_of(c, code))  # type: ignore[misc]  # a default binds the loop's value
        print_line(
            now.say(
                MOVED,
                code=one["parcel_code"],
                step=step_taken.titles.say(now.language),
                state=term(State, row["state"]).titles.say(now.language),
                version=one["version"],
            )
        )


def _state_of(connection: Any, code: str) -> Mapping[str, Any]:
    from gisreg.records import parcel_key

    return parcel_key(connection, code, in_use=False)


def _show_close_out(row: Mapping[str, Any]) -> None:
    now = context()
    late = now.say(LATE) if row["late"] else ""
    print_line(now.say(CLOSES, id=row["id"], month=f"{row['ledger_month']:%Y-%m}", late=late))


def _show_standing(now: Context, found: Mapping[str, Any]) -> None:
    from gisreg.planning.measures import measure_titles
    from gisreg.vocab import Kind

    possible = ", ".join(f"{one}({term(Step, one).titles.say(now.language)})" for one in found["possible"]) or "—"
    print_line(
        now.say(
            STANDS,
            code=found["parcel_code"],
            kind=term(Kind, found["kind"]).titles.say(now.language),
            state=term(State, found["state"]).titles.say(now.language),
            version=found["version"],
            possible=possible,
        )
    )
    plan = found["plan"]
    if plan:
        told = {name: plan[name] or "—" for name in ("agency", "leader", "due_on")}
        print_line(
            now.say(
                PLAN,
                id=plan["id"],
                label=term(Label, plan["label"]).titles.say(now.language),
                measure=measure_titles(plan["measure"]).say(now.language),
                **told,
            )
        )
        _show_steps(now, plan["steps"])
    for way in found["closing"]:
        needs = "、".join(f"{need['proof']}({_words(now, need['title'])})" for need in way["needs"])
        print_line(now.say(NEEDS, way=_words(now, way["title"]), needs=needs))
    if found["close_outs"]:
        rows = [
            (
                one["id"],
                one["status"],
                one["submitted_on"],
                f"{one['ledger_month']:%Y-%m}",
                one["decided_on"],
                one["area_m2"],
                one["decision_note"],
            )
            for one in found["close_outs"]
        ]
        print_table(now.say(OUT_HEADINGS).split("|"), rows)


def _show_steps(now: Context, steps: Sequence[Mapping[str, Any]]) -> None:
    title = "title_zh" if now.language == "zh" else "title_en"
    rows = [
        tuple(one[name] for name in ("step_no", title, "agency", "person", "leader", "due_on", "done_on", "version"))
        for one in steps
    ]
    print_table(now.say(STEP_HEADINGS).split("|"), rows)


def _flow_row(now: Context, row: Mapping[str, Any], name: str) -> list[Any]:
    from gisreg.closeout.flow import ENTRIES

    cells = [f"{row[entry]['parcels']:,} ({row[entry]['mu']:,.2f})" for entry in ENTRIES]
    return [name, *cells, now.say(Text("是", "yes") if row["reconciles"] else Text("否", "no"))]


def _or_dash(value: float | None) -> str:
    return "—" if value is None else f"{value:,.2f}"


def _units(quantities: Mapping[str, float]) -> str:
    return "、".join(f"{value:,.2f} {unit}" for unit, value in quantities.items()) or "—"
