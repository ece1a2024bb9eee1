"""Watch for relapse after closing: a closed parcel that is idle again by what is known since becomes relapsed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, text

from gisreg.days import today
from gisreg.db.sql import load
from gisreg.ledger.closeout.dated import take
from gisreg.ledger.closeout.moves import By
from gisreg.ledger.closeout.rulebook import closeout_rules
from gisreg.ledger.closeout.words import Sign, Step, term
from gisreg.parcels.editing import Basis
from gisreg.parcels.read import Row
from gisreg.text import Text

REASON = Text("跟踪发现二次闲置:{signs}", "found idle again by the watch: {signs}")
CLOCK_EVENTS = ":clock_events"
"""Where the statement has the events that move a clock: the same ones by which parcels are labelled."""
OF_A_SIGN = ("sign", "since", "idle_again")


@dataclass(frozen=True)
class Watched:
    """What the watch found."""

    as_of: date
    idle_again: list[Row]
    to_find_out: list[Row]
    """Parcels that somebody must look at: a fact is missing that would tell, or a survey lists them again."""
    marked: int = 0


def watch(
    connection: Connection, county: str, as_of: date | None = None, *, mark: bool = False, by: By | None = None
) -> Watched:
    """Closed parcels that are idle again by their facts; with ``mark`` they become relapsed, each with its reason."""
    day = as_of or today()
    rows = [_told(list(of_parcel)) for _code, of_parcel in groupby(_signs(connection, county, day), _code_of)]
    idle = [row for row in rows if row["idle_again"]]
    unknown = [row for row in rows if not row["idle_again"]]
    if mark:
        for row in idle:
            why = By(by.role if by else None, _reason(row["signs"]))
            take(connection, Basis(row["parcel_code"], row["version"]), Step.RELAPSE, why)
    return Watched(day, idle, unknown, len(idle) if mark else 0)


def _signs(connection: Connection, county: str, day: date) -> Iterable[Row]:
    rules = closeout_rules().watch
    given = {
        "county": county, "as_of": day, "months": rules.months, "halted_years": rules.halted_years,
        "empty_months": rules.empty_months, "started_share": rules.started_share,
        "invested_share": rules.invested_share,
    }  # fmt: skip
    events = load("gisreg.planning.clock", "events.sql")
    statement = load("gisreg.ledger.closeout", "watch.sql").replace(CLOCK_EVENTS, events)
    found = connection.execute(text(statement), {**given, "instant": None})
    return [dict(row) for row in found.mappings()]


def _code_of(row: Row) -> Any:
    return row["parcel_code"]


def _told(rows: list[Row]) -> Row:
    """One parcel with all its signs; where some say idle again, since the first of those."""
    certain = [row for row in rows if row["idle_again"]]
    days = [row["since"] for row in certain or rows if row["since"] is not None]
    parcel = {name: value for name, value in rows[0].items() if name not in OF_A_SIGN}
    signs = [
        {"sign": row["sign"], "title": term(Sign, row["sign"]).titles._asdict(), "since": row["since"],
         "certain": row["idle_again"]}
        for row in rows
    ]  # fmt: skip
    return {**parcel, "since": min(days, default=None), "signs": signs, "idle_again": bool(certain)}


def _reason(signs: Sequence[Row]) -> str:
    """In both languages, as it is kept in the history."""
    zh = "、".join(one["title"]["zh"] + (f"(自 {one['since']})" if one["since"] else "") for one in signs)
    en = ", ".join(one["title"]["en"] + (f" (since {one['since']})" if one["since"] else "") for one in signs)
    return f"{REASON.say('zh', signs=zh)} · {REASON.say('en', signs=en)}"
