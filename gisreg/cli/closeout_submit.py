# ruff: noqa: E501, PLC0415 - an option and its help stay in one piece; each command imports what it runs, so that --help starts at once

"""``gisreg closeout``: the submission with its proofs and results, and what becomes of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gisreg.cli.closeout_options import AsRole, Because, On, Reason, basis_of, document_of, show_move, taken_by
from gisreg.cli.dates import day_option
from gisreg.cli.output import JsonFlag, context, print_json, print_line
from gisreg.cli.parcels_edit import PairUnreadable
from gisreg.cli.records import BasedOn, Code, Set, change, pairs
from gisreg.ledger.closeout.words import Step
from gisreg.text import Text

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gisreg.ledger.closeout.submitting import Submission, Submitted

Proofs = Annotated[
    list[str] | None,
    typer.Option("--proof", help="佐证 类别=文档编号或文件,可重复(类别见 closeout proofs)· KIND=DOCUMENT or KIND=FILE"),
]
Month = Annotated[date | None, day_option("--month", "台账月份的任一天,默认上报当月 · any day of the ledger's month")]
CLOSES = Text("上报编号 {id},{month} 台账{late}", "submission {id}, ledger of {month}{late}")
LATE = Text("(逾期)", " (late)")


def register(app: typer.Typer) -> None:
    """Add the commands to ``gisreg closeout``."""
    for command in (submit, reclaim, accept, withdraw):
        app.command()(command)
    app.command("return")(return_)


def submit(
    code: Code, based_on: BasedOn,
    proof: Proofs = None, on: On = None, month: Month = None,
    area_m2: Annotated[float | None, typer.Option(help="部分销号的土地面积 ㎡ · land area of a part")] = None,
    direction: Annotated[float, typer.Option(help="划出的推进方向,从北顺时针 · where the part is swept, degrees from north")] = 0.0,
    set_: Set = None, reason: Reason = None, role: AsRole = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """上报销号:佐证与成效(--set income_wan=…)· submit with proofs and results."""
    from gisreg.ledger.closeout.submitting import submit as work

    given = _Given(code, proof, on, month, area_m2, direction, set_)
    done = change(lambda c: work(c, basis_of(code, based_on), given.read(c), taken_by(role, reason)))
    _show_submitted(Step.SUBMIT, done, json=json)


def reclaim(
    code: Code, based_on: BasedOn, proof: Proofs = None, on: On = None, month: Month = None, set_: Set = None,
    reason: Reason = None, role: AsRole = None, json: JsonFlag = False,
) -> None:  # fmt: skip
    """部分收回要素:--set energy_tce=… water_t=…,不销号 · quotas taken back in part; the parcel stays."""
    from gisreg.ledger.closeout.submitting import reclaim as work

    given = _Given(code, proof, on, month, set_=set_)
    done = change(lambda c: work(c, basis_of(code, based_on), given.read(c), taken_by(role, reason)))
    _show_submitted(Step.RECLAIM, done, json=json)


@dataclass(frozen=True)
class _Given:
    """What a command was given to submit."""

    code: str
    proof: list[str] | None
    on: date | None
    month: date | None
    area_m2: float | None = None
    direction: float = 0.0
    set_: list[str] | None = None

    def read(self, connection: "Connection") -> "Submission":
        """With each file as a document of the parcel."""
        from gisreg.ledger.closeout.submitting import Submission

        results = pairs(self.set_)
        proofs = [_proof(one) for one in self.proof or ()]
        papers = [(kind, document_of(connection, self.code, paper, "--proof") or 0) for kind, paper in proofs]
        return Submission(papers, self.on, self.month, self.area_m2, self.direction, results)


def _show_submitted(step: Step, submitted: "Submitted", *, json: bool) -> None:
    done = submitted.as_json()
    if json:
        print_json(done)
        return
    for edit in done["edits"]:
        show_move(step, edit, json=False)
    _show_close_out(done["close_out"])


def accept(
    code: Code, based_on: BasedOn, on: On = None, reason: Reason = None, role: AsRole = None, json: JsonFlag = False
) -> None:
    """上级同意销号 · the upper level accepts."""
    from gisreg.ledger.closeout.submitting import accept as work

    done = change(lambda c: work(c, basis_of(code, based_on), on, taken_by(role, reason)))
    show_move(Step.ACCEPT, done.as_json(), json=json)


def return_(
    code: Code, based_on: BasedOn, reason: Because, on: On = None, role: AsRole = None, json: JsonFlag = False
) -> None:
    """上级退回 · the upper level returns it."""
    from gisreg.ledger.closeout.submitting import send_back

    done = change(lambda c: send_back(c, basis_of(code, based_on), on, taken_by(role, reason)))
    show_move(Step.RETURN, done.as_json(), json=json)


def withdraw(code: Code, based_on: BasedOn, reason: Because, role: AsRole = None, json: JsonFlag = False) -> None:
    """撤回上报 · take a submission back."""
    from gisreg.ledger.closeout.submitting import withdraw as work

    done = change(lambda c: work(c, basis_of(code, based_on), taken_by(role, reason)))
    show_move(Step.WITHDRAW, done.as_json(), json=json)


def _proof(given: str) -> tuple[str, str]:
    kind, _equals, paper = given.partition("=")
    if not paper.strip():
        raise PairUnreadable(where="--proof", value=given[:80], form="KIND=DOCUMENT | KIND=FILE")
    return kind.strip(), paper.strip()


def _show_close_out(row: Mapping[str, Any]) -> None:
    now = context()
    late = now.say(LATE) if row["late"] else ""
    print_line(now.say(CLOSES, id=row["id"], month=f"{row['ledger_month']:%Y-%m}", late=late))
