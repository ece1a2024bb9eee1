"""The clock of one parcel, in plain Python: the same answers as :mod:`gisreg.planning.facts` gives for all by SQL."""

from collections.abc import Sequence
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
from gisreg.planning.clock.limits import NATIONAL_LIMITS, Limits
from gisreg.text import Text
from gisreg.vocab import PAUSES, RESTARTS, ClockEventKind, IdleCause


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
    started: bool | None
    """None where there is no word of a start; the periods run then as if there were none."""
    halted: bool | None
    pauses: tuple[Span, ...]
    paused_days: int
    """Days taken out of the year that runs, or ran."""
    unstarted_full_years: int | None
    halted_full_years: int | None
    little_built_or_invested: bool | None
    idle_by_law: bool | None
    idle_days: int | None
    idle_from_on: date | None
    reclaim_from_on: date | None
    months_since_approval: int | None
    months_since_contract: int | None
    months_vacant: int | None
    months_halted: int | None
    months_since_completion: int | None
    limits: tuple[Limit, ...]


COMPARED = tuple(
    one.name for one in fields(Clock) if one.name not in ("as_of", "start_on", "stop_on", "pauses", "limits")
)
"""What the database must answer in the same way, fact by fact."""

RECLAIM, LAPSED = "reclaim", "approval_lapse"
UNSTARTED = Text("约定动工之日起满{count}年未动工", "{count} past the agreed start")
HALTED = Text("中止开发建设满{count}年", "{count} since the works stopped")
LAPSE = Text("批准之日起满 {count} 个月", "{count} full months since the approval")
NUMERALS = "零一两三四五六七八九"


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


def read_clock(facts: ClockFacts, as_of: date, limits: Limits = NATIONAL_LIMITS) -> Clock:
    """What the clock shows on a day; agreements of later days are not seen."""
    events = tuple(one for one in facts.events if one.agreed_on <= as_of)
    pauses, restart = pauses_of(events), restart_of(events)
    start = restart.new_start_on if restart else facts.agreed_start_on
    stop = _stop(facts.halted_on, restart)
    started, begun = _started(facts, as_of), _begun(facts, as_of)
    halted = None if facts.halted_on is None else facts.halted_on <= as_of
    little = _little(facts, limits)
    since = stop if begun else start
    out = paused_days(pauses, since, as_of) if since else 0
    return Clock(
        as_of=as_of,
        start_on=start,
        stop_on=stop,
        started=started,
        halted=halted,
        pauses=pauses,
        paused_days=out,
        unstarted_full_years=0 if begun else _full_years(start, as_of, pauses),
        halted_full_years=_full_years(stop, as_of, pauses) if halted else 0,
        little_built_or_invested=little,
        idle_by_law=_idle((begun, halted, little), _year_over(since, as_of, pauses, limits)),
        idle_days=_idle_days(since, as_of, pauses, limits),
        idle_from_on=_over(since, limits.idle_years, pauses),
        reclaim_from_on=None if begun else _over(start, limits.reclaim_years, pauses),
        months_since_approval=_full_months(facts.approved_on, as_of),
        months_since_contract=_full_months(facts.contract_on, as_of),
        months_vacant=_full_months(facts.vacated_on, as_of),
        months_halted=_full_months(facts.halted_on, as_of),
        months_since_completion=_full_months(facts.completed_on, as_of),
        limits=_limits(facts, limits, (start, stop), (begun, halted, little), pauses),
    )


def _stop(halted_on: date | None, restart: Event | None) -> date | None:
    """A stop before the new date that was agreed counts from that date."""
    if halted_on is None or restart is None or restart.new_start_on is None:
        return halted_on
    return max(halted_on, restart.new_start_on)


def next_limit(limits: Sequence[Limit], as_of: date) -> Limit | None:
    """The next period to end."""
    ahead = [one for one in limits if one.reached_on is not None and one.reached_on > as_of]
    return min(ahead, key=lambda one: one.reached_on or date.max, default=None)


def _begun(facts: ClockFacts, as_of: date) -> bool:
    """Work has started as far as is on record: by its date, the area built on or a stop."""
    days = (facts.actual_start_on, facts.halted_on)
    return any(day is not None and day <= as_of for day in days) or (facts.started_area_m2 or 0) > 0


def _started(facts: ClockFacts, as_of: date) -> bool | None:
    """As :func:`gisreg.planning.facts.started` has it: unknown where there is no word of it."""
    told = facts.actual_start_on is not None or facts.started_area_m2 is not None
    return _begun(facts, as_of) or (False if told else None)


def _little(facts: ClockFacts, limits: Limits) -> bool | None:
    """Less than a third of what is due built on, or under 25 % invested; a whole of nothing tells nothing."""
    built = (
        None
        if facts.started_area_m2 is None or not facts.due_area_m2
        else facts.started_area_m2 * limits.idle_started_part < facts.due_area_m2
    )
    invested = (
        None
        if facts.invested_wan is None or not facts.total_investment_wan
        else facts.invested_wan < facts.total_investment_wan * limits.idle_invested_share
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


def _year_over(since: date | None, as_of: date, pauses: tuple[Span, ...], limits: Limits) -> bool | None:
    """Whether the year of idleness is over."""
    return None if since is None else _counted(since, as_of, pauses) > years_later(since, limits.idle_years)


def _idle(stands: tuple[bool, bool | None, bool | None], over: bool | None) -> bool | None:
    """53号令 art. 2, in the logic of what may be unknown; a stop that is not on record is none."""
    begun, halted, little = stands
    if not begun:
        return over
    if not halted or over is False or little is False:
        return False
    return over and little


def _idle_days(since: date | None, as_of: date, pauses: tuple[Span, ...], limits: Limits) -> int | None:
    if since is None:
        return None
    return max((_counted(since, as_of, pauses) - years_later(since, limits.idle_years)).days, 0)


def _over(since: date | None, years: int, pauses: tuple[Span, ...]) -> date | None:
    """The first day after so many full years."""
    return None if since is None else counted_day(pauses, since, (years_later(since, years) - since).days + 1)


def _limits(
    facts: ClockFacts,
    given: Limits,
    since: tuple[date | None, date | None],
    stands: tuple[bool, bool | None, bool | None],
    pauses: tuple[Span, ...],
) -> tuple[Limit, ...]:
    """The periods that run: not started, or stopped with too little done; and the approval's."""
    (start, stop), (begun, halted, little) = since, stands
    idle, reclaim, lapse = given.idle_years, given.reclaim_years, given.approval_lapse_months
    found = []
    if start is not None and not begun:
        found.append(Limit("idle_year", _years(UNSTARTED, idle), start, _over(start, idle, pauses)))
        found.append(Limit(RECLAIM, _years(UNSTARTED, reclaim), start, _over(start, reclaim, pauses)))
    if stop is not None and begun and halted and little is not False:
        found.append(Limit("halted_year", _years(HALTED, idle), stop, _over(stop, idle, pauses)))
    if facts.approved_on is not None and facts.contract_on is None:
        ends = months_later(facts.approved_on, lapse)
        over_on = date.fromordinal(ends.toordinal() + 1)
        title = Text(LAPSE.zh.format(count=lapse), LAPSE.en.format(count=lapse))
        found.append(Limit(LAPSED, title, facts.approved_on, over_on))
    return tuple(found)


def _years(words: Text, count: int) -> Text:
    zh = NUMERALS[count] if count < len(NUMERALS) else f" {count} "
    en = "A full year" if count == 1 else f"{count} full years"
    return Text(words.zh.format(count=zh), words.en.format(count=en))
