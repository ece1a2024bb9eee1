"""Dates, instants and intervals in filters. By CQL2 a date is an interval that begins and ends on it.

Nothing queryable is an instant: instants are held against instants alone, a day is not.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Date, DateTime, and_, cast, literal, or_
from sqlalchemy import Text as SqlText

from gisreg.filters.errors import BadDate, BadInterval, BadTimestamp, FilterError

T = TypeVar("T", bound=date)
Span = tuple[ColumnElement[Any], ColumnElement[Any]]

_FORM = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z", re.ASCII)
OPEN_END = ".."


def read_date(value: object) -> date:
    """A date of the calendar; ``2024-06-31`` is refused, not mended."""
    return _read(value, _FORM, date.fromisoformat, BadDate)


def _read(value: object, form: re.Pattern[str], read: Callable[[str], T], fault: type[FilterError]) -> T:
    """What is written in this form and stands in the calendar."""
    if isinstance(value, str) and form.fullmatch(value):
        with suppress(ValueError):  # refused below, together with everything else
            return read(value)
    raise fault(value=value)


def date_literal(value: date) -> ColumnElement[Any]:
    """A bound date."""
    return literal(value, Date())


def read_timestamp(value: object) -> datetime:
    """An instant in UTC, as CQL2 writes it."""
    return _read(value, _INSTANT, datetime.fromisoformat, BadTimestamp)


def timestamp_literal(value: datetime) -> ColumnElement[Any]:
    """A bound instant."""
    return literal(value, DateTime(timezone=True))


def endless(word: str) -> ColumnElement[Any]:
    """PostgreSQL's own ``infinity`` or ``-infinity``."""
    return cast(literal(word, SqlText()), Date)


def require_order(start: object, end: object, shown: object) -> None:
    """Refuse an interval that ends before it begins."""
    if isinstance(start, date) and isinstance(end, date) and type(start) is type(end) and end < start:
        raise BadInterval(value=shown)


RELATIONS: dict[str, Callable[[Span, Span], ColumnElement[bool]]] = {
    "t_after": lambda a, b: a[0] > b[1],
    "t_before": lambda a, b: a[1] < b[0],
    "t_contains": lambda a, b: and_(a[0] < b[0], a[1] > b[1]),
    "t_disjoint": lambda a, b: or_(a[1] < b[0], a[0] > b[1]),
    "t_during": lambda a, b: and_(a[0] > b[0], a[1] < b[1]),
    "t_equals": lambda a, b: and_(a[0] == b[0], a[1] == b[1]),
    "t_finishedby": lambda a, b: and_(a[0] < b[0], a[1] == b[1]),
    "t_finishes": lambda a, b: and_(a[0] > b[0], a[1] == b[1]),
    "t_intersects": lambda a, b: and_(a[0] <= b[1], a[1] >= b[0]),
    "t_meets": lambda a, b: a[1] == b[0],
    "t_metby": lambda a, b: a[0] == b[1],
    "t_overlappedby": lambda a, b: and_(a[0] > b[0], a[0] < b[1], a[1] > b[1]),
    "t_overlaps": lambda a, b: and_(a[0] < b[0], a[1] > b[0], a[1] < b[1]),
    "t_startedby": lambda a, b: and_(a[0] == b[0], a[1] > b[1]),
    "t_starts": lambda a, b: and_(a[0] == b[0], a[1] < b[1]),
}
