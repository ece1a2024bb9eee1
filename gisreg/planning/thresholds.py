"""Where conditions turn: for each number and date that work on a parcel may change, the values just past each limit.

Conditions speak of stored facts and of derived ones. A derived fact is moved by the stored one behind it: the share
invested by the sum invested, the full years without a start by the agreed day. Whether a value found here gives another
label is for the labelling to say; a value too many costs nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Date, Double, Integer, RowMapping

from gisreg.db.models import Parcel
from gisreg.filters.parse import Tree
from gisreg.planning.clock.counting import MONTHS, months_later
from gisreg.planning.clock.limits import Limits
from gisreg.planning.compile import tree_of
from gisreg.planning.logic import names_in, put_in, value_of
from gisreg.planning.ruleset import RuleSet
from gisreg.vocab import Kind

GIVEN = frozenset({
    "official_area_m2", "area_m2", "planar_area_m2", "floor_area_m2", "land_area_m2", "area_mu", "due_area_m2",
    "total_investment_wan", "overlap_m2",
})  # fmt: skip
"""What the land and the contract are; no work on a parcel changes them."""
COMPARISONS = ("=", "<>", "<", "<=", ">", ">=", "between")
STEP = 0.01
"""The least difference of a sum or an area that is told: 100 yuan, 0.01 m²."""
AROUND = range(-4, 4)
"""Days tried around a limit: months are not of one length."""
EVENTS = {
    "started": "actual_start_on", "halted": "halted_on", "completed": "completed_on",
    "determined_idle": "determined_on",
}  # fmt: skip
"""Derived yes or no, and the day that makes it so."""
BOTH = {"stopped_after_start": ("started", "halted")}
"""Derived yes or no that is two others at once."""
COUNTED = {
    "months_since_approval": ("approved_on", 1), "months_since_contract": ("contract_on", 1),
    "months_vacant": ("vacated_on", 1), "months_halted": ("halted_on", 1),
    "months_since_completion": ("completed_on", 1), "unstarted_full_years": ("agreed_start_on", MONTHS),
    "halted_full_years": ("halted_on", MONTHS),
}  # fmt: skip
"""Derived counts, the day from which each runs, and how many months one is."""
SHARES = {
    "invested_share": ("invested_wan", "total_investment_wan"), "started_share": ("started_area_m2", "due_area_m2"),
}  # fmt: skip

YEAR_OF_IDLENESS = ("idle_by_law", "idle_days", "little_built_or_invested")
"""Facts that rest on the agreed day, the stop, and how little was done."""


@dataclass(frozen=True)
class Change:
    """One stored fact that is another."""

    fact: str
    value: Any


@dataclass(frozen=True)
class Parcelwise:
    """What the limits are sought for: the stored facts of a parcel, the day, the limits of the clock, the days that do
    not count."""

    facts: Mapping[str, Any] | RowMapping
    as_of: date
    limits: Limits
    paused_days: int = 0


def limit_changes(trees: Sequence[Tree], of: Parcelwise) -> list[Change]:
    """For each fact that these conditions compare, the values at and next to where the comparison turns."""
    found: dict[Change, None] = {}
    for tree in trees:
        for node in _nodes(tree):
            for change in _of_node(node, of):
                if change.value != of.facts.get(change.fact):
                    found.setdefault(change)
    return list(found)


def limited_facts(trees: Sequence[Tree]) -> set[str]:
    """The stored facts that :func:`limit_changes` may change, whatever the parcel."""
    found: set[str] = set()
    for name in (name for tree in trees for name in names_in(tree)):
        found |= _behind(name)
    return found


def _behind(name: str) -> set[str]:
    """The stored numbers and dates by which a fact is moved."""
    if name in BOTH:
        return {behind for part in BOTH[name] for behind in _behind(part)}
    if name in EVENTS:
        return {EVENTS[name], "started_area_m2"}
    if name in COUNTED:
        return {COUNTED[name][0]}
    if name in SHARES:
        return {SHARES[name][0]}
    if name in YEAR_OF_IDLENESS:
        return {"agreed_start_on", "halted_on", "started_area_m2", "invested_wan"}
    column = Parcel.__table__.columns.get(name)
    measured = column is not None and isinstance(column.type, Date | Double | Integer) and name not in GIVEN
    return {name} if measured else set()


def conditions(rules: RuleSet, kind: Kind) -> list[Tree]:
    """The conditions of a kind's rules with the parameters' values put in."""
    values = _parameters(rules)
    return [put_in(tree_of(rule.when), values) for rule in rules.rules if rule.kind == kind and rule.when]


def condition_of(rules: RuleSet, when: str) -> Tree:
    """One condition with the parameters' values put in."""
    return put_in(tree_of(when), _parameters(rules))


def _parameters(rules: RuleSet) -> dict[str, Any]:
    return {f"param.{name}": _plain(one.value) for name, one in rules.parameters.items()}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _nodes(tree: Tree) -> Iterator[dict[str, Tree]]:
    """Every operation and every name of a tree."""
    if isinstance(tree, list):
        for item in tree:
            yield from _nodes(item)
    elif isinstance(tree, dict):
        yield tree
        yield from _nodes(tree.get("args", []))


def _of_node(node: dict[str, Tree], of: Parcelwise) -> Iterator[Change]:
    name = node.get("property")
    if isinstance(name, str):
        yield from _of_statement(name, of)
    if node.get("op") not in COMPARISONS:
        return
    subject, *limits = node["args"]
    for limit in limits:
        for name in sorted(names_in([subject, limit])):
            yield from _of_comparison(name, subject, limit, of)


def _of_statement(name: str, of: Parcelwise) -> Iterator[Change]:
    """A derived yes or no, moved by what lies behind it."""
    for part in BOTH.get(name, ()):
        yield from _of_statement(part, of)
    if name in EVENTS:
        yield from (Change(EVENTS[name], day) for day in (of.as_of, None))
        if name == "started" and of.facts.get("started_area_m2"):
            yield Change("started_area_m2", 0.0)
    if name in ("idle_by_law", "little_built_or_invested"):
        due, total = of.facts.get("due_area_m2"), of.facts.get("total_investment_wan")
        if due is not None:
            yield from _numbers("started_area_m2", due / of.limits.idle_started_part)
        if total is not None:
            yield from _numbers("invested_wan", total * of.limits.idle_invested_share)
    if name == "idle_by_law":
        for column in ("agreed_start_on", "halted_on"):
            yield from _days_back(column, of.limits.idle_years * MONTHS, of)


def _of_comparison(name: str, subject: Tree, limit: Tree, of: Parcelwise) -> Iterator[Change]:
    column = Parcel.__table__.columns.get(name)
    if name in COUNTED and isinstance(limit, int | float):
        day, months = COUNTED[name]
        yield from _days_back(day, round(limit * months), of)
    elif name == "idle_days" and isinstance(limit, int | float):
        for day in ("agreed_start_on", "halted_on"):
            yield from _days_back(day, of.limits.idle_years * MONTHS, of, round(limit))
    elif name in SHARES and isinstance(limit, int | float):
        part, whole = SHARES[name]
        if of.facts.get(whole) is not None:
            yield from _numbers(part, limit * of.facts[whole])
    elif column is not None and name not in GIVEN:
        yield from _stored(name, type(column.type), subject, limit, of)


def _stored(name: str, kind: type, subject: Tree, limit: Tree, of: Parcelwise) -> Iterator[Change]:
    if kind is Date:
        other = limit if subject == {"property": name} else subject
        day = value_of(other, _values(of))
        if isinstance(day, str):
            yield from (Change(name, date.fromisoformat(day) + timedelta(days=by)) for by in (-1, 0, 1))
    elif kind in (Double, Integer):
        turning = _root(name, subject, limit, _values(of))
        if turning is not None:
            yield from _numbers(name, turning, whole=kind is Integer)


def _values(of: Parcelwise) -> dict[str, Any]:
    """Days as conditions hold them."""
    return {name: _plain(value) for name, value in of.facts.items()}


def _root(name: str, one: Tree, other: Tree, values: Mapping[str, Any]) -> float | None:
    """Where two sides are equal, as one fact moves both along straight lines; None where it does not."""

    def apart(value: float) -> float | None:
        sides = [value_of(side, {**values, name: value}) for side in (one, other)]
        known = [side for side in sides if isinstance(side, int | float) and not isinstance(side, bool)]
        return known[0] - known[1] if len(known) == len(sides) else None

    at_none, at_one = apart(0.0), apart(1.0)
    if at_none is None or at_one is None or at_one == at_none:
        return None
    return -at_none / (at_one - at_none)


def _numbers(name: str, limit: float, *, whole: bool = False) -> Iterable[Change]:
    step = 1.0 if whole else STEP
    around = [round(limit + by, 6) for by in (-step, 0.0, step)]
    return [Change(name, int(value) if whole else value) for value in around if value >= 0 or limit < 0]


def _days_back(column: str, months: int, of: Parcelwise, days: int = 0) -> Iterator[Change]:
    """The days from which so many months, and days, are full about now; with and without the days that do not count."""
    for paused in sorted({0, of.paused_days}):
        last = months_later(of.as_of - timedelta(days=paused + days), -months)
        yield from (Change(column, last + timedelta(days=by)) for by in AROUND)


def distance(now: Any, then: Any, as_of: date) -> float:
    """How large a change of a date or number is: days, or the part of the larger amount. One that is not known yet is
    as far from what it may be as that is from today, or from nothing."""
    if isinstance(then, date):
        return abs((then - (now or as_of)).days)
    if then is None:
        return float("inf")
    known, other = float(now or 0.0), float(then)
    return abs(other - known) / max(abs(other), abs(known), 1.0)


def nearest(changes: Iterable[tuple[Change, Any]], facts: Mapping[str, Any] | RowMapping, as_of: date) -> list[Change]:
    """Of the changes of one fact that have one outcome, the smallest; the others would say the same again."""
    best: dict[tuple[str, Any], Change] = {}
    for change, outcome in changes:
        key, now = (change.fact, outcome), facts.get(change.fact)
        before = best.get(key)
        if before is None or distance(now, change.value, as_of) < distance(now, before.value, as_of):
            best[key] = change
    return list(best.values())
