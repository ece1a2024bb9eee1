# ruff: noqa: PLC0415 - each command imports what it runs, so that --help starts at once

"""``gisreg plan diff|refresh|override|release|disagreements``: runs compared, and what people decide."""

from datetime import date
from typing import Annotated, Any

import typer

from gisreg.cli.dates import ClockDay, day_option
from gisreg.cli.output import Context, JsonFlag, context, print_aside, print_json, print_line, print_table
from gisreg.text import Text
from gisreg.vocab import Kind, Label

CountyOption = Annotated[str | None, typer.Option("--county", help="县级代码 · county code")]
Code = Annotated[str, typer.Argument(metavar="CODE", help="宗地编号 · parcel code")]
Reason = Annotated[str, typer.Option("--reason", help="理由 · why")]
MAX_RUN = 2**31 - 1

COMPARED = Text(
    "批次 {other}({other_as_of})→ 批次 {run}({as_of}):{parcels} 宗变动,其中 {labels} 宗改变处置建议",
    "run {other} ({other_as_of}) → run {run} ({as_of}): {parcels} parcels move, {labels} of them to another label",
)
MOVES = Text(
    "原建议|现建议|宗数|面积(公顷)|面积不明|价值(万元)|价值不明",
    "From|To|Parcels|Hectares|No area|Worth (10,000 yuan)|No worth",
)
REFRESHED = Text(
    "批次 {run} 承接批次 {refreshes},基准日 {as_of}:复看 {looked_at} 宗,更新 {replaced},新增 {new},移出 {dropped};"
    "现有 {parcels} 宗,用时 {seconds} 秒",
    "run {run} follows run {refreshes}, as of {as_of}: {looked_at} looked at, {replaced} replaced, {new} new, "
    "{dropped} dropped; {parcels} labelled; {seconds} s",
)
UNCHANGED = Text(
    "批次 {run}(基准日 {as_of})之后没有变化,仍为现行批次,{parcels} 宗",
    "nothing has changed since run {run}, as of {as_of}: it stays in force with {parcels} labelled",
)
LABEL_MOVES = Text("原建议|现建议|宗数", "From|To|Parcels")
DECISIONS = Text(
    "方案|建议|措施|理由|依据文件|确定人|确定时间|解除人|解除理由",
    "Plan|Label|Measure|Reason|Paper|By|When|Ended by|Why ended",
)
DISAGREEMENTS = Text("宗地|类型|人工确定|理由|依据文件|规则建议|规则", "Parcel|Kind|People|Reason|Paper|Rules|Rule")
HELD, COMMA = Text("暂不能开工:{gates}", "may not start yet: {gates}"), Text("、", ", ")
TO_FIND_OUT = Text("待查:{facts}", "to find out: {facts}")
EXCLUDED, SEMICOLON = Text("注意(已照确定记录):{what}", "note (the decision stands): {what}"), Text(";", "; ")
NONE = Text("没有", "none")
UNLABELLED = Text("无建议", "no label")


def register(app: typer.Typer) -> None:
    """Add the commands to ``gisreg plan``."""
    for command in (diff, refresh, override, release, disagreements):
        app.command()(command)


def diff(
    run_id: Annotated[int, typer.Argument(metavar="RUN", min=1, max=MAX_RUN, help="批次 · the run")],
    other: Annotated[
        int | None,
        typer.Argument(metavar="[OTHER]", min=1, max=MAX_RUN, help="与哪一批比 · by default in force, or before"),
    ] = None,
    json: JsonFlag = False,
) -> None:
    """两个批次之间哪些宗地改判 · what moves from which label to which between two runs."""
    from gisreg.cli.records import look
    from gisreg.planning.comparing import compare_runs

    found = look(lambda connection: compare_runs(connection, run_id, other))
    if json:
        print_json(found)
        return
    print_diff(context(), found)


def refresh(as_of: ClockDay = None, county: CountyOption = None, json: JsonFlag = False) -> None:
    """只重算变动的宗地,更新现行批次 · label anew only what changed since the run in force."""
    from gisreg.cli.database import actor, open_engine
    from gisreg.counties import choose_county
    from gisreg.db.engine import transaction
    from gisreg.planning.refresh import refresh_plan

    now = context()
    with open_engine(now.settings) as engine:
        with transaction(engine) as connection:
            code = choose_county(connection, county or now.settings.county)
        done = refresh_plan(engine, actor(now.settings), code, as_of=as_of)
    if json:
        print_json(done)
        return
    numbers = {name: f"{getattr(done, name):,}" for name in ("looked_at", "replaced", "new", "dropped", "parcels")}
    said = {"run": done.run_id, "refreshes": done.refreshes, "as_of": done.as_of, "seconds": done.seconds}
    print_line(now.say(REFRESHED if done.changed else UNCHANGED, **said, **numbers))
    titles = {str(label): now.say(label.titles) for label in Label}
    rows = [(titles.get(one["from"], now.say(UNLABELLED)), titles[one["to"]], one["parcels"]) for one in done.moved]
    if rows:
        print_table(now.say(LABEL_MOVES).split("|"), rows)


def override(
    parcel_code: Code,
    label: Annotated[Label, typer.Option("--label", help="处置方式 · label")],
    measure: Annotated[str, typer.Option("--measure", help="措施 · a measure of the rule set in force")],
    reason: Reason,
    document: Annotated[str, typer.Option("--document", help="依据文件 · the paper that it rests on")],
    due_on: Annotated[date | None, day_option("--due-on", "办理期限 · due on")] = None,
    leader: Annotated[str | None, typer.Option("--leader", help="包联领导 · the leader in charge")] = None,
    json: JsonFlag = False,
) -> None:
    """人工确定一宗的处置方式,重新运行不覆盖 · a person decides; no re-run changes it."""
    from gisreg.cli.records import change
    from gisreg.planning.decisions import override as decide

    done = change(
        lambda connection: decide(
            connection, parcel_code, label=label, measure=measure, reason=reason, document=document,
            due_on=due_on, leader=leader,
        )
    )  # fmt: skip
    _show(done, json=json)


def release(parcel_code: Code, reason: Reason, json: JsonFlag = False) -> None:
    """解除人工确定,恢复规则的建议 · end a person's decision: the rules' label holds again."""
    from gisreg.cli.records import change
    from gisreg.planning.decisions import release as end

    _show(change(lambda connection: end(connection, parcel_code, reason=reason)), json=json)


def disagreements(
    run_id: Annotated[int | None, typer.Option("--run", min=1, max=MAX_RUN, help="批次 · the run")] = None,
    county: CountyOption = None,
    json: JsonFlag = False,
) -> None:
    """人工确定与规则建议不一致的宗地 · where people decided otherwise than the rules say."""
    from gisreg.cli.records import read
    from gisreg.planning.comparing import disagreements as found_in

    found = read(lambda connection, code: found_in(connection, code, run_id), county)
    if json:
        print_json(found)
        return
    now = context()
    words = _measures()
    kinds = {str(kind): now.say(kind.titles) for kind in Kind}
    rows = [
        (
            one["parcel_code"], kinds[one["kind"]], _way(now, words, one["label"], one["measure"]), one["reason"],
            one["document"], _way(now, words, one["rules_label"], one["rules_measure"]), one["rule"],
        )
        for one in found["items"]
    ]  # fmt: skip
    if rows:
        print_table(now.say(DISAGREEMENTS).split("|"), rows)
    else:
        print_line(now.say(NONE))


def print_diff(now: Context, found: dict[str, Any]) -> None:
    """What moves between two runs: parcels, hectares, worth."""
    run, before = found["run"], found["other"]
    said = {"run": run["id"], "as_of": run["as_of"], "other": before["id"], "other_as_of": before["as_of"]}
    counts = {"parcels": f"{found['parcels']:,}", "labels": f"{found['label_changes']:,}"}
    print_line(now.say(COMPARED, **said, **counts))
    rows = [
        (
            _side(now, one["from_title"]), _side(now, one["to_title"]), one["parcels"], one["area_ha"],
            one["area_unknown"], one["worth_wan"], one["worth_unknown"],
        )
        for one in found["items"]
    ]  # fmt: skip
    if rows:
        print_table(now.say(MOVES).split("|"), rows)


def _show(done: dict[str, Any], *, json: bool) -> None:
    """All decisions about a parcel, the newest first."""
    if json:
        print_json(done)
        return
    now = context()
    words = _measures()
    labels = {str(label): now.say(label.titles) for label in Label}
    rows = [
        (
            one["id"], labels[one["label"]], _word(now, words, one["measure"]), one["reason"], one["document"],
            one["recorded_by"], one["recorded_at"][:16].replace("T", " "), one["ended_by"], one["ended_reason"],
        )
        for one in done["decisions"]
    ]  # fmt: skip
    print_table(now.say(DECISIONS).split("|"), rows, title=done["parcel_code"])
    held = [now.say(Text(**one["title"])) for one in done.get("blockers", ())]
    if held:
        print_line(now.say(HELD, gates=now.say(COMMA).join(held)))
    wanted = [now.say(Text(**one["title"])) for one in done.get("to_find_out", ())]
    if wanted:
        print_line(now.say(TO_FIND_OUT, facts=now.say(COMMA).join(wanted)))
    excluded = [one["what"][now.language] for one in done.get("warnings", ())]
    if excluded:
        print_aside(now.say(EXCLUDED, what=now.say(SEMICOLON).join(excluded)))


def _measures() -> dict[str, Text]:
    from gisreg.planning.measures import measures

    return measures()


def _word(now: Context, words: dict[str, Text], measure: str) -> str:
    return now.say(words[measure]) if measure in words else measure


def _way(now: Context, words: dict[str, Text], label: str, measure: str) -> str:
    title = next(one.titles for one in Label if one == label)
    return f"{now.say(title)} · {_word(now, words, measure)}"


def _side(now: Context, title: dict[str, str] | None) -> str:
    return now.say(UNLABELLED) if title is None else title[now.language]
