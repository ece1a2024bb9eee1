# ruff: noqa: PLC0415 - each command imports what it runs, so that --help starts at once

"""Shared by the commands of ``gisreg closeout``: options, the version seen, who takes a step, how a step is shown."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gisreg.cli.dates import day_option
from gisreg.cli.output import Context, context, print_json, print_line, print_table
from gisreg.cli.parcels_edit import PairUnreadable
from gisreg.cli.records import look
from gisreg.ledger.closeout.words import Role, Step, term
from gisreg.text import Text
from gisreg.vocab import State

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gisreg.ledger.closeout.moves import By
    from gisreg.parcels.editing import Basis

AsRole = Annotated[Role | None, typer.Option("--role", help="以何种身份办理 · as whom the step is taken")]
Reason = Annotated[str | None, typer.Option(help="理由,记入历史 · the reason, kept in the history")]
Because = Annotated[str, typer.Option("--reason", help="理由,记入历史 · the reason, kept in the history")]
Document = Annotated[str | None, typer.Option(help="文档编号或要附上的文件 · a document's number, or a file")]
On = Annotated[date | None, day_option("--on", "日期,默认今天 · the day, today if not given")]
Agency = Annotated[str | None, typer.Option(help="责任单位 · responsible unit")]
Person = Annotated[str | None, typer.Option(help="责任人 · responsible person")]
Leader = Annotated[str | None, typer.Option(help="包联领导 · leader in charge")]
DueOn = Annotated[date | None, day_option("--due-on", "期限 · due")]

MOVED = Text("{code} {step}:{state}(第 {version} 版)", "{code} {step}: {state} (version {version})")
IN_PART = Text("部分收回", "taken back in part")
"""Of a close-out of no land: quotas that are booked while the parcel stays."""
MOST_DIGITS = 18
"""Of a key in the database."""
STEP_HEADINGS = Text(
    "步骤|内容|责任单位|责任人|包联领导|期限|完成|版本", "step|what|unit|person|leader|due|done|version"
)


def basis_of(code: str, based_on: int) -> "Basis":
    """The version that was seen."""
    from gisreg.parcels.editing import Basis

    return Basis(code, based_on)


def taken_by(role: Role | None, reason: str | None) -> "By":
    """Who takes the step, and why."""
    from gisreg.ledger.closeout.moves import By

    return By(role, reason)


def document_of(connection: "Connection", code: str, given: str | None, option: str = "--document") -> int | None:
    """The number of a document; a file becomes one of the parcel in the same transaction.

    Raises:
        PairUnreadable: a number that cannot be one; and what attaching raises.
    """
    from gisreg.documents import Attaching, DocumentType, attach, store_of

    if given is None:
        return None
    if given.isascii() and given.isdigit():
        if len(given) > MOST_DIGITS:
            raise PairUnreadable(where=option, value=given[:80], form="DOCUMENT | FILE")
        return int(given)
    file = Path(given)
    with file.open("rb") as source:
        row = attach(connection, store_of(context().settings), code, source, Attaching(file.name, DocumentType.PROOF))
    return int(row["id"])


def words(now: Context, titles: Mapping[str, str]) -> str:
    """Wording of a table in the language chosen."""
    return titles[now.language]


def show_move(step_taken: Step, done: Mapping[str, Any], *, json: bool) -> None:
    """Each parcel in its new state."""
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


def show_steps(now: Context, steps: Sequence[Mapping[str, Any]]) -> None:
    """Steps of a plan."""
    title = "title_zh" if now.language == "zh" else "title_en"
    rows = [
        tuple(one[name] for name in ("step_no", title, "agency", "person", "leader", "due_on", "done_on", "version"))
        for one in steps
    ]
    print_table(now.say(STEP_HEADINGS).split("|"), rows)
