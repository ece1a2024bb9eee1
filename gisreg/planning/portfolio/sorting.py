"""Which options can be chosen at all, and why the others cannot."""

import math
from dataclasses import dataclass

from gisreg.planning.formula import Range
from gisreg.planning.portfolio.model import QUARTERS
from gisreg.planning.portfolio.supply import Option, Supply
from gisreg.planning.portfolio.wanted import Order
from gisreg.text import Text

DAYS_A_QUARTER = 91
DEFAULT_DAYS = 180
"""For a rule that allows no time of its own."""
ASIDE = {
    "held": Text("受限制事项约束", "held by gates"),
    "no_measure": Text("没有可以销号的可行措施", "no measure is open that could close it"),
    "no_area": Text("面积不明", "its area is not known"),
    "cost_unknown": Text("费用不明,无法计入预算", "its cost is not known, so it fits no budget"),
    "too_long": Text("年内办不完", "cannot be finished within the year"),
    "deadline": Text("已定期限前办不完", "cannot be finished by the deadline of its plan"),
}  # fmt: skip


def quarters(option: Option) -> int:
    """For how many quarters a measure keeps its unit busy."""
    return max(1, math.ceil((option.rule.days or DEFAULT_DAYS) / DAYS_A_QUARTER))


def at_most(amount: Range | None) -> float:
    """What has to be reckoned with; infinite where nobody knows."""
    if amount is None:
        return 0.0
    return math.inf if amount.nothing else max(0.0, amount.high)


def at_least(amount: Range | None) -> float:
    """What can be counted on."""
    known = amount is not None and not amount.nothing and math.isfinite(amount.low)
    return amount.low if known and amount is not None else 0.0


@dataclass(frozen=True)
class SortedOut:
    """Options that can be chosen, and the parcels that have none, each with the reason."""

    options: list[Option]
    aside: dict[str, tuple[str, str, float]]
    """By parcel code: reason, detail, mu."""

    @classmethod
    def of(cls, given: Supply, order: Order) -> "SortedOut":
        """Look at every option of every parcel."""
        usable: list[Option] = []
        reasons: dict[str, tuple[str, str]] = {}
        for option in given.options:
            reason = _unusable(option, order)
            if reason is None:
                usable.append(option)
            else:
                reasons.setdefault(option.candidate.parcel_code, reason)
        taken = {option.candidate.parcel_code for option in usable}
        aside = {
            one.parcel_code: (*reasons.get(one.parcel_code, ("no_measure", "")), one.area_mu or 0.0)
            for one in given.candidates
            if one.parcel_code not in taken
        }
        return cls(usable, aside)

    def summed(self) -> dict[str, tuple[int, float]]:
        """Number and mu by reason."""
        found: dict[str, tuple[int, float]] = {}
        for reason, _, mu in self.aside.values():
            count, before = found.get(reason, (0, 0.0))
            found[reason] = (count + 1, before + mu)
        return found

    def listed(self) -> list[tuple[str, str, str]]:
        """Every parcel put aside."""
        return [(code, reason, detail) for code, (reason, detail, _) in self.aside.items()]


def _unusable(option: Option, order: Order) -> tuple[str, str] | None:
    """Why an option cannot be chosen."""
    if option.held_by and not order.with_held:
        return "held", ", ".join(option.held_by)
    if not option.candidate.area_mu:
        return "no_area", ""
    if order.budget_wan is not None and option.cost is not None and not math.isfinite(at_most(option.cost)):
        return "cost_unknown", option.rule.measure
    if quarters(option) > QUARTERS - order.begins + 1:
        return "too_long", str(quarters(option))
    if order.begins - 1 + quarters(option) > latest(option, order) + 1:
        return "deadline", str(option.candidate.due_on)
    return None


def latest(option: Option, order: Order) -> int:
    """The last quarter (from 0) that the deadline of an approved plan leaves, if deadlines are to be kept."""
    due = option.candidate.due_on
    if not order.keep_deadlines or due is None or due.year > order.year:
        return QUARTERS - 1
    return -1 if due.year < order.year else (due.month - 1) // 3
