"""Which option of which parcel to begin in which quarter: the search, with HiGHS (MIT) as the solver.

Two steps. First the smallest gap to the targets (mu); then, with that gap and a little more, the largest value (10,000
yuan): income less cost, less what waiting costs until the end of the quarter in which the work is finished. Without the
little more hardly any other choice would be left: the last mu would decide on everything. Where the targets seem to be
in reach the second step is tried at once: a choice of no gap needs no search for the smallest.

Each search goes by rounds. The relaxation puts a price on every way: a choice that takes it is so much worse at least
than the best that can be hoped for. A round looks among the cheap ones; what it leaves out is worse than what it found
once their price is, and so the answer is proved for all ways although most are never looked at.
"""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from gisreg.errors import ResourceError
from gisreg.planning.portfolio.matrix import Found, Matrix, Relaxed
from gisreg.planning.portfolio.model import QUARTERS, UNLIMITED, Prices, Problem, Solution
from gisreg.text import Text

if TYPE_CHECKING:
    import numpy as np

GAP = 0.005
"""How far the value may be from the largest, as a share."""
GAP_OF_REACHED = 5e-3
"""How much of what can be reached of the targets (mu) both steps together may leave, as a share."""
TIME_LIMIT_S = 28.0
"""For everything together."""
SLACK_MU = 1e-3
"""What counts as nothing."""
FIRST_SHARE = 0.18
"""Of a search's time, for its first round."""
FIRST_WAYS = 600
"""So many ways the first round looks at, of those that the relaxation does not take."""


class NoSolution(ResourceError):
    """The solver found nothing in its time."""

    what: ClassVar[Text] = Text("求解器未能在限时内给出方案", "the solver found no portfolio in its time")
    mend: ClassVar[Text] = Text("请减少宗地或放宽要求后重试", "try again with fewer parcels or wider limits")


def solve(problem: Problem, time_limit_s: float = TIME_LIMIT_S) -> Solution:
    """Choose.

    Raises:
        NoSolution: the solver gave up without any choice; since an empty one is possible, only for want of time.
    """
    return _Search(problem, time_limit_s).answer()


class _Search:
    """One question under way."""

    def __init__(self, problem: Problem, time_limit_s: float) -> None:
        self._problem = problem
        self._began = time.monotonic()
        self._ends = self._began + time_limit_s
        self._matrix = Matrix(problem)

    @property
    def _left_s(self) -> float:
        return max(0.0, self._ends - time.monotonic())

    def answer(self) -> Solution:
        """Both steps, or the second alone."""
        self._matrix.set_cost(0.0, 1.0)
        hoped = self._matrix.relax()
        least = Found(None, 0.0, 0.0)
        relaxed, best = hoped, least
        if hoped.objective <= SLACK_MU:
            relaxed, best = self._largest_value(SLACK_MU, self._left_s * 2 / 3, least)
        if best.values is None:
            least = self._smallest_gap(hoped)
            spare = self._spare_mu(least.objective) if least.objective > SLACK_MU else SLACK_MU
            relaxed, best = self._largest_value(least.objective + spare, self._left_s, least)
        if best.values is None:
            raise NoSolution
        return self._told(hoped, least, relaxed, best)

    def _told(self, hoped: Relaxed, least: Found, relaxed: Relaxed, best: Found) -> Solution:
        chosen = self._matrix.chosen(best)
        gaps = self._matrix.gaps(chosen)
        away_mu, away_wan = (max(0.0, found.objective - found.bound) for found in (least, best))
        return Solution(
            chosen=chosen,
            gaps_mu=gaps,
            gap_prices=hoped.limits if sum(gaps) > SLACK_MU else Prices(),
            value_prices=relaxed.limits,
            value_wan=-best.objective,
            mip_gap=max(away_mu / max(sum(self._problem.targets_mu), 1.0), away_wan / max(abs(best.objective), 1.0)),
            seconds=time.monotonic() - self._began,
        )

    def _smallest_gap(self, hoped: Relaxed) -> Found:
        """The first step: minimise the mu that are missing."""
        self._matrix.set_cost(0.0, 1.0)
        self._matrix.limit_gaps(UNLIMITED)
        return self._best(hoped, self._spare_mu, self._left_s / 2, None)

    def _largest_value(self, most_mu: float, seconds: float, known: Found) -> tuple[Relaxed, Found]:
        """The second step: maximise the value, the gaps no larger than that."""
        self._matrix.set_cost(-self._values(), 0.0)
        self._matrix.limit_gaps(most_mu)
        relaxed = self._matrix.relax()
        return relaxed, self._best(relaxed, lambda loss: GAP * abs(loss), seconds, known.values)

    def _values(self) -> "np.ndarray":
        """Of each way begun in each quarter."""
        starts = self._matrix.starts
        of = {name: values[starts.way] for name, values in self._matrix.ways.items()}
        value: np.ndarray = of["income_wan"] - of["cost_wan"] - of["waiting_wan"] * (starts.finish + 1) / QUARTERS
        # to be done counts for something even where no figure is known: a parcel closed, the earlier the better
        value += of["waiting_wan"] + 1e-3 * (QUARTERS - starts.finish) - 1e-4 * of["rank"]
        return value

    def _spare_mu(self, gap_mu: float) -> float:
        """What each step may lose of the area for the sake of time or value."""
        return max(SLACK_MU, GAP_OF_REACHED / 2 * (sum(self._problem.targets_mu) - gap_mu))

    def _best(
        self, relaxed: Relaxed, allowed: Callable[[float], float], seconds: float, known: "np.ndarray | None"
    ) -> Found:
        """At most two rounds: among the cheapest ways, then among all that a better choice could take."""
        ends = time.monotonic() + seconds
        best = Found(known, UNLIMITED if known is None else self._matrix.cost_of(known), relaxed.objective)
        away = allowed(relaxed.objective) / 2
        dearest = _first_limit(relaxed)
        best = self._round(relaxed, dearest, away, seconds * FIRST_SHARE if dearest < UNLIMITED else seconds, best)
        proved = best.values is not None and best.objective - best.bound <= allowed(best.objective)
        if proved or dearest == UNLIMITED:
            return best
        if best.values is not None:
            away = min(away, allowed(best.objective) / 2)
        dearest = max(dearest, best.objective - away - relaxed.objective)
        return self._round(relaxed, dearest, away, ends - time.monotonic(), best)

    def _round(self, relaxed: Relaxed, dearest: float, away: float, seconds: float, best: Found) -> Found:
        """Look among the ways that cost no more than that; any choice with another one is worse by more."""
        found = self._matrix.best_among(relaxed.prices <= dearest, away, seconds, best.values)
        bound = max(best.bound, min(found.bound, relaxed.objective + dearest))
        better = found if found.objective < best.objective else best
        return Found(better.values, better.objective, bound)


def _first_limit(relaxed: Relaxed) -> float:
    """The price up to which the first round looks; infinite where there are few ways."""
    dearer = sorted(price for price in relaxed.prices.tolist() if price >= 0)
    return dearer[FIRST_WAYS] if len(dearer) > FIRST_WAYS else UNLIMITED
