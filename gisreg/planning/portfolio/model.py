"""What a year's portfolio is chosen from, in plain numbers, and what comes out of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

QUARTERS = 4
UNLIMITED = float("inf")


@dataclass(frozen=True)
class Way:
    """One option of one parcel, in plain numbers."""

    parcel: int
    """Which parcel, from 0."""
    group: int
    """Which target it counts for; -1 for none."""
    unit: int
    """Which unit does it; -1 for one without a limit."""
    area_mu: float
    quarters: int
    """For how many quarters it keeps the unit busy."""
    cost_wan: float = 0.0
    income_wan: float = 0.0
    waiting_wan: float = 0.0
    """What each year of waiting costs."""
    latest: int = QUARTERS - 1
    """The last quarter in which it may be finished, from 0."""
    rank: int = 0
    """Its place among the parcel's options; decides between equals."""


@dataclass(frozen=True)
class Problem:
    """All that limits the choice; a limit of ``inf`` is none."""

    ways: Sequence[Way]
    targets_mu: Sequence[float]
    budget_wan: float = UNLIMITED
    capacity: Sequence[float] = ()
    first: int = 0
    """The first quarter that is still ahead."""


@dataclass(frozen=True)
class Chosen:
    """A way and the quarters from which to which it goes, from 0."""

    way: int
    start: int
    finish: int


@dataclass(frozen=True)
class Prices:
    """What one more of a limit would bring: mu of a smaller gap, or 10,000 yuan where there is no gap."""

    budget: float = 0.0
    """For 10,000 yuan more."""
    capacity: dict[tuple[int, int], float] = field(default_factory=dict)
    """By unit and quarter, for one more parcel in hand."""


@dataclass(frozen=True)
class Solution:
    """What is chosen, and what stood in the way of more."""

    chosen: list[Chosen]
    gaps_mu: list[float]
    """By target."""
    gap_prices: Prices
    """In mu; all nothing where the targets are met."""
    value_prices: Prices
    """In 10,000 yuan."""
    value_wan: float
    mip_gap: float
    """How far from the best it may be at most, as a share of the targets or of the value, whichever is larger."""
    seconds: float
