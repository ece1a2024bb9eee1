"""The same formulas over many parcels at once: a range a parcel, held as arrays.

:mod:`gisreg.planning.formula` says what each sign and function means; a test holds the two to the same answers.
"""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gisreg.planning.formula import INFINITE, NOT_NEGATIVE, Formula, Range, name_of

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]
Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(frozen=True)
class Ranges:
    """A range for each of many; ``nothing`` where there is no figure."""

    low: Floats
    high: Floats
    nothing: Flags

    @classmethod
    def all_of(cls, one: Range, count: int) -> "Ranges":
        """The same for everyone."""
        return cls(np.full(count, one.low), np.full(count, one.high), np.full(count, one.nothing))

    @classmethod
    def of(cls, known: Sequence[float | None], unknown: Range = NOT_NEGATIVE) -> "Ranges":
        """Values where they are known, else all that such a value may be."""
        values = np.array(known, dtype=np.float64)
        missing = np.isnan(values)
        low, high = np.where(missing, unknown.low, values), np.where(missing, unknown.high, values)
        return cls(low, high, np.zeros(len(values), dtype=np.bool_))

    @property
    def exact(self) -> Flags:
        """Where the value is known."""
        known: Flags = (self.low == self.high) & np.isfinite(self.low) & ~self.nothing
        return known

    def some(self, wanted: "np.ndarray[tuple[int], np.dtype[np.intp]]") -> "Ranges":
        """Of some of them."""
        return Ranges(self.low[wanted], self.high[wanted], self.nothing[wanted])


def values(formula: Formula, given: Mapping[str, Ranges], count: int) -> Ranges:
    """What a formula comes to for each; every name must have its ranges."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        return _value(formula.tree, given, count)


def _value(node: ast.expr, given: Mapping[str, Ranges], count: int) -> Ranges:
    match node:
        case ast.Constant(value=int() | float() as value):
            return Ranges.all_of(Range.exactly(float(value)), count)
        case ast.UnaryOp(operand=one):
            inner = _value(one, given, count)
            return Ranges(-inner.high, -inner.low, inner.nothing)
        case ast.BinOp(left=left, op=sign, right=right):
            return _joined(type(sign), _value(left, given, count), _value(right, given, count))
        case ast.Call(func=ast.Name(id=function), args=arguments):
            return _function(function, [_value(one, given, count) for one in arguments])
    return given[name_of(node)]


def _joined(sign: type[ast.operator], a: Ranges, b: Ranges) -> Ranges:
    nothing = a.nothing | b.nothing
    if sign is ast.Add:
        return _figures(a.low + b.low, a.high + b.high, nothing)
    if sign is ast.Sub:
        return _figures(a.low - b.high, a.high - b.low, nothing)
    return _figures(*_product(a.low, a.high, b.low, b.high), nothing) if sign is ast.Mult else _quotient(a, b, nothing)


def _figures(low: Floats, high: Floats, nothing: Flags) -> Ranges:
    """Where there is no figure, its bounds are nothing too."""
    return Ranges(np.where(nothing, 0.0, low), np.where(nothing, 0.0, high), nothing)


def _product(a_low: Floats, a_high: Floats, b_low: Floats, b_high: Floats) -> tuple[Floats, Floats]:
    corners = [_times(one, other) for one in (a_low, a_high) for other in (b_low, b_high)]
    return np.minimum.reduce(corners), np.maximum.reduce(corners)


def _times(one: Floats, other: Floats) -> Floats:
    """Nothing times whatever is nothing, however much that may be."""
    return np.where((one == 0) | (other == 0), 0.0, one * other)


def _quotient(a: Ranges, b: Ranges, nothing: Flags) -> Ranges:
    either_sign = (b.low < 0) & (b.high > 0)
    low = np.where(b.high == 0, -INFINITE, 1 / b.high)
    high = np.where(b.low == 0, INFINITE, 1 / b.low)
    least, most = _product(a.low, a.high, low, high)
    least, most = np.where(either_sign, -INFINITE, least), np.where(either_sign, INFINITE, most)
    return _figures(least, most, nothing | ((b.low == 0) & (b.high == 0)))


def _function(function: str, given: list[Ranges]) -> Ranges:
    if function == "first":
        return _first_known(given)
    if function == "positive":
        (one,) = given
        return _figures(np.maximum(0.0, one.low), one.high, one.nothing | (one.high <= 0))
    choose = np.minimum if function == "min" else np.maximum
    nothing = np.logical_or.reduce([one.nothing for one in given])
    return _figures(choose.reduce([one.low for one in given]), choose.reduce([one.high for one in given]), nothing)


def _first_known(given: list[Ranges]) -> Ranges:
    found = given[-1]
    for one in reversed(given[:-1]):
        known = one.exact
        found = Ranges(
            np.where(known, one.low, found.low),
            np.where(known, one.high, found.high),
            np.where(known, one.nothing, found.nothing),
        )
    return found
