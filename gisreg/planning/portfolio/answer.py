"""A year's choice as people and machines read it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from gisreg.planning.formula import Range
from gisreg.planning.portfolio.sorting import at_most
from gisreg.planning.portfolio.supply import Option
from gisreg.text import Text
from gisreg.vocab import Kind


def exact(amount: Range | None) -> float | None:
    """An amount that is known."""
    return None if amount is None or amount.exact is None else round(amount.exact, 2)


@dataclass(frozen=True)
class Item:
    """A parcel taken into the portfolio."""

    option: Option
    start: int
    """Quarter of the year, from 1."""
    finish: int

    @property
    def cost_wan(self) -> float | None:
        """What it costs, where that is known exactly; nothing where no rule speaks of a cost."""
        return 0.0 if self.option.cost is None else exact(self.option.cost)

    @property
    def counted_wan(self) -> float | None:
        """What the spending counts of it: the most that it can cost; None where nothing bounds that."""
        most = at_most(self.option.cost)
        return round(most, 2) if math.isfinite(most) else None

    @property
    def least_wan(self) -> float | None:
        """The least that it costs."""
        cost = self.option.cost
        return None if cost is None or cost.nothing or not math.isfinite(cost.low) else round(cost.low, 2)

    def as_json(self, words: Mapping[str, Text]) -> dict[str, Any]:
        """For machines."""
        one, rule = self.option, self.option.rule
        return {
            "parcel_code": one.candidate.parcel_code, "name": one.candidate.name, "kind": one.candidate.kind,
            "township_code": one.candidate.township_code, "area_mu": round(one.candidate.area_mu or 0.0, 2),
            "label": str(rule.label), "measure": rule.measure, "measure_title": words[rule.measure]._asdict(),
            "agency": rule.agency, "basis": rule.basis, "start_quarter": self.start, "finish_quarter": self.finish,
            "cost_wan": exact(one.cost), "cost_low_wan": self.least_wan,
            "cost_high_wan": None if one.cost is None else self.counted_wan, "cost_counted_wan": self.counted_wan,
            "income_wan": exact(one.income), "waiting_wan": exact(one.waiting),
        }  # fmt: skip


@dataclass(frozen=True)
class TargetMet:
    """What becomes of one target, in mu."""

    kind: Kind
    target_mu: float
    done_mu: float
    gap_mu: float
    count: int


@dataclass(frozen=True)
class Portfolio:
    """The year's choice."""

    year: int
    run_id: int
    ruleset: str
    as_of: date
    items: list[Item]
    targets: list[TargetMet]
    budget_wan: float | None
    spent_wan: float
    """The sum of what the items count."""
    cost_ranged: int
    """Parcels taken whose cost is a range; the most of it is counted."""
    cost_unknown: int
    """Parcels taken whose cost nothing bounds, which only an order without a budget takes; they count for nothing."""
    income_wan: float
    income_unknown: int
    """Parcels taken whose income is not known; they count for nothing in the sum."""
    load: dict[str, list[int]]
    """By unit: parcels in hand in each quarter."""
    aside: dict[str, tuple[int, float]]
    """Why parcels were put aside: how many, and their mu."""
    aside_parcels: list[tuple[str, str, str]]
    """Code, reason and its detail."""
    advice: list[Text]
    """What would close the gap, or what limits the value."""
    mip_gap: float
    seconds: float
    words: dict[str, Text]
    """Titles of the measures."""
    units: dict[str, Text]
    """Titles of the units."""

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "year": self.year, "run_id": self.run_id, "ruleset": self.ruleset, "as_of": self.as_of.isoformat(),
            "targets": [
                {"kind": str(one.kind), "target_mu": round(one.target_mu, 2), "done_mu": round(one.done_mu, 2),
                 "gap_mu": round(one.gap_mu, 2), "count": one.count} for one in self.targets
            ],
            "budget_wan": self.budget_wan, "spent_wan": round(self.spent_wan, 2),
            "cost_ranged": self.cost_ranged, "cost_unknown": self.cost_unknown,
            "income_wan": round(self.income_wan, 2),
            "income_unknown": self.income_unknown, "load": self.load,
            "aside": {reason: {"count": count, "mu": round(mu, 2)} for reason, (count, mu) in self.aside.items()},
            "aside_parcels": [
                dict(zip(("parcel_code", "reason", "detail"), one, strict=True)) for one in self.aside_parcels
            ],
            "advice": [one._asdict() for one in self.advice],
            "mip_gap": self.mip_gap, "seconds": round(self.seconds, 2),
            "items": [one.as_json(self.words) for one in self.items],
        }  # fmt: skip
