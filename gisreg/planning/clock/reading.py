"""The clock of one parcel, in plain Python: the same answers as :mod:`gisreg.planning.facts` gives for all by SQL."""

from dataclasses import dataclass, field, fields
from datetime import date
from typing import ClassVar

from gisreg.errors import InputError
from gisreg.planning.clock.counting import (
    Span,
    counted_day,
    full_months,
    full_years,
    months_later,
    paused_days,
    union,
    years_later,
)
from gisreg.text import Text
from gisreg.vocab import PAUSES, RESTARTS, ClockEventKind, IdleCause

MIN_STARTED_PART = 3
MIN_INVESTED_SHARE = 0.25


class ClockFactUnusable(InputError):
    """An area or a sum below zero."""

    what: ClassVar[Text] = Text("{field} 为 {value},不能小于 0", "{field} is {value}: it cannot be below 0")
    mend: ClassVar[Text] = Text("请更正该数值", "correct the value")


@dataclass(frozen=True)
class Event:
    """What moves the clock from the day it was agreed."""

    event: ClockEventKind
    agreed_on: date
    from_on: date | None = None
    until_on: date | None = None
    new_start_on: date | None = None
    cause: IdleCause | None = None
    document_no: str | None = None
    id: int = 0


@dataclass(frozen=True)
class ClockFacts:
    """What a parcel's clock depends on; None is unknown."""

    agreed_start_on: date | None = None
    actual_start_on: date | None = None
    halted_on: date | None = None
    approved_on: date | None = None
    contract_on: date | None = None
    vacated_on: date | None = None
    completed_on: date | None = None
    determined_on: date | None = None
    started_area_m2: float | None = None
    due_area_m2: float | None = None
    invested_wan: float | None = None
    total_investment_wan: float | None = None
    events: tuple[Event, ...] = field(default=())

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises:
            ClockFactUnusable.
        """
        for name in ("started_area_m2", "due_area_m2", "invested_wan", "total_investment_wan"):
            value = getattr(self, name)
            if value is not None and not value >= 0:
                raise ClockFactUnusable(where=name, field=name, value=value)


@dataclass(frozen=True)
class Limits:
    """How long the periods are; a rule set or a procedure may say otherwise."""

    idle_years: int = 1
    reclaim_years: int = 2
    approval_lapse_months: int = 24


@dataclass(frozen=True)
class Limit:
    """A period of the law and the first day after it; none while a pause has no end."""

    limit: str
    title: Text
    since: date
    reached_on: date | None


@dataclass(frozen=True)
class Clock:
    """What the clock shows on a day. None is unknown, never "no"."""

    as_of: date
    start_on: date | None
    """The agreed start that counts: the parcel's, or that of the last agreement."""
    stop_on: date | None
    """The day from which a stop counts."""
    started: bool
    halted: bool
    pauses: tuple[Span, ...]
    paused_days: int
    """Days taken out of the year that runs, or ran."""
    unstarted_full_years: int | None
    halted_full_years: int | None
    little_built_or_invested: bool | None
    idle_by_law: bool | None
    idle_days: int | None
    idle_from_on: date | None
    two_years_unstarted_on: date | None
    months_since_approval: int | None
    months_since_contract: int | None
    months_vacant: int | None
    months_halted: int | None
    months_since_completion: int | None
    limits: tuple[Limit, ...]

    def next_limit(self) -> Limit | None:
        """The next period to end."""
        ahead = [one for one in self.limits if one.reached_on is not None and one.reached_on > self.as_of]
        return min(ahead, key=lambda one: one.reached_on or date.max, default=None)


COMPARED = tuple(
    one.name for one in fields(Clock) if one.name not in ("as_of", "start_on", "stop_on", "pauses", "limits")
)
"""What the database must answer in the same way, fact by fact."""

IDLE_YEAR = Text("约定动工之日起满一年未动工", "A full year past the agreed start")
RECLAIM = Text("约定动工之日起满两年未动工", "Two full years past the agreed start")
HALTED_YEAR = Text("中止开发建设满一年", "A full year since the works stopped")
LAPSE = Text("批准之日起满两年", "Two full years since the approval")


def pauses_of(events: tuple[Event, ...]) -> tuple[Span, ...]:
    """The days that do not count: a pause goes on until its end or the next resumption."""
    resumed = sorted(one.from_on for one in events if one.event == ClockEventKind.RESUMED and one.from_on)
    spans = []
    for one in events:
        if one.event not in PAUSES or one.from_on is None:
            continue
        back = next((day for day in resumed if day >= one.from_on), None)
        ends = [day for day in (one.until_on, back and date.fromordinal(back.toordinal() - 1)) if day is not None]
        span = Span(one.from_on, min(ends, default=None))
        if span.last is None or span.last >= span.first:
            spans.append(span)
    return union(spans)


def restart_of(events: tuple[Event, ...]) -> Event | None:
    """The agreement that counts: the last one, by its day."""
    restarts = [one for one in events if one.event in RESTARTS and one.new_start_on is not None]
    return max(restarts, key=lambda one: (one.agreed_on, one.id), default=None)


def read_clock(facts: ClockFacts, as_of: date, limits: Limits | None = None) -> Clock:
    """What the clock shows on a day; agreements of later days are not seen."""
    given = limits or Limits()
    events = tuple(one for one in facts.events if one.agreed_on <= as_of)
    pauses, restart = pauses_of(events), restart_of(events)
    start = restart.new_start_on if restart else facts.agreed_start_on
    stop = _stop(facts.halted_on, restart)
    started = _happened(facts.actual_start_on, as_of) or (facts.started_area_m2 or 0) > 0
    halted = _happened(facts.halted_on, as_of)
    little = _little(facts)
    since = stop if started else start
    out = paused_days(pauses, since, as_of) if since else 0
    return Clock(
        as_of=as_of,
        start_on=start,
        stop_on=stop,
        started=started,
        halted=halted,
        pauses=pauses,
        paused_days=out,
        unstarted_full_years=0 if started else _full_years(start, as_of, pauses),
        halted_full_years=_full_years(stop, as_of, pauses) if halted else 0,
        little_built_or_invested=little,
        idle_by_law=_idle(started, halted, since, as_of, pauses, little),
        idle_days=_idle_days(since, as_of, pauses),
        idle_from_on=_over(since, 1, pauses),
        two_years_unstarted_on=None if started else _over(start, 2, pauses),
        months_since_approval=_full_months(facts.approved_on, as_of),
        months_since_contract=_full_months(facts.contract_on, as_of),
        months_vacant=_full_months(facts.vacated_on, as_of),
        months_halted=_full_months(facts.halted_on, as_of),
        months_since_completion=_full_months(facts.completed_on, as_of),
        limits=_limits(facts, given, (start, stop), (started, halted, little), pauses),
    )


def _stop(halted_on: date | None, restart: Event | None) -> date | None:
    """A stop before the new date that was agreed counts from that date."""
    if halted_on is None or restart is None or restart.new_start_on is None:
        return halted_on
    return max(halted_on, restart.new_start_on)


def _happened(day: date | None, as_of: date) -> bool:
    return day is not None and day <= as_of


def _little(facts: ClockFacts) -> bool | None:
    """Less than a third of what is due built on, or under 25 % invested."""
    built = (
        None
        if facts.started_area_m2 is None or facts.due_area_m2 is None
        else facts.started_area_m2 * MIN_STARTED_PART < facts.due_area_m2
    )
    invested = (
        None
        if facts.invested_wan is None or facts.total_investment_wan is None
        else facts.invested_wan < facts.total_investment_wan * MIN_INVESTED_SHARE
    )
    if built or invested:
        return True
    return None if built is None or invested is None else False


def _full_years(start: date | None, as_of: date, pauses: tuple[Span, ...]) -> int | None:
    return None if start is None else full_years(start, _counted(start, as_of, pauses))


def _full_months(start: date | None, as_of: date) -> int | None:
    return None if start is None else full_months(start, as_of)


def _counted(start: date, as_of: date, pauses: tuple[Span, ...]) -> date:
    """The day that it would be if the pauses had not been."""
    return date.fromordinal(as_of.toordinal() - paused_days(pauses, start, as_of))


def _idle(  # noqa: PLR0917 - what the test of the law looks at, in its order
    started: bool, halted: bool, since: date | None, as_of: date, pauses: tuple[Span, ...], little: bool | None
) -> bool | None:
    """53号令 art. 2, in the logic of what may be unknown."""
    over = None if since is None else _counted(since, as_of, pauses) > years_later(since, 1)
    if not started:
        return over
    if not halted or over is False or little is False:
        return False
    return over and little


def _idle_days(since: date | None, as_of: date, pauses: tuple[Span, ...]) -> int | None:
    if since is None:
        return None
    return max((_counted(since, as_of, pauses) - years_later(since, 1)).days, 0)


def _over(since: date | None, years: int, pauses: tuple[Span, ...]) -> date | None:
    """The first day after so many full years."""
    return None if since is None else counted_day(pauses, since, (years_later(since, years) - since).days + 1)


def _limits(
    facts: ClockFacts,
    given: Limits,
    since: tuple[date | None, date | None],
    stands: tuple[bool, bool, bool | None],
    pauses: tuple[Span, ...],
) -> tuple[Limit, ...]:
    """The periods that run: not started, or stopped with too little done; and the approval's."""
    (start, stop), (started, halted, little) = since, stands
    found = []
    if start is not None and not started:
        found.append(Limit("idle_year", IDLE_YEAR, start, _over(start, given.idle_years, pauses)))
        found.append(Limit("reclaim", RECLAIM, start, _over(start, given.reclaim_years, pauses)))
    if stop is not None and started and halted and little is not False:
        found.append(Limit("halted_year", HALTED_YEAR, stop, _over(stop, given.idle_years, pauses)))
    if facts.approved_on is not None and facts.contract_on is None:
        ends = months_later(facts.approved_on, given.approval_lapse_months)
        found.append(Limit("approval_lapse", LAPSE, facts.approved_on, date.fromordinal(ends.toordinal() + 1)))
    return tuple(found)
