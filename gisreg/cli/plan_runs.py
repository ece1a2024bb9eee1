# ruff: noqa: PLC0415 - each command imports what it runs, so that --help starts at once

"""``gisreg plan run|accept|list``: label the county; a run is a proposal until it is accepted."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gisreg.cli.dates import ClockDay, RecordedAsOf
from gisreg.cli.output import Context, JsonFlag, context, print_json, print_line, print_table
from gisreg.cli.plan_people import print_diff
from gisreg.cli.plan_rules import print_totals
from gisreg.text import Text

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from gisreg.planning.run import PlanRunSummary

CountyOption = Annotated[str | None, typer.Option("--county", help="县级代码 · county code")]
RUN_DONE = Text(
    "批次 {run}({status}):{ruleset},基准日 {as_of},{parcels} 宗,受限 {gated} 宗,待查 {unknown} 宗,用时 {seconds} 秒",
    "run {run} ({status}): {ruleset} as of {as_of}; {parcels} parcels, {gated} held by a gate, "
    "{unknown} with gates to find out; {seconds} s",
)
DISAGREE = Text(
    "人工确定的方案中有 {count} 宗与规则不一致(方案保持不变)",
    "{count} plans decided by people differ from the rules (they stay)",
)
RUN_HEADINGS = Text(
    "批次|状态|规则集|基准日|宗数|记录时间|记录人", "Run|Status|Rule set|As of|Parcels|Recorded at|Recorded by"
)
ACCEPTED = Text("批次 {run} 已采用,{parcels} 宗", "run {run} is in force: {parcels} parcels")
WAITS = Text(
    "现行批次不变;采用请用 gisreg plan accept {run}",
    "the run in force stays; gisreg plan accept {run} accepts this one",
)
REPLACED = Text(
    "原批次 {other} 留存;两者比较:gisreg plan diff {run} {other}",
    "run {other} is kept; gisreg plan diff {run} {other} compares them",
)
ASK = Text("采用批次 {run},替代批次 {other}?", "Accept run {run} in place of run {other}?")
STATUS = {
    "proposed": Text("待采用", "proposed"),
    "accepted": Text("已采用", "accepted"),
    "superseded": Text("已替代", "superseded"),
}


def register(app: typer.Typer) -> None:
    """Add the commands to ``gisreg plan``."""
    app.command()(run)
    app.command()(accept)
    app.command("list")(list_)


def run(
    rules: Annotated[Path | None, typer.Option("--rules", help="规则文件 · rule set, TOML")] = None,
    as_of: ClockDay = None,
    recorded_as_of: RecordedAsOf = None,
    at_once: Annotated[
        bool | None,
        typer.Option("--accept/--propose", help="即行采用,或只拟不用 · accept without asking, or only propose"),
    ] = None,
    county: CountyOption = None,
    json: JsonFlag = False,
) -> None:
    """给全县每宗打一个处置建议 · give every open parcel one label.

    已有现行批次时,在终端上先列出差别再问是否采用;脚本中即行采用 · On a terminal the differences from the run in force
    are shown before it is replaced, and acceptance is asked for; a script accepts at once.

    基准日晚于今天的只能拟定(--propose)· As of a day to come only --propose.
    """
    from gisreg.cli.database import actor, open_engine
    from gisreg.counties import choose_county
    from gisreg.days import today
    from gisreg.db.engine import transaction
    from gisreg.planning.comparing import run_in_force
    from gisreg.planning.run import run_plan

    now = context()
    with open_engine(now.settings) as engine:
        with transaction(engine) as connection:
            code = choose_county(connection, county or now.settings.county)
            before = run_in_force(connection, code)
        comes = as_of is not None and as_of > today()  # such a run is never accepted: there is nothing to ask
        asks = at_once is None and before is not None and not comes and not json and _somebody_is_there()
        summary = run_plan(
            engine, actor(now.settings), code,
            ruleset_path=rules, as_of=as_of, propose=asks or at_once is False, recorded_as_of=recorded_as_of,
        )  # fmt: skip
        if json:
            print_json({**asdict(summary), "replaces": before})
            return
        _print_summary(now, summary)
        if before is not None:
            _replace(now, engine, summary, before, asks=asks)
        elif summary.status == "proposed":
            print_line(now.say(WAITS, run=summary.run_id))


def _somebody_is_there() -> bool:
    """Whether a question would be read and answered."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _print_summary(now: Context, summary: "PlanRunSummary") -> None:
    print_totals(now, {label: (total.parcels, total.area_mu) for label, total in summary.by_label.items()})
    said = RUN_DONE.say(
        now.language, run=summary.run_id, status=now.say(STATUS[summary.status]), ruleset=summary.ruleset,
        as_of=summary.as_of, parcels=f"{summary.parcels:,}", gated=f"{summary.gated:,}",
        unknown=f"{summary.to_find_out:,}", seconds=summary.seconds,
    )  # fmt: skip
    print_line(said)
    if summary.disagreements:
        print_line(now.say(DISAGREE, count=summary.disagreements))


def _replace(now: Context, engine: "Engine", summary: "PlanRunSummary", before: int, *, asks: bool) -> None:
    """What differs from the run that was in force, and whether this one takes its place."""
    if summary.status != "proposed":
        print_line(now.say(REPLACED, run=summary.run_id, other=before))
        return
    from gisreg.db.engine import transaction
    from gisreg.planning.comparing import compare_runs

    with transaction(engine) as connection:
        found = compare_runs(connection, summary.run_id, before)
    print_diff(now, found)
    if asks and (not found["parcels"] or typer.confirm(now.say(ASK, run=summary.run_id, other=before))):
        _accept(now, engine, summary.run_id, yes=True)
    else:
        print_line(now.say(WAITS, run=summary.run_id))


def _accept(now: Context, engine: "Engine", run_id: int, *, yes: bool = False, json: bool = False) -> None:
    from gisreg.cli.database import actor
    from gisreg.planning.run import accept_run

    accepted = accept_run(engine, actor(now.settings), run_id, confirmed=yes)
    if json:
        print_json(accepted)
    else:
        print_line(now.say(ACCEPTED, run=run_id, parcels=f"{accepted['parcels']:,}"))


def accept(
    run_id: Annotated[int, typer.Argument(metavar="RUN", min=1, max=2**31 - 1, help="批次 · the run")],
    yes: Annotated[
        bool, typer.Option("--yes", help="没有建议或早于现行批次的也采用 · also one that is empty, or older")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """采用一个拟定的批次 · put a proposed run in force."""
    from gisreg.cli.database import open_engine

    now = context()
    with open_engine(now.settings) as engine:
        _accept(now, engine, run_id, yes=yes, json=json)


def list_(county: CountyOption = None, json: JsonFlag = False) -> None:
    """方案批次 · the runs, newest first."""
    from gisreg.cli.database import open_engine
    from gisreg.db.engine import transaction
    from gisreg.planning.run import list_runs

    now = context()
    with open_engine(now.settings) as engine, transaction(engine) as connection:
        runs = list_runs(connection, county or now.settings.county)
    if json:
        print_json({"items": runs})
        return
    rows = [
        (
            one["id"], now.say(STATUS[one["status"]]), f"{one['ruleset']} {one['ruleset_version']}",
            one["as_of"].isoformat(), one["parcels"], f"{one['recorded_at']:%Y-%m-%d %H:%M}", one["recorded_by"],
        )
        for one in runs
    ]  # fmt: skip
    print_table(now.say(RUN_HEADINGS).split("|"), rows)
