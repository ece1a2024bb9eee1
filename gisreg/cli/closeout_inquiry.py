# ruff: noqa: PLC0415 - each command imports what it runs, so that --help starts at once

"""``gisreg closeout``: suspected idle land is investigated, then determined idle or cleared."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

import typer

from gisreg.cli.closeout_options import (
    AsRole,
    Because,
    Document,
    On,
    Reason,
    basis_of,
    document_of,
    show_move,
    taken_by,
)
from gisreg.cli.output import JsonFlag
from gisreg.cli.records import BasedOn, Code, change
from gisreg.days import today
from gisreg.ledger.closeout.words import Role, Step

if TYPE_CHECKING:
    from gisreg.parcels.editing import Edited


def register(app: typer.Typer) -> None:
    """Add the commands to ``gisreg closeout``."""
    for command in (investigate, determine, clear):
        app.command()(command)


def investigate(
    code: Code, based_on: BasedOn, on: On = None, document: Document = None, reason: Reason = None, role: AsRole = None,
    json: JsonFlag = False,
) -> None:  # fmt: skip
    """疑似闲置:送达调查通知书 · suspected idle land: notice of investigation served."""
    from gisreg.ledger.closeout.inquiry import investigate as work

    _take(Step.INVESTIGATE, work, code, based_on, on=on, document=document, reason=reason, role=role, json=json)


def determine(
    code: Code, based_on: BasedOn, on: On = None, document: Document = None, reason: Reason = None, role: AsRole = None,
    json: JsonFlag = False,
) -> None:  # fmt: skip
    """闲置土地认定书已出:入库 · determined idle: registered."""
    from gisreg.ledger.closeout.inquiry import determine as work

    _take(Step.DETERMINE, work, code, based_on, on=on, document=document, reason=reason, role=role, json=json)


def clear(
    code: Code, based_on: BasedOn, reason: Because, on: On = None, document: Document = None, role: AsRole = None,
    json: JsonFlag = False,
) -> None:  # fmt: skip
    """调查后不构成闲置:核减 · found not idle: struck off."""
    from gisreg.ledger.closeout.inquiry import clear as work

    _take(Step.CLEAR, work, code, based_on, on=on, document=document, reason=reason, role=role, json=json)


def _take(
    step: Step,
    work: "Callable[..., Edited]",
    code: str,
    based_on: int,
    *,
    on: date | None,
    document: str | None,
    reason: str | None,
    role: Role | None,
    json: bool,
) -> None:
    """A step with its day and its paper."""
    day, by = on or today(), taken_by(role, reason)
    done = change(lambda c: work(c, basis_of(code, based_on), day, document_of(c, code, document), by))
    show_move(step, done.as_json(), json=json)
