"""``plan clock``: the clock of one parcel with what moved it, the limits ahead, and the step that is due next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RowMapping, cast, exists, or_, select
from sqlalchemy import Text as SqlText

from gisreg.days import today
from gisreg.db.models import Investigation, Parcel, PlanRun, RecordVersion
from gisreg.parcels.read import ParcelNotFound, Row
from gisreg.planning.clock.events import DATES, EVENTS, EXCUSED, standing
from gisreg.planning.clock.limits import Limits
from gisreg.planning.clock.procedure import DETERMINATION, DueStep, Procedure, load_procedure, next_due
from gisreg.planning.clock.reading import LAPSED, RECLAIM, Clock, ClockFacts, Event, Limit, next_limit, read_clock
from gisreg.planning.clock.workdays import Calendar, load_calendar
from gisreg.planning.ruleset import load_ruleset, national_words, read_ruleset
from gisreg.settings import PROJECT_DIR
from gisreg.vocab import ClockEventKind, IdleCause, Kind, State

Json = dict[str, Any]
SUSPECTED, NOTICE, TAKEN_BACK = "suspected", "investigation_notice", "withdrawn"
"""Steps of the procedure; and how an investigation ended whose notice does not stand."""
FACTS = tuple(one.name for one in fields(ClockFacts) if one.name != "events")
PLAIN = (
    "start_on", "stop_on", "started", "halted", "paused_days", "idle_by_law", "idle_days", "idle_from_on",
    "reclaim_from_on", "unstarted_full_years", "halted_full_years", "little_built_or_invested",
    "months_since_approval", "months_since_contract", "months_vacant", "months_halted", "months_since_completion",
)  # fmt: skip


@dataclass(frozen=True)
class ClockData:
    """The data by which the clock goes."""

    procedure: Procedure
    calendar: Calendar


def load_clock(data_dir: Path, home: Path | None = None) -> ClockData:
    """The national procedure and calendar with the county's own in its data directory.

    Raises:
        ProcedureUnusable, CalendarUnusable.
    """
    return ClockData(load_procedure(data_dir, home), load_calendar(data_dir, home))


@cache
def national_clock() -> ClockData:
    """The clock's data as the registry brings them."""
    return load_clock(PROJECT_DIR / "data")


@dataclass(frozen=True)
class Seen:
    """What a clock is read from: the parcel's facts, the events that move the clock, the dates of the procedure."""

    parcel: Mapping[str, Any] | RowMapping
    events: list[Row]
    dates: list[Row]
    notices: Sequence[date] = ()
    """Days on which notices of investigation were served that stand in the close-out's own book."""

    @property
    def clock_facts(self) -> ClockFacts:
        """As the clock takes them."""
        known = {name: self.parcel[name] for name in FACTS}
        return ClockFacts(**known, events=tuple(_event(row) for row in self.events))


def clock_of(
    connection: Connection, parcel_code: str, as_of: date | None = None, data: ClockData | None = None
) -> Json:
    """Everything about a parcel's clock on a day, by the facts known now and the limits of the rule set in force.

    Raises:
        ParcelNotFound.
    """
    parcel = _parcel(connection, parcel_code)
    limits = limits_in_force(connection, parcel["county_code"])
    return told(seen_of(connection, parcel), as_of or today(), data or national_clock(), limits)


def seen_of(connection: Connection, parcel: Mapping[str, Any] | RowMapping, before: datetime | None = None) -> Seen:
    """The parcel's facts with its events and dates, as recorded before an instant (None: now)."""
    events, dates = (standing(connection, book, parcel["id"], before) for book in (EVENTS, DATES))
    return Seen(parcel, events, dates, _notices(connection, parcel["id"], before))


def _notices(connection: Connection, parcel_id: int, before: datetime | None) -> list[date]:
    """An investigation is judged as it stands now, but for those of which nothing was recorded yet."""
    table, kept = Investigation.__table__, RecordVersion.__table__
    wanted = select(table.c.notice_on).where(
        table.c.parcel_id == parcel_id, table.c.finding.is_distinct_from(TAKEN_BACK)
    )
    if before is not None:
        known = exists().where(
            kept.c.table_name == Investigation.__tablename__,
            kept.c.county_code == table.c.county_code,
            kept.c.record_key == cast(table.c.id, SqlText),
            kept.c.recorded_at < before,
        )
        wanted = wanted.where(or_(table.c.recorded_at < before, known))
    return list(connection.execute(wanted.order_by(table.c.notice_on)).scalars())


def limits_in_force(connection: Connection, county: str) -> Limits:
    """Those of the rule set by which the county is labelled; of the national one before any run."""
    table = PlanRun.__table__
    wanted = select(table.c.ruleset_toml).where(table.c.county_code == county, table.c.status == "accepted")
    toml = connection.execute(wanted).scalar_one_or_none()
    return (load_ruleset() if toml is None else read_ruleset(toml)).rules.limits


def told(seen: Seen, day: date, by: ClockData, limits: Limits) -> Json:
    """What the clock shows on a day."""
    parcel, rows, dates = seen.parcel, seen.events, seen.dates
    clock = read_clock(seen.clock_facts, day, limits)
    running = [one for one in clock.limits if _concerns(one, parcel)]
    step = _next_step(parcel, clock, [*_dated(dates), *((NOTICE, day) for day in seen.notices)], by)
    return {
        "parcel_code": parcel["parcel_code"],
        "kind": parcel["kind"],
        "state": parcel["state"],
        "as_of": day,
        "clock": {
            **{name: getattr(clock, name) for name in PLAIN},
            "pauses": [{"from_on": one.first, "until_on": one.last} for one in clock.pauses],
        },
        "limits": [_limit(one, day) for one in running],
        "events": [_told(row, seen=row["agreed_on"] <= day) for row in rows],
        "served": [
            {**_told(row, seen=row["served_on"] <= day), "title": _title(by.procedure, row["step"])} for row in dates
        ],
        "next_step": _step(step, by.calendar) if step else None,
        "next_due": _next(next_limit(running, day), step, day),
    }


def _concerns(limit: Limit, parcel: Mapping[str, Any] | RowMapping) -> bool:
    """Land idle for the government's causes or force majeure is not reclaimed without payment (art. 14), and an
    approval lapses that was never supplied."""
    if limit.limit == LAPSED:
        return bool(parcel["kind"] == Kind.UNSUPPLIED_LAND)
    return limit.limit != RECLAIM or parcel["idle_cause"] not in EXCUSED


def _parcel(connection: Connection, parcel_code: str) -> RowMapping:
    table = Parcel.__table__
    names = ("id", "county_code", "parcel_code", "kind", "state", "idle_cause", *FACTS)
    wanted = select(*[table.c[name] for name in names]).where(table.c.parcel_code == parcel_code)
    found = connection.execute(wanted).mappings().one_or_none()
    if found is None:
        raise ParcelNotFound(where=parcel_code, parcel_code=parcel_code)
    return found


def _event(row: Row) -> Event:
    kind = next(one for one in ClockEventKind if one == row["event"])
    cause = next((one for one in IdleCause if one == row["cause"]), None)
    days = {name: row[name] for name in ("agreed_on", "from_on", "until_on", "new_start_on", "document_no", "id")}
    return Event(event=kind, cause=cause, **days)


def _dated(dates: list[Row]) -> list[tuple[str, date]]:
    return [(row["step"], row["served_on"]) for row in dates]


def _next_step(
    parcel: Mapping[str, Any] | RowMapping, clock: Clock, dates: list[tuple[str, date]], by: ClockData
) -> DueStep | None:
    """The step due next, once the procedure has begun or should have."""
    if parcel["kind"] not in by.procedure.procedure.kinds:
        return None
    served = _served(dates, parcel["determined_on"], clock.as_of)
    if not served and parcel["state"] != State.SUSPECTED and not clock.idle_by_law:
        return None
    return next_due(by.procedure, served, parcel["idle_cause"], clock.as_of, by.calendar)


def _served(dates: list[tuple[str, date]], determined_on: date | None, as_of: date) -> dict[str, date]:
    """The last day of each step up to a day; what was served before the last suspicion belongs to an earlier round."""
    served: dict[str, date] = {}
    determined = [(DETERMINATION, determined_on)] if determined_on is not None else []
    for name, day in [*dates, *determined]:
        if day <= as_of:
            served[name] = max(day, served.get(name, day))
    begun = served.get(SUSPECTED)
    return served if begun is None else {name: day for name, day in served.items() if day >= begun}


def _told(row: Row, *, seen: bool) -> Json:
    hidden = ("county_code", "parcel_id", "withdrawn_reason")
    return {**{name: value for name, value in row.items() if name not in hidden}, "counts": seen}


def _title(procedure: Procedure, name: str) -> Json:
    """What a step is called; one that the procedure no longer has, by its name."""
    step = procedure.step(name)
    return step.title.text._asdict() if step else {"zh": name, "en": name}


def _limit(one: Limit, day: date) -> Json:
    left = None if one.reached_on is None else (one.reached_on - day).days
    return {
        "limit": one.limit, "title": one.title._asdict(), "since": one.since, "reached_on": one.reached_on,
        "days_left": left, "reached": left is not None and left <= 0,
    }  # fmt: skip


def _step(due: DueStep, calendar: Calendar) -> Json:
    step = due.step
    moved = due.counted_to is not None and due.counted_to != due.due_on
    because = calendar.why_not(due.counted_to) if moved and due.counted_to else None
    return {
        "step": step.id,
        "title": step.title.text._asdict(),
        "agency": step.agency,
        "agency_title": national_words(step.agency)._asdict(),
        "basis": step.basis,
        "basis_title": national_words(step.basis)._asdict(),
        "confirmed": step.confirmed,
        "optional": step.optional,
        "since": due.since,
        "days": step.days,
        "counting": step.counting,
        "due_on": due.due_on,
        "days_left": due.days_left,
        "overdue": due.overdue,
        "moved_from": due.counted_to if moved else None,
        "moved_because": because and because.zh,
        "moved_because_title": because and because._asdict(),
        "calendar_sure": due.calendar_sure,
    }


def _next(limit: Limit | None, step: DueStep | None, day: date) -> Json | None:
    """The next date that matters: an overdue step before all, else what comes first."""
    found: list[Json] = []
    if step is not None and step.due_on is not None:
        words = {"step": step.step.id, "title": step.step.title.text._asdict(), "overdue": step.overdue}
        found.append({"on": step.due_on, "days_left": step.days_left, **words})
    if limit is not None and limit.reached_on is not None:
        words = {"limit": limit.limit, "title": limit.title._asdict(), "overdue": False}
        found.append({"on": limit.reached_on, "days_left": (limit.reached_on - day).days, **words})
    return min(found, key=lambda one: one["on"], default=None)
