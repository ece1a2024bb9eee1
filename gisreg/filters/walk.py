"""The walk: a CQL2 tree becomes bound SQLAlchemy. Only what is listed here ever becomes SQL."""

import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Double,
    Integer,
    and_,
    false,
    func,
    literal,
    literal_column,
    not_,
    or_,
    true,
)
from sqlalchemy import Numeric as SqlNumeric
from sqlalchemy import Text as SqlText
from sqlalchemy import cast as sql_cast

from gisreg.filters import spatial, temporal
from gisreg.filters.errors import (
    BadInterval,
    FilterSyntaxError,
    FilterTooDeep,
    UnknownOperator,
    UnknownQueryable,
)
from gisreg.filters.parse import MAX_DEPTH, Tree
from gisreg.filters.values import (
    Known,
    Value,
    ValueType,
    require,
    require_alike,
    require_one_measure,
    require_token,
)
from gisreg.parcels.queryables import Queryable
from gisreg.parcels.suggesting import did_you_mean

_COMPARE: dict[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ORDERED: tuple[ValueType, ...] = ("number", "integer", "date", "timestamp", "string", "boolean")
_INSTANTS: tuple[ValueType, ...] = ("date", "timestamp")
_ARITHMETIC = ("+", "-", "*", "/", "%", "div", "^")
_ARRAY_TESTS = ("a_contains", "a_containedby", "a_equals", "a_overlaps")
_BIG = 2**31
_NFD: ColumnElement[Any] = literal_column("NFD")
"""The keyword that tells ``normalize`` to take letters and accents apart."""
ALLOWED = (
    "and", "or", "not", *_COMPARE, "between", "in", "like", "isNull", "casei", "accenti", *_ARITHMETIC,
    *spatial.FUNCTIONS, *temporal.RELATIONS, *_ARRAY_TESTS,
)  # fmt: skip


class Walker:
    """One filter on its way to SQL: the names it may use and the CRS of its geometry literals."""

    def __init__(self, names: Mapping[str, Known], srid: int, *, north_first: bool = False) -> None:
        self.names = names
        self.srid = srid
        self.north_first = north_first
        self.used: dict[str, Known] = {}
        self.depth = 0

    def condition(self, node: Tree) -> ColumnElement[bool]:
        """A node that must be true, false or unknown."""
        return require(self.value(node), "boolean", who="AND/OR/NOT").sql

    def value(self, node: Tree) -> Value:
        """Any node."""
        self.depth += 1
        if self.depth > MAX_DEPTH + 1:
            raise FilterTooDeep(limit=MAX_DEPTH)
        try:
            return self._value(node)
        finally:
            self.depth -= 1

    def _value(self, node: Tree) -> Value:
        if isinstance(node, dict):
            return self._object(node)
        if isinstance(node, list):
            return self._array(node)
        return _scalar(node)

    def _object(self, node: dict[str, Tree]) -> Value:
        if "op" in node:
            return self._operation(node)
        if "property" in node:
            return self._property(node["property"])
        if "date" in node:
            day = temporal.read_date(node["date"])
            return Value(temporal.date_literal(day), "date", literal=day)
        if "timestamp" in node:
            instant = temporal.read_timestamp(node["timestamp"])
            return Value(temporal.timestamp_literal(instant), "timestamp", literal=instant)
        if "bbox" in node and "type" not in node:
            return Value(spatial.box_literal(node["bbox"], self.srid, north_first=self.north_first), "geometry")
        if "type" in node:
            shape, kind = spatial.geometry_literal(node, self.srid, north_first=self.north_first)
            return Value(shape, "geometry", literal=kind)
        raise FilterSyntaxError(detail=_shown(node))

    def _property(self, name: object) -> Value:
        known = self.names.get(name) if isinstance(name, str) else None
        if known is None:
            raise UnknownQueryable(name=name, nearest=did_you_mean(str(name), self.names))
        self.used[known.queryable.name] = known
        return Value(known.expression, known.queryable.type, known.queryable)

    def _array(self, node: list[Tree]) -> Value:
        items = [require(self.value(item), "string", who="(…)") for item in node]
        texts = [item.literal for item in items]
        if not all(isinstance(text, str) for text in texts):
            raise FilterSyntaxError(detail=_shown(node))
        return Value(literal(texts, ARRAY(SqlText())), "array", literal=texts)

    def _operation(self, node: dict[str, Tree]) -> Value:
        name, arguments = node.get("op"), node.get("args")
        if not isinstance(name, str) or not isinstance(arguments, list):
            raise FilterSyntaxError(detail=_shown(node))
        word = name.lower()
        for words, method in _METHODS:
            if word in words:
                return method(self, word, arguments)
        raise UnknownOperator(name=name, allowed=", ".join(ALLOWED))

    def _junction(self, name: str, arguments: list[Tree]) -> Value:
        if not arguments:
            raise FilterSyntaxError(detail=name)
        parts = [self.condition(argument) for argument in arguments]
        return Value(and_(*parts) if name == "and" else or_(*parts), "boolean")

    def _not(self, name: str, arguments: list[Tree]) -> Value:
        (only,) = _exactly(1, name, arguments)
        return Value(not_(self.condition(only)), "boolean")

    def _is_null(self, name: str, arguments: list[Tree]) -> Value:
        (only,) = _exactly(1, name, arguments)
        return Value(self.value(only).sql.is_(None), "boolean")

    def _comparison(self, name: str, arguments: list[Tree]) -> Value:
        left, right = (self.value(argument) for argument in _exactly(2, name, arguments))
        require_alike(left, right)
        require(left, *_ORDERED)
        left, right = _as_whole(left, right), _as_whole(right, left)
        return Value(_COMPARE[name](_bound(left), _bound(right)), "boolean")

    def _between(self, name: str, arguments: list[Tree]) -> Value:
        subject, low, high = (self.value(argument) for argument in _exactly(3, name, arguments))
        require(subject, "number", *_INSTANTS)
        for limit in (low, high):
            require_alike(subject, limit)
        return Value(subject.sql.between(_as_whole(low, subject).sql, _as_whole(high, subject).sql), "boolean")

    def _in(self, name: str, arguments: list[Tree]) -> Value:
        subject_node, listed = _exactly(2, name, arguments)
        subject = self.value(subject_node)
        if not isinstance(listed, list) or not listed:
            raise FilterSyntaxError(detail=f"{name} {_shown(listed)}")
        require(subject, *_ORDERED)
        items = [self.value(item) for item in listed]
        for item in items:
            require_alike(subject, item)
        return Value(subject.sql.in_([_as_whole(item, subject).sql for item in items]), "boolean")

    def _like(self, name: str, arguments: list[Tree]) -> Value:
        subject, pattern = (require(self.value(argument), "string") for argument in _exactly(2, name, arguments))
        if isinstance(pattern.literal, str) and _ends_in_escape(pattern.literal):
            raise FilterSyntaxError(detail=f"LIKE '{pattern.literal}'")
        return Value(subject.sql.like(pattern.sql), "boolean")

    def _fold(self, name: str, arguments: list[Tree]) -> Value:
        """Case and accents: both sides of a comparison are folded by the same function of the database."""
        (only,) = _exactly(1, name, arguments)
        inner = require(self.value(only), "string")
        if name == "casei":
            return Value(func.lower(inner.sql, type_=SqlText()), "string", literal=None)
        bare = func.regexp_replace(func.normalize(inner.sql, _NFD), "[\u0300-\u036f]", "", "g", type_=SqlText())
        return Value(bare, "string")

    def _arithmetic(self, name: str, arguments: list[Tree]) -> Value:
        if name == "-" and len(arguments) == 1:
            arguments = [0, *arguments]
        left, right = (require(self.value(argument), "number") for argument in _exactly(2, name, arguments))
        whole = left.type == right.type == "integer" and name in ("+", "-", "*")
        return Value(_calculated(name, left.sql, right.sql), "integer" if whole else "number")

    def _spatial(self, name: str, arguments: list[Tree]) -> Value:
        left, right = (require(self.value(argument), "geometry") for argument in _exactly(2, name, arguments))
        return Value(spatial.related(name, left, right), "boolean")

    def _temporal(self, name: str, arguments: list[Tree]) -> Value:
        left, right = (self._ends(argument) for argument in _exactly(2, name, arguments))
        require_one_measure([*left, *right])
        return Value(temporal.RELATIONS[name]((left[0].sql, left[1].sql), (right[0].sql, right[1].sql)), "boolean")

    def _ends(self, node: Tree) -> tuple[Value, Value]:
        if isinstance(node, dict) and "interval" in node:
            return self._interval(node["interval"])
        moment = require(self.value(node), *_INSTANTS)
        return moment, moment

    def _interval(self, ends: Tree) -> tuple[Value, Value]:
        if not isinstance(ends, list) or len(ends) != 2:  # noqa: PLR2004 - an interval has two ends
            raise BadInterval(value=_shown(ends))
        start, end = self._end(ends[0], "-infinity"), self._end(ends[1], "infinity")
        require_one_measure([start, end])
        temporal.require_order(start.literal, end.literal, _shown(ends))
        return start, end

    def _end(self, node: Tree, endless: str) -> Value:
        if node == temporal.OPEN_END:
            return Value(temporal.endless(endless), "interval")
        if isinstance(node, str):
            return self._object({"timestamp" if "T" in node else "date": node})
        return require(self.value(node), *_INSTANTS)

    def _array_test(self, name: str, arguments: list[Tree]) -> Value:
        left, right = (require(self.value(argument), "array") for argument in _exactly(2, name, arguments))
        for one, other in ((left, right), (right, left)):
            for word in other.literal if isinstance(other.literal, list) else ():
                require_token(one.queryable, Value(other.sql, "string", literal=word))
        return Value(_array_compared(name, left.sql, right.sql), "boolean")


_METHODS: tuple[tuple[Any, Callable[[Walker, str, list[Tree]], Value]], ...] = (
    (("and", "or"), Walker._junction),
    (("not",), Walker._not),
    (("isnull",), Walker._is_null),
    (_COMPARE, Walker._comparison),
    (("between",), Walker._between),
    (("in",), Walker._in),
    (("like",), Walker._like),
    (("casei", "accenti"), Walker._fold),
    (_ARITHMETIC, Walker._arithmetic),
    (spatial.FUNCTIONS, Walker._spatial),
    (temporal.RELATIONS, Walker._temporal),
    (_ARRAY_TESTS, Walker._array_test),
)


def _scalar(node: Tree) -> Value:
    if isinstance(node, bool):
        return Value(true() if node else false(), "boolean", literal=node)
    if isinstance(node, int | float) and math.isfinite(node):
        return Value(literal(float(node), Double()), "number", literal=node)
    if isinstance(node, str) and _storable(node):
        return Value(literal(node, SqlText()), "string", literal=node)
    raise FilterSyntaxError(detail="NULL (→ IS NULL)" if node is None else ascii(_shown(node)))


def _bound(value: Value) -> ColumnElement[Any]:
    """Of the words true and false a bound value, for SQLAlchemy knows no order of the words themselves."""
    return literal(value.literal, Boolean()) if isinstance(value.literal, bool) else value.sql


def _storable(text: str) -> bool:
    """The database holds neither NUL nor half characters."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _as_whole(value: Value, other: Value) -> Value:
    """A whole number beside a whole-number column stays one, so that the column's index is used."""
    number = value.literal
    if other.type != "integer" or value.queryable or not isinstance(number, int | float) or isinstance(number, bool):
        return value
    if number == int(number) and abs(number) < _BIG:
        return Value(literal(int(number), Integer()), "integer", literal=number)
    return value


def _calculated(name: str, left: ColumnElement[Any], right: ColumnElement[Any]) -> ColumnElement[Any]:
    """Arithmetic; a division by zero is unknown, not an error."""
    if name in ("+", "-", "*"):
        result: ColumnElement[Any] = {"+": operator.add, "-": operator.sub, "*": operator.mul}[name](left, right)
        return result
    if name == "^":
        return func.power(left, right, type_=Double())
    divisor = func.nullif(right, 0)
    if name == "%":
        remainder = func.mod(sql_cast(left, SqlNumeric()), sql_cast(divisor, SqlNumeric()))
        return sql_cast(remainder, Double())
    quotient = sql_cast(left, Double()) / sql_cast(divisor, Double())
    return func.trunc(quotient, type_=Double()) if name == "div" else quotient


def _array_compared(name: str, left: ColumnElement[Any], right: ColumnElement[Any]) -> ColumnElement[bool]:
    contains = left.op("@>", return_type=Boolean())(right)
    contained = left.op("<@", return_type=Boolean())(right)
    if name == "a_overlaps":
        return left.op("&&", return_type=Boolean())(right)
    return {"a_contains": contains, "a_containedby": contained, "a_equals": and_(contains, contained)}[name]


def _exactly(count: int, name: str, arguments: list[Tree]) -> list[Tree]:
    if len(arguments) != count:
        raise FilterSyntaxError(detail=f"{name}({len(arguments)} ≠ {count})")
    return arguments


def _ends_in_escape(pattern: str) -> bool:
    """An odd number of backslashes at the end would escape nothing."""
    return (len(pattern) - len(pattern.rstrip("\\"))) % 2 == 1


def _shown(node: Tree, limit: int = 60) -> str:
    text = str(node)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def used_queryables(walker: Walker) -> tuple[Queryable, ...]:
    """The names a walked filter looked at, in order of their first use."""
    return tuple(known.queryable for known in walker.used.values())
