# ruff: noqa: PLC0415 - an option and its help stay in one piece; each command imports what it runs, so that --help starts at once

"""``gisreg closeout``: where one parcel stands, which steps are due, what proves a close-out."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import typer

from gisreg.cli.closeout_options import IN_PART, Agency, Leader, show_steps, words
from gisreg.cli.dates import ClockDay
from gisreg.cli.output import Context, JsonFlag, context, print_json, print_line, print_table
from gisreg.cli.records import Code, County, Limit, look, read, show_rows
from gisreg.ledger.closeout.words import CloseOutStatus, Finding, Step, term
from gisreg.text import Text
from gisreg.vocab import Kind, Label, State

PLAN = Text(
    "方案 {id}:{label} {measure}({agency},包联 {leader},期限 {due_on})",
    "plan {id}: {label} {measure} ({agency}; leader {leader}; due {due_on})",
)
STANDS = Text(
    "{code}({kind}):{state},第 {version} 版;可办:{possible}",
    "{code} ({kind}): {state}, version {version}; possible: {possible}",
)
INVESTIGATED = Text(
    "调查:{notice_on} 送达通知书;{finding} {found_on}", "investigation: notice served {notice_on}; {finding} {found_on}"
)
FIELD = Text("{name}({title})", "{name} ({title})")
FIELD_EMPTY = Text("{name}({title},待填)", "{name} ({title}, to be filled in)")
DATED = Text("{step}:{on}({reason})", "{step}: {on} ({reason})")
NO_FINDING = Text("尚无结论", "no finding yet")
NEEDS = Text("销号所需({way}):{needs}", "to close ({way}): {needs}")
OUT_HEADINGS = Text("上报|状态|上报日|台账月|决定日|面积㎡|说明", "submission|status|submitted|ledger|decided|m²|note")
QUOTA = Text("{title}:已收回 {taken},仍有 {held}", "{title}: taken back {taken}, still held {held}")
DUE_COLUMNS = ("parcel_code", "step_no", "title", "agency", "leader", "due_on", "overdue_days", "version")
DUE_HEADINGS = Text(
    "宗地|步骤|内容|责任单位|包联领导|期限|逾期天数|版本", "parcel|step|what|unit|leader|due|days overdue|version"
)


def register(app: typer.Typer) -> None:
    """Add the commands to ``gisreg closeout``."""
    for command in (show, due, proofs):
        app.command()(command)


def show(code: Code, json: JsonFlag = False) -> None:
    """一宗的方案、步骤、上报和销号所需 · plan, steps, submissions, and what closing needs."""
    from gisreg.ledger.closeout.reading import standing

    found = look(lambda c: standing(c, code))
    if json:
        print_json(found)
        return
    _show_standing(context(), found)


def due(
    overdue: Annotated[bool, typer.Option("--overdue", help="只列逾期的 · overdue only")] = False,
    agency: Agency = None, leader: Leader = None, as_of: ClockDay = None, county: County = None,
    limit: Limit = 100, json: JsonFlag = False,
) -> None:  # fmt: skip
    """未完成的步骤,期限近的在前 · steps not done, the earliest due first."""
    from gisreg.ledger.closeout.open_steps import steps_due

    found = read(
        lambda c, code: steps_due(c, code, as_of=as_of, overdue=overdue, agency=agency, leader=leader, limit=limit),
        county,
    )
    rows = [{**row, "title": row["title_zh"] if context().language == "zh" else row["title_en"]} for row in found.items]
    show_rows(rows, DUE_COLUMNS, DUE_HEADINGS, json=json)


def proofs(json: JsonFlag = False) -> None:
    """销号需要哪些佐证,哪些不足 · what proves a close-out, and what is not enough."""
    from gisreg.ledger.closeout.reading import proof_table
    from gisreg.parcels.attributes import title_of
    from gisreg.planning.measures import measure_titles

    table = proof_table()
    if json:
        print_json({"items": table})
        return
    now = context()
    rows = [
        (term(Kind, one["kind"]).titles.say(now.language), words(now, one["title"]),
         ", ".join(measure_titles(token).say(now.language) for token in one["measures"]) or "—",
         " + ".join([f"{need['proof']}({words(now, need['title'])})" for need in one["needs"]]
                    + [title_of(name).say(now.language) for name in one["fields"]]))
        for one in table
    ]  # fmt: skip
    print_table(now.say(Text("类型|何时算盘活|措施|佐证", "kind|revived when|measures|proof")).split("|"), rows)
    weak = ", ".join(f"{one['proof']}({words(now, one['title'])})" for one in table[0]["not_enough"])
    print_line(now.say(Text("不足以销号:{weak}", "not enough: {weak}"), weak=weak))


def _show_standing(now: Context, found: Mapping[str, Any]) -> None:
    from gisreg.planning.measures import measure_titles

    possible = ", ".join(_possible(now, one, found) for one in found["possible"]) or "—"
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
    for one in found["investigations"]:
        finding = term(Finding, one["finding"]).titles if one["finding"] else NO_FINDING
        told = {"notice_on": one["notice_on"], "found_on": one["found_on"] or "", "finding": now.say(finding)}
        print_line(now.say(INVESTIGATED, **told).rstrip())
    for one in found["steps_dated"]:
        told = {"step": words(now, one["title"]), "on": one["happened_on"], "reason": one["reason"]}
        print_line(now.say(DATED, **told))
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
        show_steps(now, plan["steps"])
    for way in found["closing"]:
        needs = [f"{need['proof']}({words(now, need['title'])})" for need in way["needs"]] + _fields(now, way)
        print_line(now.say(NEEDS, way=words(now, way["title"]), needs="、".join(needs)))
    _show_quotas(now, found["quotas"])
    if found["close_outs"]:
        _show_close_outs(now, found["close_outs"])


def _show_quotas(now: Context, quotas: Iterable[Mapping[str, Any]]) -> None:
    from gisreg.ledger.closeout.quotas import shown

    for one in quotas:
        held = "—" if one["held"] is None else shown(one["held"], one["unit"])
        print_line(now.say(QUOTA, title=words(now, one["title"]), taken=shown(one["taken"], one["unit"]), held=held))


def _show_close_outs(now: Context, close_outs: Iterable[Mapping[str, Any]]) -> None:
    rows = [
        (
            one["id"],
            now.say(IN_PART if one["in_part"] else term(CloseOutStatus, one["status"]).titles),
            one["submitted_on"],
            f"{one['ledger_month']:%Y-%m}",
            one["decided_on"],
            one["area_m2"],
            one["decision_note"],
        )
        for one in close_outs
    ]
    print_table(now.say(OUT_HEADINGS).split("|"), rows)


def _fields(now: Context, way: Mapping[str, Any]) -> list[str]:
    """What the parcel's own record must say, and whether it does."""
    from gisreg.parcels.attributes import title_of

    told = []
    for name in way["fields"]:
        title = title_of(name)
        words_ = FIELD_EMPTY if title._asdict() in way["missing"] else FIELD
        told.append(now.say(words_, name=name, title=title.say(now.language)))
    return told


def _possible(now: Context, step: str, found: Mapping[str, Any]) -> str:
    """A step that can be taken, and whose it is."""
    from gisreg.ledger.closeout.rulebook import closeout_rules

    way = closeout_rules().transition(term(Step, step), found["state"], found["kind"])
    whose = "、".join(role.titles.say(now.language) for role in way.roles) if way else "—"
    return f"{step}({term(Step, step).titles.say(now.language)}:{whose})"
