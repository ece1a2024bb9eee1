"""The periods and shares of the law by which the clock goes: parameters of the rule set, here and nowhere else.

The facts in SQL, the clock in Python and the rules' own conditions all take them from the same set, so that a county
that changes one changes it everywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from gisreg.text import Text


@dataclass(frozen=True)
class Limits:
    """How long the periods are, and how much counts as little; a set that does not say has those of national law."""

    idle_years: int = 1
    """Full years past the agreed start, or stopped, until land is idle."""
    reclaim_years: int = 2
    """Full years without a start until it can be reclaimed."""
    approval_lapse_months: int = 24
    """Full months until an approval that was not used lapses."""
    idle_started_part: int = 3
    """Started land is idle below one such part of what is due: 3 for a third, which no decimal fraction is."""
    idle_invested_share: float = 0.25
    """Or below this share of the investment."""


NATIONAL_LIMITS = Limits()
RANGES: dict[str, tuple[float, float]] = {
    "idle_years": (1, 20), "reclaim_years": (1, 20), "approval_lapse_months": (1, 600), "idle_started_part": (2, 100),
    "idle_invested_share": (0, 1),
}  # fmt: skip
"""What can be told of each: least and most."""
NAMES = tuple(field.name for field in fields(Limits))
WHOLE = tuple(name for name in NAMES if isinstance(getattr(NATIONAL_LIMITS, name), int))


def limits_of(values: Mapping[str, Any]) -> Limits:
    """The limits among a set's parameters, given as values by name."""
    return Limits(**{name: values[name] for name in NAMES if name in values})


def fault_of(name: str, value: Any) -> Text | None:
    """What is wrong with a parameter as a limit; None for other parameters and sound ones."""
    if name not in NAMES:
        return None
    kinds = int if name in WHOLE else int | float
    least, most = RANGES[name]
    if isinstance(value, kinds) and not isinstance(value, bool) and least <= value <= most:
        return None
    zh, en = ("整数", "a whole number") if name in WHOLE else ("数", "a number")
    return Text(f"{value} 应为 {least:g} 至 {most:g} 的{zh}", f"{value} should be {en} from {least:g} to {most:g}")
