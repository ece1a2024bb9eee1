"""The mixed-integer programme as a matrix, and what a solver makes of it.

A column says whether a way is taken at all, and one for each quarter to begin with says when; a link row holds the two
together. Which quarter is then nearly decided by which ways are taken (begun work fills quarters in a row, and rows of
that form have whole corners), so that a search branches on the ways and not on the many quarters that are alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gisreg.planning.portfolio.model import QUARTERS, UNLIMITED, Chosen, Prices, Problem

if TYPE_CHECKING:
    import numpy as np

SURE = (("mip_rel_gap", 0.0), ("random_seed", 0), ("threads", 1))
"""For all solvers: the gap is given as it is, and the same question has the same answer."""
FEASIBLE = 2
"""The solver's word for a solution that keeps to all limits."""
NOTHING = 1e-9
"""What the solver takes for nothing."""


@dataclass(frozen=True)
class Starts:
    """One for each way and quarter to begin with."""

    way: "np.ndarray"
    start: "np.ndarray"
    finish: "np.ndarray"


@dataclass(frozen=True)
class Relaxed:
    """What would be best if parts of a way could be taken: no whole choice is better."""

    objective: float
    prices: "np.ndarray"
    """By way: how much worse than that a choice is at least that takes it; less than nothing for those taken."""
    limits: Prices
    """What one more of each limit would bring."""


@dataclass(frozen=True)
class Found:
    """A choice, and how good any other can be at most."""

    values: "np.ndarray | None"
    """Of all columns; None if there is none, or none was found in time."""
    objective: float
    bound: float


class Matrix:
    """Built once; each step sets its own objective over it.

    Rows: one a parcel (at most one way), one a target (area and gap reach it), the budget, one a unit and quarter,
    all gaps together, one a way (it is taken when it is begun).
    Columns: one a way and quarter to begin, one a way, one a target for its gap.
    """

    def __init__(self, problem: Problem) -> None:
        import highspy  # noqa: PLC0415 - wanted here only
        import numpy as np  # noqa: PLC0415 - as above

        self._np, self._highs, self._problem = np, highspy, problem
        self.starts = self._possible()
        names = ("parcel", "group", "unit", "area_mu", "cost_wan", "income_wan", "waiting_wan", "rank")
        self.ways = {name: np.array([getattr(way, name) for way in problem.ways]) for name in names}
        self._model = self._built()

    def _possible(self) -> Starts:
        np = self._np
        found = [
            (number, start, start + way.quarters - 1)
            for number, way in enumerate(self._problem.ways)
            for start in range(self._problem.first, QUARTERS)
            if start + way.quarters - 1 <= min(way.latest, QUARTERS - 1)
        ]
        table = np.array(found, dtype=np.int64).reshape(-1, 3)
        return Starts(table[:, 0], table[:, 1], table[:, 2])

    @property
    def _first_rows(self) -> tuple[int, int, int, int]:
        """Of the budget, the units, all gaps, the ways."""
        budget = int(self.ways["parcel"].max(initial=-1)) + 1 + len(self._problem.targets_mu)
        units = budget + 1
        gaps = units + len(self._problem.capacity) * QUARTERS
        return budget, units, gaps, gaps + 1

    @property
    def _parts(self) -> tuple[int, int, int]:
        """How many columns there are of each sort."""
        return len(self.starts.way), len(self._problem.ways), len(self._problem.targets_mu)

    def _built(self) -> Any:
        np, highspy = self._np, self._highs
        rows, columns, values = self._entries()
        lower, upper = self._row_bounds()
        starts, ways, gaps = self._parts
        count, order = starts + ways + gaps, np.lexsort((rows, columns))
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = count, len(lower)
        model.col_cost_ = model.col_lower_ = np.zeros(count)
        model.col_upper_ = np.r_[np.ones(starts + ways), np.array(self._problem.targets_mu, dtype=float)]
        model.row_lower_, model.row_upper_ = lower, upper
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_ = np.searchsorted(columns[order], np.arange(count + 1))
        model.a_matrix_.index_ = rows[order]
        model.a_matrix_.value_ = values[order]
        return model

    def _row_bounds(self) -> tuple["np.ndarray", "np.ndarray"]:
        np, problem = self._np, self._problem
        budget, units, gaps, ways = self._first_rows
        lower = np.full(ways + len(problem.ways), -UNLIMITED)
        upper = np.ones(len(lower))
        targets = slice(budget - len(problem.targets_mu), budget)
        lower[targets], upper[targets] = np.array(problem.targets_mu, dtype=float), UNLIMITED
        upper[budget] = problem.budget_wan
        upper[units:gaps] = np.repeat(np.array(problem.capacity, dtype=float), QUARTERS)
        upper[gaps] = UNLIMITED
        lower[ways:] = upper[ways:] = 0.0
        return lower, upper

    def _entries(self) -> tuple["np.ndarray", "np.ndarray", "np.ndarray"]:
        """Row, column and value of everything in the matrix that is not nothing."""
        np, table, of = self._np, self.starts, self.ways
        budget, first_unit, all_gaps, first_way = self._first_rows
        starts, ways, gaps = (np.arange(count) for count in self._parts)
        taken, missing, first_target = len(starts) + ways, len(starts) + len(ways) + gaps, budget - len(gaps)
        counted, paid, limited = of["group"] >= 0, of["cost_wan"] > 0, of["unit"][table.way] >= 0
        parts = [
            (of["parcel"], taken, np.ones(len(ways))),
            (first_target + of["group"][counted], taken[counted], of["area_mu"][counted]),
            (first_target + gaps, missing, np.ones(len(gaps))),
            (np.full(paid.sum(), budget), taken[paid], of["cost_wan"][paid]),
            (np.full(len(gaps), all_gaps), missing, np.ones(len(gaps))),
            (first_way + ways, taken, -np.ones(len(ways))),
            (first_way + table.way, starts, np.ones(len(starts))),
        ]
        for quarter in range(QUARTERS):
            busy = limited & (table.start <= quarter) & (quarter <= table.finish)
            unit = of["unit"][table.way[busy]]
            parts.append((first_unit + unit * QUARTERS + quarter, starts[busy], np.ones(busy.sum())))
        rows, columns, values = (np.concatenate(part) for part in zip(*parts, strict=True))
        return rows.astype(np.int32), columns.astype(np.int32), values.astype(float)

    def set_cost(self, starts: "np.ndarray | float", gaps: float) -> None:
        """What is to be made small: so much a way begun in a quarter, so much a mu of a gap."""
        np, (count, ways, targets) = self._np, self._parts
        self._model.col_cost_ = np.r_[np.broadcast_to(starts, count), np.zeros(ways), np.full(targets, gaps)]

    def limit_gaps(self, most_mu: float) -> None:
        """All gaps together may be no larger."""
        upper = self._np.array(self._model.row_upper_)
        upper[self._first_rows[2]] = most_mu
        self._model.row_upper_ = upper

    def relax(self) -> Relaxed:
        """The same problem with parts of a way allowed."""
        solver = self._solver()
        self._model.integrality_ = []
        solver.passModel(self._model)
        solver.run()
        solution, np = solver.getSolution(), self._np
        values, reduced = np.array(solution.col_value), np.array(solution.col_dual)
        objective = float(solver.getInfo().objective_function_value)
        return Relaxed(objective, self._way_prices(values, reduced), self._limits(np.array(solution.row_dual)))

    def _way_prices(self, values: "np.ndarray", reduced: "np.ndarray") -> Any:
        """The reduced cost of taking a way at all and of its cheapest quarter."""
        np, (starts, ways, _) = self._np, self._parts
        cheapest = np.full(ways, np.inf)
        np.minimum.at(cheapest, self.starts.way, np.maximum(reduced[:starts], 0.0))
        prices = np.maximum(reduced[starts : starts + ways], 0.0) + cheapest
        prices[values[starts : starts + ways] > NOTHING] = -1.0
        return prices

    def _limits(self, duals: "np.ndarray") -> Prices:
        budget, units, gaps, _ = self._first_rows
        found = {
            (number // QUARTERS, number % QUARTERS): float(-dual)
            for number, dual in enumerate(duals[units:gaps])
            if dual < -NOTHING
        }
        return Prices(max(0.0, float(-duals[budget])), found)

    def cost_of(self, values: "np.ndarray") -> float:
        """What a choice comes to in this step."""
        return float(self._model.col_cost_ @ values)

    def best_among(self, wanted: "np.ndarray", away: float, seconds: float, known: "np.ndarray | None") -> Found:
        """The best whole choice among some of the ways, to within ``away``; ``known`` is where the search begins."""
        np, (starts, ways, gaps) = self._np, self._parts
        if known is not None:
            wanted = wanted | (known[starts : starts + ways] > NOTHING)
        model, solver, kinds = self._model, self._solver(), self._highs.HighsVarType
        model.integrality_ = [kinds.kInteger] * (starts + ways) + [kinds.kContinuous] * gaps
        every = np.array(model.col_upper_)
        model.col_upper_ = every * np.r_[wanted[self.starts.way], wanted, np.ones(gaps)]
        solver.setOptionValue("mip_abs_gap", away)
        solver.setOptionValue("time_limit", max(seconds, 0.0))
        solver.passModel(model)
        model.col_upper_ = every
        if known is not None:
            begun = self._highs.HighsSolution()
            begun.col_value = list(known)
            solver.setSolution(begun)
        solver.run()
        return self._found(solver)

    def _found(self, solver: Any) -> Found:
        info, status, words = solver.getInfo(), solver.getModelStatus(), self._highs.HighsModelStatus
        if status in (words.kInfeasible, words.kUnboundedOrInfeasible):
            return Found(None, UNLIMITED, UNLIMITED)
        if status == words.kModelEmpty:
            return Found(self._np.zeros(0), 0.0, 0.0)
        objective, bound = float(info.objective_function_value), float(info.mip_dual_bound)
        if info.primal_solution_status != FEASIBLE:
            return Found(None, UNLIMITED, bound)
        # where there was nothing whole to choose, the answer is exact
        exact = info.mip_node_count < 0 and status == words.kOptimal
        return Found(self._np.array(solver.getSolution().col_value), objective, objective if exact else bound)

    def _solver(self) -> Any:
        solver: Any = self._highs.Highs()  # type: ignore[no-untyped-call] # it has no types
        solver.silent()
        for option, value in SURE:
            solver.setOptionValue(option, value)
        return solver

    def chosen(self, found: Found) -> list[Chosen]:
        """The ways taken, in their own order."""
        if found.values is None:
            return []
        taken = self._np.flatnonzero(found.values[: len(self.starts.way)] > 0.5)  # noqa: PLR2004 - nearly whole
        table = self.starts
        return [Chosen(int(table.way[at]), int(table.start[at]), int(table.finish[at])) for at in taken]

    def gaps(self, chosen: Sequence[Chosen]) -> list[float]:
        """What is missing of each target, from the choice itself."""
        done = [0.0] * len(self._problem.targets_mu)
        for one in chosen:
            way = self._problem.ways[one.way]
            if way.group >= 0:
                done[way.group] += way.area_mu
        return [max(0.0, target - mu) for target, mu in zip(self._problem.targets_mu, done, strict=True)]
