"""``gisreg checkouts``: who has which parcels out in the field, and what became of each file."""

from typing import Annotated, Any

import typer

from gisreg.cli.database import actor, open_engine
from gisreg.cli.output import Context, JsonFlag, context, print_json, print_line, print_table
from gisreg.cli.parcels_read import County
from gisreg.counties import choose_county
from gisreg.db.engine import transaction
from gisreg.text import Text
from gisreg.vocab import CheckoutState

app = typer.Typer(no_args_is_help=True)

HEADINGS = Text("签出号|状态|领取人|时间|宗数|条件|文件", "check-out|state|who|when|parcels|filter|file")
TOTAL = Text("共 {total} 次签出,列出 {shown} 次", "{total} check-outs, {shown} listed")
ABOUT = Text(
    "签出 {id}:{state},{taken_by} 于 {checked_out_at} 领取 {rows} 宗({crs},{file_name})",
    "check-out {id}: {state}; {taken_by} took {rows} parcels at {checked_out_at} ({crs}, {file_name})",
)
FILTERED = Text("条件:{filter}", "filter: {filter}")
CLOSED = Text("{closed_at} 由 {closed_by} 结清 {reason}", "closed at {closed_at} by {closed_by} {reason}")
EDITS = Text("由此产生 {n} 次编辑:{ids}", "{n} edits came of it: {ids}")
ELSEWHERE = Text(
    "其中 {parcels} 宗同时在 {taken_by} 手中(签出 {id},{checked_out_at}):{codes}",
    "{parcels} of these parcels are also with {taken_by} (check-out {id}, {checked_out_at}): {codes}",
)
ABANDONED = Text(
    "签出 {id} 已作废,{rows} 宗不再算作在外", "check-out {id} is given up; its {rows} parcels count as out no longer"
)
SHOWN_IDS = 20

Id = Annotated[str, typer.Argument(help="签出号 · its number")]


@app.command("list")
def list_(
    county: County = None,
    state: Annotated[CheckoutState | None, typer.Option(help="状态 · state")] = None,
    parcel: Annotated[str | None, typer.Option(help="含有这一宗的 · those with this parcel")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="最多列出 · at most")] = 100,
    json: JsonFlag = False,
) -> None:
    """列出签出,新的在前 · list check-outs, the newest first."""
    from gisreg.checkout.held import listed  # noqa: PLC0415 - only these commands need it

    now = context()
    with open_engine(now.settings) as engine, transaction(engine) as connection:
        chosen = choose_county(connection, county or now.settings.county)
        found = listed(connection, chosen, state=state, parcel_code=parcel, limit=limit)
    if json:
        print_json({"total": found.total, "items": found.items})
        return
    print_table(now.say(HEADINGS).split("|"), [
        (one["id"], _state(now, one), one["taken_by"], _minute(one["checked_out_at"]), f"{one['rows']:,}",
         one["filter"] or "—", one["file_name"])
        for one in found.items
    ])  # fmt: skip
    print_line(now.say(TOTAL, total=f"{found.total:,}", shown=f"{len(found.items):,}"))


@app.command()
def show(checkout: Id, json: JsonFlag = False) -> None:
    """一次签出:谁、何时、多少宗、产生哪些编辑、与谁重叠 · one check-out and what came of it."""
    from gisreg.checkout.held import read  # noqa: PLC0415 - as above

    now = context()
    with open_engine(now.settings) as engine, transaction(engine) as connection:
        found = read(connection, checkout)
    if json:
        print_json(found)
        return
    _show(now, found)


@app.command()
def abandon(
    checkout: Id,
    reason: Annotated[str, typer.Option(help="理由,记入历史 · the reason, kept in the journal")],
    json: JsonFlag = False,
) -> None:
    """作废:文件不会回来了 · give up a file that does not come back."""
    from gisreg.checkout.held import abandon as work  # noqa: PLC0415 - as above

    now = context()
    with open_engine(now.settings) as engine, transaction(engine, actor(now.settings)) as connection:
        found = work(connection, checkout, reason)
    if json:
        print_json(found)
        return
    print_line(now.say(ABANDONED, **found))


def say_elsewhere(now: Context, one: Any) -> str:
    """Who else has some of the parcels."""
    codes = ", ".join(one.parcel_codes) + ("…" if one.parcels > len(one.parcel_codes) else "")
    at = _minute(one.checked_out_at)
    return now.say(
        ELSEWHERE, parcels=f"{one.parcels:,}", taken_by=one.taken_by, id=one.id, checked_out_at=at, codes=codes
    )


def _show(now: Context, found: dict[str, Any]) -> None:
    told = {**found, "state": _state(now, found), "checked_out_at": _minute(found["checked_out_at"])}
    print_line(now.say(ABOUT, **{**told, "rows": f"{found['rows']:,}"}))
    if found["filter"]:
        print_line(now.say(FILTERED, filter=found["filter"]))
    if found["closed_at"]:
        reason = f"({found['closed_reason']})" if found["closed_reason"] else ""
        print_line(now.say(CLOSED, closed_at=_minute(found["closed_at"]), closed_by=found["closed_by"], reason=reason))
    if found["edits"]:
        ids = ", ".join(str(one["id"]) for one in found["edits"][:SHOWN_IDS])
        print_line(now.say(EDITS, n=len(found["edits"]), ids=ids + ("…" if len(found["edits"]) > SHOWN_IDS else "")))
    for one in found["elsewhere"]:
        print_line(say_elsewhere(now, one))


def _state(now: Context, one: dict[str, Any]) -> str:
    return next(state for state in CheckoutState if state == one["state"]).titles.say(now.language)


def _minute(at: Any) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
