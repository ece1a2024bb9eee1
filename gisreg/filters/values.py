"""Typed pieces of a filter while it becomes SQL, and the checks between types."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement

from gisreg.filters.errors import UnknownToken, WrongType
from gisreg.parcels.queryables import Queryable, QueryableType
from gisreg.text import Text

ValueType = QueryableType | Literal["timestamp", "interval"]

TYPE_TITLES: dict[str, Text] = {
    "string": Text("文字", "text"),
    "number": Text("数值", "a number"),
    "integer": Text("整数", "a whole number"),
    "boolean": Text("是/否", "true or false"),
    "date": Text("日期", "a date"),
    "timestamp": Text("时刻", "an instant"),
    "array": Text("列表", "a list"),
    "geometry": Text("图形", "a geometry"),
    "interval": Text("时间区间", "an interval"),
}
_HINTS: dict[str, Text] = {
    "string": Text("文字用单引号:'示例'", "write text in single quotes: 'example'"),
    "number": Text("数值不加引号:12.5", "write numbers without quotes: 12.5"),
    "integer": Text("数值不加引号:12", "write numbers without quotes: 12"),
    "boolean": Text("写作 true 或 false", "write true or false"),
    "date": Text("写作 DATE('2024-06-30')", "write DATE('2024-06-30')"),
    "timestamp": Text("写作 TIMESTAMP('2024-06-30T08:00:00Z')", "write TIMESTAMP('2024-06-30T08:00:00Z')"),
    "array": Text("写作 ('甲','乙')", "write ('a','b')"),
    "geometry": Text("写作 POINT(113.2 36.1) 或 BBOX(…)", "write POINT(113.2 36.1) or BBOX(…)"),
    "interval": Text("写作 INTERVAL('2024-01-01','..')", "write INTERVAL('2024-01-01','..')"),
}
NUMERIC = ("number", "integer")


@dataclass(frozen=True)
class Known:
    """A name a filter may use and the SQL it stands for."""

    queryable: Queryable
    expression: ColumnElement[Any]


@dataclass(frozen=True)
class Value:
    """One operand: its SQL, its type and, for what the error messages need, its origin."""

    sql: ColumnElement[Any]
    type: ValueType
    queryable: Queryable | None = None
    literal: object = None

    @property
    def name(self) -> str:
        """What the messages call it."""
        return self.queryable.name if self.queryable else str(self.literal if self.literal is not None else "(…)")


def same_family(left: ValueType, right: ValueType) -> bool:
    """Whether two types compare."""
    return left == right or (left in NUMERIC and right in NUMERIC)


def require(value: Value, *wanted: ValueType, who: str = "") -> Value:
    """The value, if it is of a wanted type."""
    if any(same_family(value.type, kind) for kind in wanted):
        return value
    raise _mismatch(who or value.name, wanted[0], value.type)


def require_alike(left: Value, right: Value) -> None:
    """Refuse to compare values of different types, and tokens with words outside their vocabulary."""
    if not same_family(left.type, right.type):
        named, other = (left, right) if left.queryable else (right, left)
        raise _mismatch(named.name, named.type, other.type)
    require_token(left.queryable, right)
    require_token(right.queryable, left)


def require_one_measure(ends: Sequence[Value]) -> None:
    """Refuse to hold days against instants; an open end goes with both."""
    closed = [end for end in ends if end.type != "interval"]
    for end in closed[1:]:
        require_alike(closed[0], end)


def require_token(queryable: Queryable | None, value: Value) -> None:
    """A literal compared with a token column must be one of its tokens."""
    if queryable is None or queryable.terms is None or not isinstance(value.literal, str):
        return
    allowed = [str(term) for term in queryable.terms]
    if value.literal not in allowed:
        raise UnknownToken(name=queryable.name, value=value.literal, allowed=", ".join(allowed))


def _mismatch(name: str, wanted: ValueType, found: ValueType) -> WrongType:
    return WrongType(
        name=name,
        wanted=TYPE_TITLES[wanted].zh,
        wanted_en=TYPE_TITLES[wanted].en,
        found=TYPE_TITLES[found].zh,
        found_en=TYPE_TITLES[found].en,
        hint=_HINTS[wanted].zh,
        hint_en=_HINTS[wanted].en,
    )
