# ruff: noqa: E501, PLC0415 - an option and its help stay in one piece; each command imports what it runs, so that --help starts at once

"""``gisreg closeout``: the plan of a parcel, its steps, and the steps that change its state alone."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gisreg.cli.closeout_options import (
    Agency,
    AsRole,
    Because,
    Document,
    DueOn,
    Leader,
    On,
    Person,
    Reason,
    basis_of,
    document_of,
    show_move,
    show_steps,
    taken_by,
)
from gisreg.cli.dates import day_option
from gisreg.cli.output import JsonFlag, context, print_json
from gisreg.cli.parcels_edit import PairUnreadable
from gisreg.cli.records import BasedOn, Code, Set, change, pairs
from gisreg.ledger.closeout.words import Step
from gisreg.text import Text
from gisreg.vocab import Label

if TYPE_CHECKING:
    from gisreg.ledger.closeout.plans import PlannedStep


SIMPLE = {
    Step.HOLD: "暂缓 · put on hold.",
    Step.RESUME: "恢复到暂缓前的状态 · back to the state before the hold.",
    Step.TAKE_BACK: "收回待再供 · taken back, to be supplied again.",
    Step.LIST_AGAIN: "收回的土地重新入库 · list land again that was taken back.",
    Step.RELAPSE: "认定二次闲置 · a closed parcel is idle again.",
    Step.REMOVE: "核减 · strike off.",
}
"""Steps that change the state alone, each with its help."""


def register(app: typer.Typer) -> None:
    """Add the commands to ``gisreg closeout``."""
    for command in (plan, start, step):
        app.command()(command)
    for taken, help_ in SIMPLE.items():
        app.command(taken.value.replace("_", "-"), help=help_)(_simple(taken))


def plan(
    code: Code, based_on: BasedOn,
    label: Annotated[Label | None, typer.Option(help="人工确定的处置方式;不给则用已有的人工确定,否则采用处置建议 · by hand; if not given: what was decided before, else the advice")] = None,
    measure: Annotated[str | None, typer.Option(help="措施 · measure")] = None,
    basis: Annotated[str | None, typer.Option(help="依据 · legal basis")] = None,
    agency: Agency = None, person: Person = None, leader: Leader = None, due_on: DueOn = None,
    on: Annotated[date | None, day_option("--on", "批准日,期限由此起算,默认今天 · the day of approval, from which days are counted; today if not given")] = None,
    step: Annotated[list[str] | None, typer.Option(help="步骤 内容@期限@责任单位,可重复 · WHAT@YYYY-MM-DD@UNIT")] = None,
    reason: Reason = None, role: AsRole = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """批准方案(一地一策);原方案留存 · approve the plan of a parcel; the one before is kept."""
    from gisreg.ledger.closeout.plans import Charge, Decision, approve

    decision = None
    if label is not None or measure is not None:
        decision = Decision(label, measure or "", reason or "", basis)
    charge, steps = Charge(agency, person, leader, due_on), [_step(one) for one in step or ()]
    done = change(
        lambda c: approve(
            c, basis_of(code, based_on), decision, charge=charge, steps=steps, by=taken_by(role, reason), on=on
        )
    )
    show_move(Step.PLAN, done.as_json(), json=json)


def start(code: Code, based_on: BasedOn, reason: Reason = None, role: AsRole = None, json: JsonFlag = False) -> None:
    """启动处置;有限制的不能启动 · start; a gate holds it."""
    from gisreg.ledger.closeout.plans import start as work

    done = change(lambda c: work(c, basis_of(code, based_on), taken_by(role, reason)))
    show_move(Step.START, done.as_json(), json=json)


def step(
    code: Code, step_no: Annotated[int, typer.Argument(help="第几步 · which step", min=1)], based_on: BasedOn,
    done_on: Annotated[date | None, day_option("--done-on", "完成日期 · done on")] = None,
    document: Document = None, set_: Set = None, role: AsRole = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """方案的一步:完成、换人、改期 · a step of the plan: done, by whom, until when."""
    from gisreg.ledger.closeout.plans import change_step

    values: dict[str, Any] = {**pairs(set_), **({"done_on": done_on} if done_on else {})}
    row = change(
        lambda c: change_step(c, code, step_no, based_on, values, document_id=document_of(c, code, document), role=role)
    )
    if json:
        print_json(row)
        return
    show_steps(context(), [row])


def _simple(step_taken: Step) -> Callable[..., None]:
    def command(
        code: Code, based_on: BasedOn, reason: Because, on: On = None, role: AsRole = None, json: JsonFlag = False
    ) -> None:
        from gisreg.ledger.closeout.dated import take

        done = change(lambda c: take(c, basis_of(code, based_on), step_taken, taken_by(role, reason), on))
        show_move(step_taken, done.as_json(), json=json)

    return command


def _step(given: str) -> "PlannedStep":
    from gisreg.cli.dates import read_day
    from gisreg.ledger.closeout.plans import PlannedStep

    title, _at, rest = given.partition("@")
    day, _at, agency = rest.partition("@")
    if not title.strip():
        raise PairUnreadable(where="--step", value=given[:80], form="WHAT@YYYY-MM-DD@UNIT")
    due = read_day("--step")(day.strip()) if day.strip() else None
    return PlannedStep(Text(title.strip(), title.strip()), agency.strip() or None, due)
