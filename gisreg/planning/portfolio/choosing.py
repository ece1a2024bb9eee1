"""From an order to a portfolio: options become a mixed-integer programme, its solution a year's choice."""

import math
from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Connection

from gisreg.planning.portfolio.advice import advise
from gisreg.planning.portfolio.answer import Item, Portfolio, TargetMet, exact
from gisreg.planning.portfolio.model import QUARTERS, UNLIMITED, Chosen, Problem, Way
from gisreg.planning.portfolio.solving import solve
from gisreg.planning.portfolio.sorting import SortedOut, at_least, at_most, latest, quarters
from gisreg.planning.portfolio.supply import Option, Supply, supply
from gisreg.planning.portfolio.wanted import Order
from gisreg.vocab import Kind

MU_PER_WAN_MU = 10_000.0


def choose_portfolio(connection: Connection, county: str, order: Order) -> Portfolio:
    """Choose which parcels to close with which permitted measure and in which quarter. Nothing is written.

    Raises:
        NoAcceptedRun: nothing has been labelled yet.
        NoSolution: the solver found nothing in its time.
        YearOver, UnitUnknown: the order asks for what is over, or limits a unit that there is not.
    """
    order.require_ahead()
    return choose(supply(connection, county, cascade=order.cascade), order)


def choose(given: Supply, order: Order) -> Portfolio:
    """The same from what there is to choose from."""
    order.require_units(rule.agency for rule in given.loaded.rules.rules)
    sorted_out = SortedOut.of(given, order)
    units = list(dict.fromkeys(option.rule.agency for option in sorted_out.options))
    kinds = list(order.targets_wan_mu)
    problem = Problem(
        ways=_ways(sorted_out.options, order, units, kinds),
        targets_mu=[order.targets_wan_mu[kind] * MU_PER_WAN_MU for kind in kinds],
        budget_wan=UNLIMITED if order.budget_wan is None else order.budget_wan,
        capacity=[_capacity(order, unit) for unit in units],
        first=order.begins - 1,
    )
    solution = solve(problem)
    items = _items(sorted_out.options, solution.chosen)
    return Portfolio(
        year=order.year, run_id=given.run_id, ruleset=given.ruleset, as_of=given.as_of, items=items,
        targets=_targets(problem, kinds, items), budget_wan=order.budget_wan,
        spent_wan=sum(item.counted_wan or 0.0 for item in items),
        cost_ranged=sum(item.counted_wan is not None and item.cost_wan is None for item in items),
        cost_unknown=sum(item.counted_wan is None for item in items),
        income_wan=sum(exact(item.option.income) or 0.0 for item in items),
        income_unknown=sum(item.option.income is not None and exact(item.option.income) is None for item in items),
        load=_load(items), aside=sorted_out.summed(), aside_parcels=sorted_out.listed(),
        advice=advise(given, sorted_out, solution, units, kinds), mip_gap=solution.mip_gap, seconds=solution.seconds,
        words={name: measure.text for name, measure in given.loaded.rules.measures.items()},
        units={unit: given.loaded.rules.worded(unit) for unit in units},
    )  # fmt: skip


def _capacity(order: Order, unit: str) -> float:
    if unit in order.capacity:
        return float(order.capacity[unit])
    return UNLIMITED if order.other_capacity is None else float(order.other_capacity)


def _ways(options: list[Option], order: Order, units: list[str], kinds: list[Kind]) -> list[Way]:
    parcels: dict[int, int] = {}
    groups = {str(kind): number for number, kind in enumerate(kinds)}
    return [
        Way(
            parcel=parcels.setdefault(option.candidate.id, len(parcels)),
            group=groups.get(option.candidate.kind, -1),
            unit=units.index(option.rule.agency),
            area_mu=option.candidate.area_mu or 0.0,
            quarters=quarters(option),
            cost_wan=0.0
            if order.budget_wan is None and not math.isfinite(at_most(option.cost))
            else at_most(option.cost),
            income_wan=at_least(option.income),
            waiting_wan=max(0.0, at_least(option.waiting)),
            latest=latest(option, order),
            rank=option.rank,
        )
        for option in options
    ]


def _items(options: list[Option], chosen: Iterable[Chosen]) -> list[Item]:
    items = [Item(options[one.way], one.start + 1, one.finish + 1) for one in chosen]
    return sorted(items, key=lambda item: (item.start, item.finish, item.option.candidate.parcel_code))


def _targets(problem: Problem, kinds: list[Kind], items: list[Item]) -> list[TargetMet]:
    done: dict[str, list[float]] = defaultdict(list)
    for item in items:
        done[item.option.candidate.kind].append(item.option.candidate.area_mu or 0.0)
    return [
        TargetMet(kind, target, sum(done[str(kind)]), max(0.0, target - sum(done[str(kind)])), len(done[str(kind)]))
        for kind, target in zip(kinds, problem.targets_mu, strict=True)
    ]


def _load(items: list[Item]) -> dict[str, list[int]]:
    load: dict[str, list[int]] = {}
    for item in items:
        row = load.setdefault(item.option.rule.agency, [0] * QUARTERS)
        for quarter in range(item.start - 1, item.finish):
            row[quarter] += 1
    return load
