"""Counting periods as the Civil Code says (arts 200–204), with spans that are taken out.

The first day does not count; a period of months or years ends with the corresponding day of the last month, or with
that month's last day where there is none, and is full only when that day is over.
"""

import calendar
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

DAY = timedelta(days=1)
MONTHS = 12


class Span(NamedTuple):
    """Days that do not count, both ends included; without an end they go on."""

    first: date
    last: date | None


def months_later(day: date, months: int) -> date:
    """The last day of a period of months that began with ``day``."""
    year, month = divmod(day.year * MONTHS + day.month - 1 + months, MONTHS)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def years_later(day: date, years: int) -> date:
    """The last day of a period of years that began with ``day``: of 29 February 2024, 28 February 2025."""
    return months_later(day, years * MONTHS)


def full_months(start: date, as_of: date) -> int:
    """Whole months that are over; negative where the start is still ahead, as the database has it."""
    months = (as_of.year - start.year) * MONTHS + as_of.month - start.month
    return months - (as_of <= months_later(start, months))


def full_years(start: date, as_of: date) -> int:
    """Whole years that are over."""
    years = as_of.year - start.year
    return years - (as_of <= years_later(start, years))


def union(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in order, overlapping and touching ones made one: a day is taken out once."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda one: one.first):
        if merged and (merged[-1].last is None or span.first <= merged[-1].last + DAY):
            merged[-1] = Span(merged[-1].first, _later(merged[-1].last, span.last))
        else:
            merged.append(span)
    return tuple(merged)


def _later(one: date | None, other: date | None) -> date | None:
    return None if one is None or other is None else max(one, other)


def paused_days(pauses: Sequence[Span], after: date, up_to: date) -> int:
    """How many days of the pauses (a union) lie after one day, up to and with another."""
    return sum(
        max((min(span.last or up_to, up_to) - max(span.first, after + DAY)).days + 1, 0)
        for span in pauses
        if span.first <= up_to
    )


def counted_day(pauses: Sequence[Span], after: date, days: int) -> date | None:
    """The day on which so many days that are not paused have passed; none where a pause has no end."""
    reached = after
    for span in pauses:
        if span.last is not None and span.last <= reached:
            continue
        running = (max(span.first, reached + DAY) - reached).days - 1
        if days <= running:
            break
        if span.last is None:
            return None
        days -= running
        reached = span.last
    return reached + timedelta(days=days)
