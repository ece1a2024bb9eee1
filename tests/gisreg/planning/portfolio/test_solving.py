"""The programme against trying out every choice, its limits one by one, and what its shadow prices say."""

import itertools
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gisreg.planning.portfolio import solving
from gisreg.planning.portfolio.model import QUARTERS, Problem, Way
from gisreg.planning.portfolio.solving import GAP, GAP_OF_REACHED, SLACK_MU, solve


def way(parcel: int, area_mu: float = 10.0, **other: float) -> Way:
    """A way of the first target, by the first unit, in one quarter."""
    return Way(**{"parcel": parcel, "group": 0, "unit": 0, "area_mu": area_mu, "quarters": 1, **other})  # type: ignore[arg-type] # whole numbers where they belong


def taken(problem: Problem) -> list[int]:
    return [one.way for one in solve(problem).chosen]


def test_of_one_parcel_only_one_way_is_taken() -> None:
    problem = Problem([way(0, income_wan=5.0), way(0, income_wan=8.0), way(0, income_wan=1.0)], [10.0], capacity=[9])
    assert taken(problem) == [1]


def test_the_budget_holds_and_the_target_goes_before_the_money() -> None:
    dear, cheap = way(0, 100.0, cost_wan=50.0), way(1, 40.0, cost_wan=10.0, income_wan=500.0)
    assert taken(Problem([dear, cheap], [100.0], budget_wan=55.0, capacity=[9])) == [0]
    assert taken(Problem([dear, cheap], [40.0], budget_wan=55.0, capacity=[9])) == [1]
    assert taken(Problem([dear, cheap], [140.0], budget_wan=9.0, capacity=[9])) == []


def test_a_unit_has_so_many_in_hand_in_each_quarter_and_long_work_keeps_it_busy() -> None:
    short = [way(n, income_wan=1.0) for n in range(9)]
    solution = solve(Problem(short, [90.0], capacity=[2]))
    assert len(solution.chosen) == 2 * QUARTERS
    assert solution.gaps_mu == [pytest.approx(10.0)]
    long = [way(n, income_wan=1.0, quarters=3) for n in range(9)]
    assert len(solve(Problem(long, [90.0], capacity=[2])).chosen) == 2


def test_nothing_ends_after_its_last_quarter_or_begins_before_the_first() -> None:
    late = way(0, latest=1, quarters=2)
    (only,) = solve(Problem([late], [10.0], capacity=[1])).chosen
    assert (only.start, only.finish) == (0, 1)
    assert taken(Problem([late], [10.0], capacity=[1], first=1)) == []
    assert taken(Problem([way(0, latest=-1)], [10.0], capacity=[1])) == []


def test_a_shadow_price_is_what_one_more_of_the_limit_brings() -> None:
    ways = [way(n, 10.0, cost_wan=5.0) for n in range(20)]
    short_of_money = solve(Problem(ways, [200.0], budget_wan=50.0, capacity=[99]))
    assert short_of_money.gaps_mu == [pytest.approx(100.0)]
    assert short_of_money.gap_prices.budget == pytest.approx(2.0)
    short_of_hands = solve(Problem(ways, [200.0], capacity=[3]))
    assert short_of_hands.gaps_mu == [pytest.approx(80.0)]
    assert short_of_hands.gap_prices.budget == 0
    assert set(short_of_hands.gap_prices.capacity) == {(0, quarter) for quarter in range(QUARTERS)}
    assert all(price == pytest.approx(10.0) for price in short_of_hands.gap_prices.capacity.values())


def test_without_parcels_targets_or_limits_there_is_an_answer_all_the_same() -> None:
    assert solve(Problem([], [])).chosen == []
    assert solve(Problem([], [5.0], budget_wan=0.0)).gaps_mu == [5.0]
    assert taken(Problem([way(0, group=-1, unit=-1, income_wan=1.0)], [])) == [0]


WAYS = st.builds(
    Way,
    parcel=st.integers(0, 3),
    group=st.integers(-1, 1),
    unit=st.integers(0, 1),
    area_mu=st.integers(1, 50).map(float),
    quarters=st.integers(1, 4),
    cost_wan=st.integers(0, 20).map(float),
    income_wan=st.integers(0, 40).map(float),
    waiting_wan=st.integers(0, 8).map(float),
    latest=st.integers(0, 3),
)


def value_of(one: Way, finish: int) -> float:
    return one.income_wan - one.cost_wan + one.waiting_wan * (1 - (finish + 1) / QUARTERS)


def outcome(problem: Problem, choice: list[tuple[int, int, int]]) -> tuple[float, float] | None:
    """Gap and value of a choice of (way, start, finish); None where it breaks a limit."""
    ways = problem.ways
    busy = [[0] * QUARTERS for _ in problem.capacity]
    done = [0.0] * len(problem.targets_mu)
    for number, start, finish in choice:
        for quarter in range(start, finish + 1):
            busy[ways[number].unit][quarter] += 1
        if ways[number].group >= 0:
            done[ways[number].group] += ways[number].area_mu
    if any(count > limit for row, limit in zip(busy, problem.capacity, strict=True) for count in row):
        return None
    if sum(ways[number].cost_wan for number, *_ in choice) > problem.budget_wan + 1e-9:
        return None
    gap = sum(max(0.0, target - mu) for target, mu in zip(problem.targets_mu, done, strict=True))
    return gap, sum(value_of(ways[number], finish) for number, _, finish in choice)


def every_choice(problem: Problem):
    """All of them: for each parcel nothing, or one of its ways in one of its quarters."""
    by_parcel: dict[int, list[tuple[int, int, int]]] = {}
    for number, one in enumerate(problem.ways):
        for start in range(min(one.latest, QUARTERS - 1) - one.quarters + 2):
            by_parcel.setdefault(one.parcel, []).append((number, start, start + one.quarters - 1))
    for picked in itertools.product(*([None, *ways] for ways in by_parcel.values())):
        yield [one for one in picked if one is not None]


def test_a_choice_outside_the_first_round_is_found_where_the_targets_need_it() -> None:
    """Dear ways that alone reach the target: those that the relaxation prefers do not."""
    dear = [way(n, 7.0, cost_wan=100.0 + n) for n in range(3)]
    cheap = [way(3 + n, 3.0, income_wan=50.0) for n in range(4)]
    with mock.patch.object(solving, "FIRST_WAYS", 1):
        solution = solve(Problem([*dear, *cheap], [16.0], capacity=[1]))
    assert solution.gaps_mu == [0.0]
    assert sorted(one.way for one in solution.chosen if one.way < 3) == [0]


@pytest.mark.parametrize("first_ways", [solving.FIRST_WAYS, 0])
@settings(max_examples=60, deadline=None)
@given(
    ways=st.lists(WAYS, max_size=6),
    targets=st.tuples(st.integers(0, 90), st.integers(0, 90)),
    budget=st.integers(0, 60),
    capacity=st.tuples(st.integers(0, 2), st.integers(0, 2)),
)
def test_no_choice_is_better_than_the_one_found(first_ways, ways, targets, budget, capacity) -> None:
    """Also where the first of two rounds sees hardly any way."""
    problem = Problem(ways, [float(mu) for mu in targets], float(budget), [float(count) for count in capacity])
    with mock.patch.object(solving, "FIRST_WAYS", first_ways):
        solution = solve(problem)
    found = outcome(problem, [(one.way, one.start, one.finish) for one in solution.chosen])
    assert found is not None, "it breaks a limit"
    gap, value = found
    possible = [tried for tried in (outcome(problem, one) for one in every_choice(problem)) if tried is not None]
    least = min(tried[0] for tried in possible)
    assert gap == pytest.approx(sum(solution.gaps_mu))
    allowed = least + GAP_OF_REACHED * (sum(targets) - least) + 3 * SLACK_MU
    assert gap <= allowed
    best = max(tried[1] for tried in possible if tried[0] <= gap + 1e-9)
    # the bonus for being done at all, and early, may cost a hundredth of 10,000 yuan a parcel
    assert value >= best - GAP * abs(best) - 0.02 * len(ways) - 1e-6
    assert best - value <= solution.mip_gap * max(abs(value), 1.0) + 0.02 * len(ways) + 1e-6, (
        "it claims more than is so"
    )
