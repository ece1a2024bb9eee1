"""Three-valued logic of conditions, without a database: can a rule ever fire, or do earlier ones always come first?

Every name is taken as free, also a derived fact, so a way to make a rule fire may be found that no parcel takes; a rule
for which none is found has none.
"""

import itertools
import json
import math
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gisreg.filters.parse import Tree

Truth = bool | None
Values = Mapping[str, Any]
DRAWS = 20
TRIES = 2_000
"""Combinations of facts tried for one rule before the search gives up."""
EARLY, LATE, OTHER = "0001-01-01", "9999-12-31", "?"
"""Days before and after all that conditions name, and a word that none does."""
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b, "<>": lambda a, b: a != b, "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip
_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b,
}  # fmt: skip


@dataclass
class Domain:
    """What is worth trying for one name: each value at which some condition may turn."""

    type: str
    terms: tuple[str, ...] = ()
    limits: set[Any] = field(default_factory=set)
    floor: float | None = None
    """What a number cannot be below."""

    def values(self) -> list[Any]:
        """Known values first, unknown last."""
        if self.type == "boolean":
            return [True, False, None]
        if self.terms:
            return [*self.terms, None]
        if self.type in ("number", "integer"):
            step = 1 if self.type == "integer" else 0.5
            around = {limit + shift for limit in self.limits for shift in (-step, 0, step)}
            possible = (value for value in around | {0, 1} if self.floor is None or value >= self.floor)
            return [*sorted(possible), None]
        if self.type == "date":
            return [EARLY, *sorted(self.limits), LATE, None]
        return [*sorted(self.limits, key=str), OTHER, None]


def names_in(node: Tree) -> set[str]:
    """The names a tree speaks of; a part that is not understood here is a name of its own."""
    if isinstance(node, list):
        return {name for item in node for name in names_in(item)}
    if not isinstance(node, dict):
        return set()
    if "property" in node:
        return {str(node["property"])}
    if "op" in node and not _understood(node):
        return {_opaque(node)}
    return names_in(node.get("args", []))


def _understood(node: dict[str, Tree]) -> bool:
    return node["op"] in ("and", "or", "not", "isNull", "in", "between", *_COMPARE, *_ARITHMETIC)


def _opaque(node: Tree) -> str:
    return json.dumps(node, sort_keys=True, default=str)


def put_in(node: Tree, parameters: Values) -> Tree:
    """The tree with parameters replaced by their values."""
    if isinstance(node, list):
        return [put_in(item, parameters) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("property") in parameters:
        return parameters[node["property"]]
    return {key: put_in(value, parameters) for key, value in node.items()}


def limits_in(node: Tree) -> Iterable[tuple[str, Any]]:
    """Names with the constants they are compared with."""
    if isinstance(node, list):
        for item in node:
            yield from limits_in(item)
    if not isinstance(node, dict) or "args" not in node:
        return
    flat = [item for argument in node["args"] for item in (argument if isinstance(argument, list) else [argument])]
    constants = [_constant(item) for item in flat if not isinstance(item, dict) or "date" in item]
    for name in (str(item["property"]) for item in flat if isinstance(item, dict) and "property" in item):
        yield from ((name, constant) for constant in constants)
    yield from limits_in(node["args"])


def _constant(node: Tree) -> Any:
    return node["date"] if isinstance(node, dict) else node


def truth(node: Tree, values: Values) -> Truth:
    """True, false or unknown, as the database would say."""
    found = value_of(node, values)
    return found if isinstance(found, bool) else None


def value_of(node: Tree, values: Values) -> Any:
    """What a part of a condition comes to; days as text, None where it is unknown."""
    if not isinstance(node, dict):
        return node
    if "property" in node:
        return values.get(str(node["property"]))
    if "date" in node:
        return node["date"]
    if "op" not in node or not _understood(node):
        return values.get(_opaque(node))
    return _operation(str(node["op"]), node["args"], values)


def _operation(name: str, arguments: list[Tree], values: Values) -> Any:
    if name == "in":
        subject = value_of(arguments[0], values)
        return None if subject is None else any(subject == value_of(item, values) for item in arguments[1])
    if name in ("and", "or"):
        return _junction(name == "or", arguments, values)
    given = [value_of(argument, values) for argument in arguments]
    if name == "isNull" or None in given:
        return given[0] is None if name == "isNull" else None
    if name == "not":
        return not given[0]
    if name == "between":
        return bool(given[1] <= given[0] <= given[2])
    return _calculated(name, given)


def _junction(decides: bool, arguments: list[Tree], values: Values) -> Truth:
    """The first part that decides does; else one that is unknown leaves the whole unknown."""
    found: Truth = not decides
    for argument in arguments:
        part = value_of(argument, values)
        if part is decides:
            return bool(part)
        found = None if part is None else found
    return found


def _calculated(name: str, given: list[Any]) -> Any:
    if name in _COMPARE:
        return _COMPARE[name](given[0], given[1])
    if len(given) == 1:
        return -given[0]
    if name == "/" and given[1] == 0:
        return None
    return _ARITHMETIC[name](given[0], given[1])


def conjuncts(node: Tree) -> set[str]:
    """The parts that must all be true, in a form that compares."""
    if isinstance(node, dict) and node.get("op") == "and":
        return {part for argument in node["args"] for part in conjuncts(argument)}
    return {_opaque(node)}


def implies(stronger: Tree, weaker: Tree) -> bool:
    """Whether it is plain from the words that wherever the one is true, so is the other."""
    whole = conjuncts(stronger)
    if isinstance(weaker, dict) and weaker.get("op") in ("and", "or") and _opaque(weaker) not in whole:
        each = (implies(stronger, part) for part in weaker["args"])
        return all(each) if weaker["op"] == "and" else any(each)
    return _opaque(weaker) in whole


@dataclass(frozen=True)
class Search:
    """Whether facts were found that make a rule fire; where not, whether all were tried."""

    found: bool
    complete: bool


def search(wanted: Tree, others: Sequence[Tree], domains: Mapping[str, Domain]) -> Search:
    """Look for facts under which ``wanted`` is true and none of the others is."""
    own = sorted(names_in(wanted))
    rest = sorted({name for other in others for name in names_in(other)} - set(own))
    chance = random.Random(1)  # noqa: S311 - the same tries each time, nothing secret
    choices = [_choices(name, domains) for name in own]
    everything = math.prod(len(choice) for choice in choices)
    spread = math.prod(len(_choices(name, domains)) for name in rest)
    complete = everything * spread <= TRIES
    if complete:
        rows: Iterable[tuple[Any, ...]] = itertools.product(*choices, *[_choices(name, domains) for name in rest])
        return Search(any(_fires(wanted, others, dict(zip((*own, *rest), row, strict=True))) for row in rows), True)
    tried = itertools.product(*choices) if everything <= TRIES else _drawn(choices, chance)
    for row in tried:
        values = dict(zip(own, row, strict=True))
        if truth(wanted, values) is not True:
            continue
        # unknown is what keeps most other rules silent; some draws for those that ask for IS NULL
        if _fires(wanted, others, values):
            return Search(True, False)
        draws = ({name: chance.choice(_choices(name, domains)) for name in rest} for _ in range(DRAWS if rest else 0))
        if any(_fires(wanted, others, {**values, **draw}) for draw in draws):
            return Search(True, False)
    return Search(False, False)


def _drawn(choices: Sequence[Sequence[Any]], chance: random.Random) -> Iterable[tuple[Any, ...]]:
    return (tuple(chance.choice(choice) for choice in choices) for _ in range(TRIES))


def _choices(name: str, domains: Mapping[str, Domain]) -> list[Any]:
    return domains[name].values() if name in domains else [True, False, None]


def _fires(wanted: Tree, others: Sequence[Tree], values: Values) -> bool:
    return truth(wanted, values) is True and not any(truth(other, values) is True for other in others)
