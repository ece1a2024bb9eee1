"""Watch for relapse after closing: a closed parcel whose facts say idle again becomes relapsed (二次闲置)."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

from gisreg.closeout.moves import By, take
from gisreg.closeout.rulebook import closeout_rules
from gisreg.closeout.words import Step
from gisreg.db.sql import load
from gisreg.parcels.asof import today
from gisreg.parcels.editing import Basis
from gisreg.parcels.read import Row

REASON = "跟踪发现二次闲置,自 {since} 起"


@dataclass(frozen=True)
class Watched:
    """What the watch found."""

    as_of: date
    idle_again: list[Row]
    to_find_out: list[Row]
    """Parcels of which a fact is missing that would tell."""
    marked: int = 0


def watch(connection: Connection, county: str, as_of: date | None = None, *, mark: bool = False) -> Watched:
    """Closed parcels that are idle again by their facts; with ``mark`` they become relapsed, each with its reason."""
    rules = closeout_rules().watch
    day = as_of or today()
    found = connection.execute(
        text(load("gisreg.closeout", "watch.sql")),
        {
            "county": county, "as_of": day, "months": rules.months, "halted_years": rules.halted_years,
            "empty_months": rules.empty_months, "started_share": rules.started_share,
            "invested_share": rules.invested_share,
        },
    )  # fmt: skip
    rows = [dict(row) for row in found.mappings()]
    idle = [row for row in rows if row["idle_again"]]
    unknown = [row for row in rows if not row["idle_again"]]
    if mark:
        for row in idle:
            by = By(reason=REASON.format(since=row["since"] or row["closed_on"]))
            take(connection, Basis(row["parcel_code"], row["version"]), Step.RELAPSE, by)
    return Watched(day, idle, unknown, len(idle) if mark else 0)
