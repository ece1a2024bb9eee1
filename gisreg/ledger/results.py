"""Results of close-outs: a month's columns of Annex 3, and what was done of a year's tasks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import Connection, text

from gisreg.db.sql import load
from gisreg.ledger.closeout.parts import with_in_part
from gisreg.parcels.read import Row
from gisreg.records import unusable
from gisreg.text import Text
from gisreg.vocab import Kind

SUMS = ("income_wan", "treasury_wan", "disposable_wan")
M2_PER_WAN_MU = Decimal(100_000_000) / Decimal(15)
"""10,000 mu = 666.67 ha."""
PER_CENT = Decimal(100)


@dataclass(frozen=True)
class MonthResults:
    """One month's ledger. Sums are of what is known; how many entries do not tell stands beside each. Quotas that were
    taken back in part are among the entries and in the sums; they are no project that was revived."""

    month: date
    items: list[Row]
    projects: int
    closed: int
    late: int
    sums_wan: dict[str, float | None]
    unknown: dict[str, int]
    quantities: dict[str, float] = field(default_factory=dict)
    """By unit: unlike units are never added up."""
    energy_tce: float | None = None
    water_t: float | None = None


def month_results(connection: Connection, county: str, month: date) -> MonthResults:
    """What the ledger of a month tells."""
    first = month.replace(day=1)
    statement = text(with_in_part(load("gisreg.ledger", "results.sql")))
    found = connection.execute(statement, {"county": county, "month": first})
    items = [dict(row) for row in found.mappings()]
    return MonthResults(
        month=first, items=items, projects=sum(not row["in_part"] for row in items),
        closed=sum(row["status"] == "accepted" and not row["in_part"] for row in items),
        late=sum(row["late"] and not row["in_part"] for row in items),
        sums_wan={name: _sum(items, name) for name in SUMS},
        unknown={name: sum(row[name] is None for row in items) for name in SUMS},
        quantities=_by_unit(items), energy_tce=_sum(items, "energy_tce"), water_t=_sum(items, "water_t"),
    )  # fmt: skip


def _sum(items: Sequence[Row], name: str) -> float | None:
    """The sum of what is known, to the cent; None where nothing is."""
    known = [Decimal(repr(row[name])) for row in items if row[name] is not None]
    return float(sum(known, Decimal(0))) if known else None


def _by_unit(items: Sequence[Row]) -> dict[str, float]:
    units = dict.fromkeys(row["quantity_unit"] for row in items if row["quantity_unit"] is not None)
    return {
        unit: _sum([row for row in items if row["quantity_unit"] == unit], "quantity") or 0.0 for unit in sorted(units)
    }


@dataclass(frozen=True)
class Done:
    """What was done of a kind's task; areas exact, the rate rounded last."""

    kind: Kind
    parcels: int
    closed: int
    area_m2: Decimal
    task_wan_mu: Decimal | None

    @property
    def done_wan_mu(self) -> Decimal:
        """In 10,000 mu."""
        return self.area_m2 / M2_PER_WAN_MU

    @property
    def rate(self) -> Decimal | None:
        """Of the task, exact."""
        return self.done_wan_mu / self.task_wan_mu if self.task_wan_mu else None

    def as_json(self) -> dict[str, Any]:
        """For programs: exact values, and the two figures as reports print them."""
        rate = self.rate
        return {
            "kind": str(self.kind), "parcels": self.parcels, "closed": self.closed, "area_m2": float(self.area_m2),
            "done_wan_mu": float(self.done_wan_mu),
            "task_wan_mu": None if self.task_wan_mu is None else float(self.task_wan_mu),
            "rate": None if rate is None else float(rate),
            "done_printed": str(rounded(self.done_wan_mu, 2)),
            "rate_printed": None if rate is None else f"{rounded(rate * PER_CENT, 2)}%",
        }  # fmt: skip


def rounded(value: Decimal, digits: int) -> Decimal:
    """As people round."""
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def done_between(
    connection: Connection, county: str, since: date, until: date, tasks: Mapping[str, Decimal] | None = None
) -> list[Done]:
    """Land submitted from one day to another, both included, against the tasks given in 10,000 mu.

    Raises:
        ValueUnusable: a task that is not above 0, or of no kind.
    """
    given = tasks or {}
    for kind, task in given.items():
        if kind not in list(Kind):
            raise unusable("task", kind, Text("、".join(Kind), f"one of {', '.join(Kind)}"))
        if not (task.is_finite() and task > 0):
            raise unusable("task", task, Text("大于 0 的万亩数", "a number of 10,000 mu above 0"))
    statement = text(with_in_part(load("gisreg.ledger", "done.sql")))
    found = connection.execute(statement, {"county": county, "since": since, "until": until}).mappings()
    by_kind = {row["kind"]: row for row in found}
    return [_done(kind, by_kind.get(kind), given.get(str(kind))) for kind in Kind]


def _done(kind: Kind, row: Any, task: Decimal | None) -> Done:
    if row is None:
        return Done(kind, 0, 0, Decimal(0), task)
    return Done(kind, row["parcels"], row["closed"], row["area_m2"], task)
