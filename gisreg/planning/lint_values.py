"""Values in a rule set that cannot be meant: a set of the future, days outside all files, amounts below nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from gisreg.filters import Known
from gisreg.filters.parse import Tree
from gisreg.parcels.queryables import QUERYABLES
from gisreg.planning.money import MAY_BE_NEGATIVE, NUMERIC
from gisreg.planning.ruleset import RuleSet

EARLIEST, LATEST = date(1949, 10, 1), date(2100, 12, 31)
"""Between these lie all days that a file of land or a rule about it can name."""
DERIVED_AMOUNTS = ("land_area_m2", "area_mu", "started_share", "invested_share", "idle_days", "paused_days")
"""Derived facts that are areas, shares and counts of days. Full months and years are below nothing while a start is
still ahead."""
_COMPARISONS = ("=", "<>", "<", "<=", ">", ">=", "between", "in")


@dataclass(frozen=True)
class Oddity:
    """A value and where it stands; ``code`` is that of the finding."""

    code: str
    thing: str
    field: str
    params: dict[str, str]


def odd_values(
    rules: RuleSet, trees: Mapping[str, Tree], names: Mapping[str, Known], valid_by: date
) -> Iterator[Oddity]:
    """All of them; ``trees`` are the sound conditions by ``id:field``, with the parameters' values put in.

    The set must be valid by the day ``valid_by``.
    """
    yield from _heading(rules, valid_by)
    for name, parameter in rules.parameters.items():
        yield from _parameter(name, parameter.value, parameter.unit)
    for place, tree in trees.items():
        thing, _, field = place.partition(":")
        yield from _conditions(tree, names, thing, field)


def _heading(rules: RuleSet, valid_by: date) -> Iterator[Oddity]:
    day = rules.ruleset.valid_from
    if day > valid_by:
        yield Oddity("not_yet_valid", "ruleset", "valid_from", {"day": day.isoformat()})
    elif day < EARLIEST:
        yield _outside("ruleset", "valid_from", day)


def _parameter(name: str, value: object, unit: str | None) -> Iterator[Oddity]:
    if isinstance(value, date) and not EARLIEST <= value <= LATEST:
        yield _outside(name, "value", value)
    money = unit is not None and unit.startswith("万元")  # a limit of income may be a loss
    if isinstance(value, int | float) and value < 0 and not money:
        yield Oddity("negative_parameter", name, "value", {"name": name, "value": f"{value:g}"})


def _conditions(node: Tree, names: Mapping[str, Known], thing: str, field: str) -> Iterator[Oddity]:
    if isinstance(node, list):
        for part in node:
            yield from _conditions(part, names, thing, field)
    if not isinstance(node, dict):
        return
    if "date" in node:
        yield from _literal(node["date"], thing, field)
    if node.get("op") in _COMPARISONS:
        yield from _compared(node["args"], names, thing, field)
    yield from _conditions(node.get("args", []), names, thing, field)


def _literal(day: Any, thing: str, field: str) -> Iterator[Oddity]:
    found = date.fromisoformat(str(day))
    if not EARLIEST <= found <= LATEST:
        yield _outside(thing, field, found)


def _compared(arguments: list[Tree], names: Mapping[str, Known], thing: str, field: str) -> Iterator[Oddity]:
    """An amount beside a number below nothing."""
    flat = [one for argument in arguments for one in (argument if isinstance(argument, list) else [argument])]
    below = [one for one in flat if isinstance(one, int | float) and not isinstance(one, bool) and one < 0]
    amounts = [str(one["property"]) for one in flat if isinstance(one, dict) and "property" in one]
    for name in amounts:
        if below and cannot_be_negative(name, names):
            yield Oddity("negative_limit", thing, field, {"name": name, "value": f"{min(below):g}"})


def cannot_be_negative(name: str, names: Mapping[str, Known]) -> bool:
    """Areas, sums, shares and counts; income may be a loss."""
    known = names.get(name)
    if known is None or known.queryable.type not in NUMERIC or name in MAY_BE_NEGATIVE:
        return False
    return name in QUERYABLES or name in DERIVED_AMOUNTS


def _outside(thing: str, field: str, day: date) -> Oddity:
    span = {"first": EARLIEST.isoformat(), "last": LATEST.isoformat()}
    return Oddity("date_out_of_range", thing, field, {"day": day.isoformat(), **span})
