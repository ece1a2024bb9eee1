# ruff: noqa: PLC0415 - an option and its help stay in one piece; each command imports what it runs, so that --help starts at once

"""``gisreg closeout``: suspected idle land is investigated, then determined idle or cleared."""

import typer

from gisreg.cli.closeout_options import AsRole, Because, Document, On, Reason, basis_of, show_move, taken_by
from gisreg.cli.output import JsonFlag
from gisreg.cli.records import BasedOn, Code, change
from gisreg.ledger.closeout.words import Step


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
    from gisreg.parcels.asof import today

    done = change(lambda c: work(c, basis_of(code, based_on), on or today(), document, taken_by(role, reason)))
    show_move(Step.INVESTIGATE, done.as_json(), json=json)


def determine(
    code: Code, based_on: BasedOn, on: On = None, document: Document = None, reason: Reason = None, role: AsRole = None,
    json: JsonFlag = False,
) -> None:  # fmt: skip
    """闲置土地认定书已出:入库 · determined idle: registered."""
    from gisreg.ledger.closeout.inquiry import determine as work
    from gisreg.parcels.asof import today

    done = change(lambda c: work(c, basis_of(code, based_on), on or today(), document, taken_by(role, reason)))
    show_move(Step.DETERMINE, done.as_json(), json=json)


def clear(
    code: Code, based_on: BasedOn, reason: Because, on: On = None, document: Document = None, role: AsRole = None,
    json: JsonFlag = False,
) -> None:  # fmt: skip
    """调查后不构成闲置:核减 · found not idle: struck off."""
    from gisreg.ledger.closeout.inquiry import clear as work
    from gisreg.parcels.asof import today

    done = change(lambda c: work(c, basis_of(code, based_on), on or today(), document, taken_by(role, reason)))
    show_move(Step.CLEAR, done.as_json(), json=json)
