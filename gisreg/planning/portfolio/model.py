"""The mixed-integer programme: which option of which parcel to begin in which quarter, solved by HiGHS.

Two steps. First the smallest gap to the targets (mu); then, with that gap and a little more, the largest value (10,000
yuan): income less cost, less what waiting costs until the end of the quarter in which the work is finished. Without the
little more hardly any other choice would be left: the last mu would decide on everything.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

from gisreg.errors import ResourceError
from gisreg.text import Text

if TYPE_CHECKING:
    import numpy as np

QUARTERS = 4
GAP = 0.005
"""How far the value may be from the largest, as a share."""
GAP_OF_REACHED = 5e-3
"""How much of what can be reached of the targets (mu) both steps together may leave, as a share."""
SURE = (("mip_rel_gap", 0.0), ("random_seed", 0), ("threads", 1))
"""For all solvers: the gap is given as it is, and the same question has the same answer."""
TIME_LIMIT_S = 12.0
"""For each of the two steps."""
NARROW_TIME_LIMIT_S = 8.0
"""Of which for the search among the columns that matter."""
SLACK_MU = 1e-3
"""What counts as nothing."""
UNLIMITED = float("inf")


class NoSolution(ResourceError):
    """The solver found nothing in its time."""

    what: ClassVar[Text] = Text("求解器没有给出方案:{status}", "the solver found no portfolio: {status}")
    mend: ClassVar[Text] = Text("请减少宗地或放宽要求后重试", "try again with fewer parcels or wider limits")


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


@dataclass(frozen=True)
class _Columns:
    """One column for each way and quarter to begin with."""

    way: "np.ndarray"
    start: "np.ndarray"
    finish: "np.ndarray"


def solve(problem: Problem, time_limit_s: float = TIME_LIMIT_S) -> Solution:
    """Choose.

    Raises:
        NoSolution: the solver gave up without any choice; since an empty one is possible, only for want of time.
    """
    programme = _Programme(problem)
    started = programme.seconds
    least = programme.smallest_gap(time_limit_s)
    gap_prices = programme.prices() if sum(least.gaps) > SLACK_MU else Prices()
    best = programme.largest_value(least.gaps, time_limit_s)
    value_prices = programme.prices()
    chosen = programme.chosen(best.columns)
    return Solution(
        chosen=chosen,
        gaps_mu=programme.gaps(chosen),
        gap_prices=gap_prices,
        value_prices=value_prices,
        value_wan=best.objective,
        mip_gap=max(least.away / max(sum(problem.targets_mu), 1.0), best.away / max(abs(best.objective), 1.0)),
        seconds=programme.seconds - started,
    )


@dataclass(frozen=True)
class _Result:
    columns: "np.ndarray"
    gaps: list[float]
    objective: float
    away: float
    """How far the best possible may be from it."""
    values: "np.ndarray"
    """Of all columns, those of the gaps among them."""


@dataclass(frozen=True)
class _Relaxed:
    """What would be best if parts of a way could be taken: no whole choice is better."""

    objective: float
    values: "np.ndarray"
    reduced_costs: "np.ndarray"


class _Programme:
    """The matrix, built once; each step sets its own objective over it.

    Rows: one a parcel (at most one way), one a target (area and gap reach it), the budget, one a unit and quarter,
    and all gaps together.
    Columns: one a way and quarter to begin, then one a target for its gap.
    """

    def __init__(self, problem: Problem) -> None:
        import highspy  # noqa: PLC0415 - wanted here only
        import numpy as np  # noqa: PLC0415 - as above

        self._np, self._highs = np, highspy
        self._spent = 0.0
        self._values = self._duals = np.zeros(0)
        self._problem = problem
        self._columns = self._possible()
        self._ways = {
            name: np.array([getattr(way, name) for way in problem.ways])
            for name in ("parcel", "group", "unit", "area_mu", "cost_wan", "income_wan", "waiting_wan", "rank")
        }
        self._solver: Any = highspy.Highs()  # type: ignore[no-untyped-call] # it has no types
        self._solver.silent()
        # the presolver spends minutes on the many like columns and then finds little
        for option, value in (("presolve", "off"), *SURE):
            self._solver.setOptionValue(option, value)
        self._solver.passModel(self._model())

    @property
    def seconds(self) -> float:
        """Spent by the solvers so far."""
        return float(self._solver.getRunTime()) + self._spent

    def _possible(self) -> _Columns:
        np = self._np
        found = [
            (number, start, start + way.quarters - 1)
            for number, way in enumerate(self._problem.ways)
            for start in range(self._problem.first, QUARTERS)
            if start + way.quarters - 1 <= min(way.latest, QUARTERS - 1)
        ]
        table = np.array(found, dtype=np.int64).reshape(-1, 3)
        return _Columns(table[:, 0], table[:, 1], table[:, 2])

    def _model(self) -> Any:
        np, highspy = self._np, self._highs
        rows, columns, values = self._entries()
        lower, upper = self._row_bounds()
        chosen, gaps = len(self._columns.way), len(self._problem.targets_mu)
        order = np.lexsort((rows, columns))
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = chosen + gaps, len(lower)
        model.col_cost_ = np.zeros(chosen + gaps)
        model.col_lower_ = np.zeros(chosen + gaps)
        model.col_upper_ = np.r_[np.ones(chosen), np.array(self._problem.targets_mu, dtype=float)]
        model.row_lower_, model.row_upper_ = lower, upper
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_ = np.searchsorted(columns[order], np.arange(chosen + gaps + 1))
        model.a_matrix_.index_ = rows[order]
        model.a_matrix_.value_ = values[order]
        kinds = highspy.HighsVarType
        model.integrality_ = [kinds.kInteger] * chosen + [kinds.kContinuous] * gaps
        return model

    @property
    def _row_of(self) -> tuple[int, int, int]:
        """The first rows of the targets, the budget and the units."""
        parcels = int(self._ways["parcel"].max(initial=-1)) + 1
        targets = len(self._problem.targets_mu)
        return parcels, parcels + targets, parcels + targets + 1

    def _row_bounds(self) -> tuple["np.ndarray", "np.ndarray"]:
        np, problem = self._np, self._problem
        parcels, budget, units = self._row_of
        lower = np.full(units + len(problem.capacity) * QUARTERS + 1, -UNLIMITED)
        upper = np.ones(len(lower))
        lower[parcels:budget], upper[parcels:budget] = np.array(problem.targets_mu, dtype=float), UNLIMITED
        upper[budget] = problem.budget_wan
        upper[units:-1] = np.repeat(np.array(problem.capacity, dtype=float), QUARTERS)
        upper[-1] = UNLIMITED
        return lower, upper

    def _entries(self) -> tuple["np.ndarray", "np.ndarray", "np.ndarray"]:
        """Row, column and value of everything in the matrix that is not nothing."""
        np, table = self._np, self._columns
        first_target, budget, first_unit = self._row_of
        every = np.arange(len(table.way))
        of = {name: values[table.way] for name, values in self._ways.items()}
        counted, limited, paid = of["group"] >= 0, of["unit"] >= 0, of["cost_wan"] > 0
        targets = np.arange(len(self._problem.targets_mu))
        all_gaps = first_unit + len(self._problem.capacity) * QUARTERS
        parts = [
            (of["parcel"], every, np.ones(len(every))),
            (first_target + of["group"][counted], every[counted], of["area_mu"][counted]),
            (first_target + targets, len(every) + targets, np.ones(len(targets))),
            (np.full(len(targets), all_gaps), len(every) + targets, np.ones(len(targets))),
            (np.full(paid.sum(), budget), every[paid], of["cost_wan"][paid]),
        ]
        for quarter in range(QUARTERS):
            busy = limited & (table.start <= quarter) & (quarter <= table.finish)
            parts.append((first_unit + of["unit"][busy] * QUARTERS + quarter, every[busy], np.ones(busy.sum())))
        rows, columns, values = (np.concatenate(part) for part in zip(*parts, strict=True))
        return rows.astype(np.int32), columns.astype(np.int32), values.astype(float)

    def smallest_gap(self, time_limit_s: float) -> _Result:
        """The first step: minimise the mu that are missing."""
        np, targets = self._np, self._problem.targets_mu
        cost = np.r_[np.zeros(len(self._columns.way)), np.ones(len(targets))]
        return self._run(cost, self._spare_mu, time_limit_s)

    def largest_value(self, gaps: Sequence[float], time_limit_s: float) -> _Result:
        """The second step: maximise the value, the gaps no larger than found."""
        np, table = self._np, self._columns
        of = {name: values[table.way] for name, values in self._ways.items()}
        value = of["income_wan"] - of["cost_wan"] - of["waiting_wan"] * (table.finish + 1) / QUARTERS
        # to be done counts for something even where no figure is known: a parcel closed, the earlier the better
        value = value + of["waiting_wan"] + 1e-3 * (QUARTERS - table.finish) - 1e-4 * of["rank"]
        known = self._highs.HighsSolution()  # a choice with these gaps, to begin with
        known.col_value = list(self._values)
        all_gaps, missing = self._solver.getNumRow() - 1, sum(gaps)
        self._solver.changeRowBounds(all_gaps, -UNLIMITED, missing + self._spare_mu(missing))
        result = self._run(np.r_[-value, np.zeros(len(gaps))], lambda loss: GAP * abs(loss), time_limit_s, known)
        return replace(result, objective=-result.objective)

    def _spare_mu(self, gap_mu: float) -> float:
        """What each step may lose of the area for the sake of time or value; nothing where the targets can be met."""
        reached = sum(self._problem.targets_mu) - gap_mu
        return SLACK_MU if gap_mu <= SLACK_MU else max(SLACK_MU, GAP_OF_REACHED / 2 * reached)

    def _run(
        self, cost: "np.ndarray", allowed: Callable[[float], float], time_limit_s: float, known: Any = None
    ) -> _Result:
        """The relaxation says how good a choice can be and which columns matter; among these a choice is soon found;
        where that one is farther from the best than allowed, the search among all columns begins with it."""
        solver, count = self._solver, len(cost)
        solver.changeColsCost(count, self._np.arange(count, dtype=self._np.int32), cost)
        ends = self.seconds + time_limit_s
        relaxed = self._relax()
        away = allowed(relaxed.objective)
        solver.setOptionValue("mip_abs_gap", away)
        wanted = self._columns_that_matter(relaxed, known)
        found = self._among(wanted, relaxed, min(NARROW_TIME_LIMIT_S, time_limit_s), known)
        if found is None or found.away > away:
            found = self._among_all(relaxed, ends - self.seconds, found, known)
        self._values = found.values
        return found

    def _relax(self) -> _Relaxed:
        """The same problem with parts of a way allowed."""
        model = self._solver.getLp()
        model.integrality_ = []
        solver = self._other()
        solver.passModel(model)
        solver.run()
        solution, np = solver.getSolution(), self._np
        self._spent += float(solver.getRunTime())
        self._duals = np.array(solution.row_dual)
        objective = float(solver.getInfo().objective_function_value)
        return _Relaxed(objective, np.array(solution.col_value), np.array(solution.col_dual))

    def _columns_that_matter(self, relaxed: _Relaxed, known: Any) -> Any:
        """The ways that the relaxation or a known choice takes, and of the others as many as there are rows: those that
        cost least to take."""
        np, chosen = self._np, len(self._columns.way)
        wanted = np.ones(len(relaxed.values), dtype=bool)
        if len(relaxed.reduced_costs) != len(wanted):
            return wanted
        price = np.where(relaxed.values[:chosen] > 1e-9, -1.0, np.abs(relaxed.reduced_costs[:chosen]))  # noqa: PLR2004
        wanted[:chosen] = False
        wanted[np.argsort(price, kind="stable")[: self._solver.getNumRow()]] = True
        return wanted if known is None else wanted | (np.array(known.col_value) > 0)

    def _among(self, wanted: Any, relaxed: _Relaxed, time_limit_s: float, known: Any) -> _Result | None:
        """A choice among some of the columns; None if there is none, or none was found in time."""
        model = self._solver.getLp()
        model.col_upper_ = self._np.where(wanted, self._np.array(model.col_upper_), 0.0)
        solver = self._other()
        solver.setOptionValue("mip_abs_gap", self._solver.getOptionValue("mip_abs_gap")[1])
        solver.setOptionValue("time_limit", time_limit_s)
        solver.passModel(model)
        if known is not None:
            solver.setSolution(known)
        solver.run()
        self._spent += float(solver.getRunTime())
        return self._result(solver, relaxed, own_bound=False)

    def _among_all(self, relaxed: _Relaxed, time_limit_s: float, found: _Result | None, known: Any) -> _Result:
        solver = self._solver
        start = known
        if found is not None:
            start = self._highs.HighsSolution()
            start.col_value = list(found.values)
        if start is not None:
            solver.setSolution(start)
        solver.setOptionValue("time_limit", float(solver.getRunTime()) + max(time_limit_s, 0.0))
        solver.run()
        result = self._result(solver, relaxed, own_bound=True) or found
        if result is None:
            raise NoSolution(status=solver.modelStatusToString(solver.getModelStatus()))
        return result

    def _result(self, solver: Any, relaxed: _Relaxed, *, own_bound: bool) -> _Result | None:
        """What a solver found, and how far that may be from the best: from the relaxation, or by its own bound."""
        np, info = self._np, solver.getInfo()
        values, objective = np.array(solver.getSolution().col_value), float(info.objective_function_value)
        if len(values) != len(relaxed.values) or not np.isfinite(objective):
            return None
        away = objective - relaxed.objective
        if own_bound:
            # where there was nothing whole to choose, the relaxation is the answer
            linear = info.mip_node_count < 0 and solver.getModelStatus() == self._highs.HighsModelStatus.kOptimal
            own = 0.0 if linear else objective - float(info.mip_dual_bound)
            away = min(away, own) if np.isfinite(own) else away
        chosen = len(self._columns.way)
        gaps = [max(0.0, float(value)) for value in values[chosen:]]
        return _Result(values[:chosen], gaps, objective, max(0.0, away), values)

    def _other(self) -> Any:
        """A solver of its own, with presolve: it is quick where the columns are few or may be parts."""
        solver: Any = self._highs.Highs()  # type: ignore[no-untyped-call] # as above
        solver.silent()
        for option, value in SURE:
            solver.setOptionValue(option, value)
        return solver

    def prices(self) -> Prices:
        """Shadow prices of the last step's relaxation: what one more of each limit would bring."""
        duals = self._duals
        _, budget, units = self._row_of
        if len(duals) <= budget:
            return Prices()
        found = {
            (number // QUARTERS, number % QUARTERS): float(-dual)
            for number, dual in enumerate(duals[units:-1])
            if dual < -1e-9  # noqa: PLR2004 - what the solver takes for nothing
        }
        return Prices(max(0.0, float(-duals[budget])), found)

    def chosen(self, columns: "np.ndarray") -> list[Chosen]:
        """The ways taken, in their own order."""
        taken = self._np.flatnonzero(columns > 0.5)  # noqa: PLR2004 - a whole number, nearly
        table = self._columns
        return [Chosen(int(table.way[at]), int(table.start[at]), int(table.finish[at])) for at in taken]

    def gaps(self, chosen: Sequence[Chosen]) -> list[float]:
        """What is missing of each target, from the choice itself."""
        done = [0.0] * len(self._problem.targets_mu)
        for one in chosen:
            way = self._problem.ways[one.way]
            if way.group >= 0:
                done[way.group] += way.area_mu
        return [max(0.0, target - mu) for target, mu in zip(self._problem.targets_mu, done, strict=True)]
