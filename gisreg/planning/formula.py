"""Formulas of money: sums over facts and parameters, computed with ranges, so that an unknown fact is never zero.

The language is that of arithmetic: numbers, names, ``param.NAME``, ``+ - * /``, brackets, ``min(…)``, ``max(…)``,
``first(a, b, …)``, which takes the first that is known, and ``positive(…)``, which knows nothing of what is nothing or
less: the income of an empty building says nothing of its rent. It is parsed by Python's own grammar and walked; nothing
is ever executed.
"""

import ast
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from gisreg.errors import InputError
from gisreg.text import Text

LONGEST = 500
"""Characters of a formula."""
LARGEST = 1e15
DEEPEST = 40
"""Brackets within brackets."""
INFINITE = math.inf
SIGNS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "−", ast.Mult: "×", ast.Div: "÷"}
FUNCTIONS = ("min", "max", "first", "positive")
ONE_ARGUMENT = ("positive",)
SHOWN: dict[str, Text] = {
    "min": Text("较低者", "lower of"), "max": Text("较高者", "higher of"), "first": Text("已知者", "known of"),
    "positive": Text("为正的", "positive"),
}  # fmt: skip
"""The functions in words."""
PARAMETER = "param"


class FormulaError(InputError):
    """A formula that is none."""

    what: ClassVar[Text] = Text("算式有误:{detail}", "the formula is wrong: {detail}")
    mend: ClassVar[Text] = Text(
        "可用数字、事实名、param.参数名、+ - * / 括号、min、max、first、positive(一项)",
        "use numbers, names of facts, param.NAME, + - * / and brackets, min, max, first, positive (of one value)",
    )


@dataclass(frozen=True)
class Range:
    """All that a value can be, from ``low`` to ``high``; infinite where nothing bounds it. ``nothing``: no figure."""

    low: float
    high: float
    nothing: bool = False

    @classmethod
    def exactly(cls, value: float) -> "Range":
        """A known value."""
        return cls(value, value)

    @property
    def exact(self) -> float | None:
        """The value where it is known."""
        return self.low if self.low == self.high and math.isfinite(self.low) and not self.nothing else None

    @property
    def bounded(self) -> bool:
        """Whether there is anything to say about it: a finite bound that is more than the floor of all amounts."""
        return not self.nothing and (math.isfinite(self.high) or (math.isfinite(self.low) and self.low > 0))


NOT_NEGATIVE, ANYTHING, NO_FIGURE = Range(0.0, INFINITE), Range(-INFINITE, INFINITE), Range(0.0, 0.0, nothing=True)


@dataclass(frozen=True)
class Formula:
    """A formula that has been read."""

    source: str
    tree: ast.expr
    names: tuple[str, ...]
    """The facts and parameters that it speaks of, in the order of the first mention."""

    def value(self, values: Mapping[str, Range]) -> Range:
        """What it comes to; every name must have a range. A division by exactly nothing gives no figure."""
        return _value(self.tree, values)

    def words(self, shown: Callable[[str], str], functions: Callable[[str], str]) -> str:
        """The formula with each name put into other words."""
        return _words(self.tree, shown, functions)


def read_formula(source: str, where: str = "") -> Formula:
    """Parse and check.

    Raises:
        FormulaError: not arithmetic, too long or too deep; ``where`` is its place.
    """
    if len(source) > LONGEST:
        raise FormulaError(where, detail=f"{len(source)} > {LONGEST}")
    try:
        tree = ast.parse(source.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise FormulaError(where, detail=f"{source[:80]!r} ({type(error).__name__})") from None
    names: dict[str, None] = {}
    _check(tree, names, where, 0)
    return Formula(source.strip(), tree, tuple(names))


def _check(node: ast.expr, names: dict[str, None], where: str, depth: int) -> None:
    if depth > DEEPEST:
        raise FormulaError(where, detail=f"> {DEEPEST} ( )")
    parts: list[ast.expr] = []
    match node:
        case ast.Constant(value=bool()):
            raise FormulaError(where, detail=ast.unparse(node))
        case ast.Constant(value=int() | float() as value) if abs(value) <= LARGEST:
            pass
        case ast.Name() | ast.Attribute(value=ast.Name(id="param")):
            names.setdefault(name_of(node))
        case ast.UnaryOp(op=ast.USub(), operand=one):
            parts = [one]
        case ast.BinOp(left=one, right=other, op=sign) if type(sign) in SIGNS:
            parts = [one, other]
        case ast.Call(func=ast.Name(id=function), args=arguments, keywords=[]) if _takes(function, len(arguments)):
            parts = arguments
        case _:
            raise FormulaError(where, detail=ast.unparse(node)[:80])
    for part in parts:
        _check(part, names, where, depth + 1)


def _takes(function: str, count: int) -> bool:
    """Whether there is such a function of so many values."""
    return function in FUNCTIONS and (count == 1 if function in ONE_ARGUMENT else count > 0)


def name_of(node: ast.expr) -> str:
    """The fact or parameter that a name in a formula means."""
    return f"{PARAMETER}.{node.attr}" if isinstance(node, ast.Attribute) else node.id  # type: ignore[attr-defined] # a Name


def _value(node: ast.expr, values: Mapping[str, Range]) -> Range:
    match node:
        case ast.Constant(value=int() | float() as value):
            return Range.exactly(float(value))
        case ast.UnaryOp(operand=one):
            inner = _value(one, values)
            return Range(-inner.high, -inner.low, inner.nothing)
        case ast.BinOp(left=left, op=sign, right=right):
            return _joined(type(sign), _value(left, values), _value(right, values))
        case ast.Call(func=ast.Name(id=function), args=arguments):
            return _function(function, [_value(one, values) for one in arguments])
    return values[name_of(node)]


def _joined(sign: type[ast.operator], a: Range, b: Range) -> Range:
    if a.nothing or b.nothing:
        return NO_FIGURE
    if sign is ast.Add:
        return Range(a.low + b.low, a.high + b.high)
    if sign is ast.Sub:
        return Range(a.low - b.high, a.high - b.low)
    return _product(a, b) if sign is ast.Mult else _quotient(a, b)


def _product(a: Range, b: Range) -> Range:
    corners = [_times(one, other) for one in (a.low, a.high) for other in (b.low, b.high)]
    return Range(min(corners), max(corners))


def _times(one: float, other: float) -> float:
    """Nothing times whatever is nothing, however much that may be."""
    return 0.0 if 0.0 in (one, other) else one * other


def _quotient(a: Range, b: Range) -> Range:
    if b.low == b.high == 0:
        return NO_FIGURE
    if b.low < 0 < b.high:
        return ANYTHING
    # towards zero a quotient grows beyond all bounds, on the side of the divisor's sign
    low = 1 / b.high if b.high else -INFINITE
    high = 1 / b.low if b.low else INFINITE
    return _product(a, Range(low, high))


def _function(function: str, given: list[Range]) -> Range:
    if function == "first":
        return next((one for one in given if one.exact is not None), given[-1])
    if function == "positive":
        return _positive(given[0])
    if any(one.nothing for one in given):
        return NO_FIGURE
    choose = min if function == "min" else max
    return Range(choose(one.low for one in given), choose(one.high for one in given))


def _positive(one: Range) -> Range:
    """As it is where it is more than nothing; else no figure."""
    return NO_FIGURE if one.nothing or one.high <= 0 else Range(max(0.0, one.low), one.high)


def _words(node: ast.expr, shown: Callable[[str], str], functions: Callable[[str], str]) -> str:
    match node:
        case ast.Constant(value=int() | float() as value):
            return f"{value:g}"
        case ast.UnaryOp(operand=one):
            return f"−{_bracketed(one, shown, functions)}"
        case ast.BinOp(left=left, op=sign, right=right):
            tight = isinstance(sign, ast.Mult | ast.Div)
            sides = (_bracketed if tight else _words)(left, shown, functions)
            last = (_bracketed if tight or isinstance(sign, ast.Sub) else _words)(right, shown, functions)
            return f"{sides} {SIGNS[type(sign)]} {last}"
        case ast.Call(func=ast.Name(id=function), args=arguments):
            return f"{functions(function)}({', '.join(_words(one, shown, functions) for one in arguments)})"
    return shown(name_of(node))


def _bracketed(node: ast.expr, shown: Callable[[str], str], functions: Callable[[str], str]) -> str:
    words = _words(node, shown, functions)
    return f"({words})" if isinstance(node, ast.BinOp) else words
