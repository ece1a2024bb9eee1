"""The clock in Python and the facts in SQL give the same answers, for many parcels at once."""

import io
import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Date, Double, Engine, Integer, Text, cast, column, insert, select, table, text
from sqlalchemy.dialects.postgresql import DATEMULTIRANGE

from gisreg.db.engine import Actor, transaction
from gisreg.db.models import ClockEvent, Parcel
from gisreg.planning.clock.counting import Span
from gisreg.planning.clock.joining import with_clock
from gisreg.planning.clock.limits import NATIONAL_LIMITS, Limits
from gisreg.planning.clock.reading import COMPARED, ClockFacts, Event, pauses_of, read_clock, restart_of
from gisreg.planning.facts import FACTS
from gisreg.planning.ruleset import load_ruleset, read_ruleset
from gisreg.vocab import PAUSES, RESTARTS, ClockEventKind

ORIGIN = date(2020, 1, 1)
TESTER = Actor("tester", "test")
DATES = (
    "agreed_start_on", "actual_start_on", "halted_on", "approved_on", "contract_on", "vacated_on", "completed_on",
    "determined_on",
)  # fmt: skip
NUMBERS = ("started_area_m2", "due_area_m2", "invested_wan", "total_investment_wan")
Case = tuple[ClockFacts, date]


def answers(connection: Connection, cases: Sequence[Case], limits: Limits) -> list[tuple[Any, ...]]:
    """What the database says of each case, by one statement."""
    columns = ", ".join([*(f"{n} date" for n in DATES), *(f"{n} float8" for n in NUMBERS)])
    connection.execute(text("DROP TABLE IF EXISTS clock_case"))
    connection.execute(
        text(f"CREATE TEMP TABLE clock_case (no int, as_of date, restart date, paused datemultirange, {columns})")
    )
    lines = "\n".join(_line(no, facts, as_of) for no, (facts, as_of) in enumerate(cases))
    with connection.connection.cursor() as cursor:
        cursor.copy_expert("COPY clock_case FROM STDIN (FORMAT csv, DELIMITER ';')", io.StringIO(lines + "\n"))
    case = table(
        "clock_case", column("no", Integer), column("as_of", Date), column("restart", Date),
        column("paused", DATEMULTIRANGE), *(column(n, Date) for n in DATES), *(column(n, Double) for n in NUMBERS),
    )  # fmt: skip
    named = select(
        case.c.no, case.c.as_of, case.c.restart.label("clock_restart_on"), case.c.paused.label("clock_paused"),
        *(case.c[n] for n in (*DATES, *NUMBERS)),
    ).subquery("named")  # fmt: skip
    facts = {fact.name: fact.sql(named.c, named.c.as_of, limits) for fact in FACTS if fact.name in COMPARED}
    wanted = select(*[facts[name].label(name) for name in COMPARED]).order_by(named.c.no)
    return [tuple(row) for row in connection.execute(wanted)]


def _line(no: int, facts: ClockFacts, as_of: date) -> str:
    events = tuple(event for event in facts.events if event.agreed_on <= as_of)
    pauses, restart = pauses_of(events), restart_of(events)
    spans = ",".join(f"[{one.first},{'' if one.last is None else one.last + timedelta(days=1)})" for one in pauses)
    values = [no, as_of, restart and restart.new_start_on, "{" + spans + "}" if pauses else None]
    values += [getattr(facts, name) for name in (*DATES, *NUMBERS)]
    return ";".join("" if value is None else str(value) for value in values)


def read(case: Case, limits: Limits) -> tuple[Any, ...]:
    """The same from the clock in Python."""
    facts, as_of = case
    clock = read_clock(facts, as_of, limits)
    return tuple(getattr(clock, name) for name in COMPARED)


def assert_agree(engine: Engine, cases: Sequence[Case], limits: Limits = NATIONAL_LIMITS) -> None:
    with transaction(engine, TESTER) as connection:
        by_sql = answers(connection, cases, limits)
    for case, there in zip(cases, by_sql, strict=True):
        here = read(case, limits)
        assert here == there, (case, dict(zip(COMPARED, zip(here, there, strict=True), strict=True)))


def random_cases(count: int, seed: int) -> list[Case]:
    """Parcels with dates round the limits: half of the as-of days lie within two days of a year's end."""
    rng = np.random.default_rng(seed)
    days = rng.integers(0, 1_500, (count, len(DATES)))
    known = rng.random((count, len(DATES) + len(NUMBERS))) < 0.7
    amounts = rng.integers(0, 13, (count, len(NUMBERS))) * 25.0
    near, years, shift = rng.random(count) < 0.5, rng.integers(0, 4, count), rng.integers(-2, 3, count)
    anywhere, moved = rng.integers(0, 3_000, count), rng.random((count, 3)) < 0.15
    spans = rng.integers(0, 700, (count, 4))
    cases = []
    for no in range(count):
        dates = {
            name: ORIGIN + timedelta(days=int(days[no, i])) if known[no, i] else None for i, name in enumerate(DATES)
        }
        sums = {name: float(amounts[no, i]) if known[no, len(DATES) + i] else None for i, name in enumerate(NUMBERS)}
        base = dates["agreed_start_on"] or dates["halted_on"] or ORIGIN
        as_of = ORIGIN + timedelta(days=int(anywhere[no]))
        if near[no]:
            as_of = base + timedelta(days=int(years[no]) * 365 + int(shift[no]) + 1)
        events = _events(moved[no], spans[no], base)
        cases.append((ClockFacts(**dates, **sums, events=events), as_of))
    return cases


def _events(moved: Any, spans: Any, base: date) -> tuple[Event, ...]:
    first, length, late, ahead = (int(one) for one in spans)
    begin, agreed = base + timedelta(days=first - 100), base + timedelta(days=late)
    found = []
    if moved[0]:
        found.append(Event(ClockEventKind.EXTENSION, agreed, new_start_on=agreed + timedelta(days=ahead // 2), id=1))
    if moved[1]:
        found.append(Event(ClockEventKind.PAUSE, base, from_on=begin, until_on=begin + timedelta(days=length), id=2))
    if moved[2]:
        found.append(Event(ClockEventKind.DELIVERY_LATE, base, from_on=begin + timedelta(days=ahead), id=3))
        found.append(Event(ClockEventKind.RESUMED, agreed, from_on=agreed, id=4))
    return tuple(found)


def test_a_hundred_thousand_random_parcels_in_one_statement(engine: Engine) -> None:
    assert_agree(engine, random_cases(100_000, seed=20_261_122))


def test_they_agree_by_the_limits_of_another_rule_set(engine: Engine) -> None:
    """A county that changed the years and shares in its rule set changed them for both."""
    loaded = read_ruleset(
        load_ruleset()
        .toml.replace("[parameters.idle_years]\nvalue = 1", "[parameters.idle_years]\nvalue = 2")
        .replace("[parameters.reclaim_years]\nvalue = 2", "[parameters.reclaim_years]\nvalue = 3")
        .replace("[parameters.idle_started_part]\nvalue = 3", "[parameters.idle_started_part]\nvalue = 2")
        .replace("[parameters.idle_invested_share]\nvalue = 0.25", "[parameters.idle_invested_share]\nvalue = 0.4")
    )
    assert loaded.rules.limits == Limits(2, 3, 24, 2, 0.4)
    cases = random_cases(5_000, seed=7)
    assert_agree(engine, cases, loaded.rules.limits)
    assert any(read(case, loaded.rules.limits) != read(case, NATIONAL_LIMITS) for case in cases)


day = st.integers(0, 1_200).map(lambda n: ORIGIN + timedelta(days=n))
some_day = st.integers(0, 2_500).map(lambda n: ORIGIN + timedelta(days=n))
maybe_day, amount = st.none() | day, st.none() | st.integers(0, 400).map(float)
pause = st.builds(
    lambda agreed, first, length: Event(
        ClockEventKind.PAUSE, agreed, from_on=first, until_on=None if length is None else first + timedelta(days=length)
    ),
    day, day, st.none() | st.integers(0, 500),
)  # fmt: skip
restart = st.builds(
    lambda kind, agreed, ahead, no: Event(kind, agreed, new_start_on=agreed + timedelta(days=ahead), id=no),
    st.sampled_from(RESTARTS), day, st.integers(0, 365), st.integers(1, 9),
)  # fmt: skip
resumed = st.builds(lambda on: Event(ClockEventKind.RESUMED, on, from_on=on), day)
case_facts = st.builds(
    ClockFacts, **dict.fromkeys(DATES, maybe_day), **dict.fromkeys(NUMBERS, amount),
    events=st.lists(pause | restart | resumed, max_size=4, unique_by=lambda one: (one.agreed_on, one.id)).map(tuple),
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cases=st.lists(st.tuples(case_facts, some_day), min_size=1))
def test_they_agree_on_any_parcel(engine: Engine, cases: list[Case]) -> None:
    assert_agree(engine, cases)


def test_the_join_moves_the_clock_as_python_does(registry: Any) -> None:
    """Events in the table, aggregated by the join: the same start and the same pauses."""
    codes = registry.add_all([{"kind": "idle_land"}] * 300)
    rng = np.random.default_rng(7)
    events = {code: _random_events(rng) for code in codes}
    as_of = ORIGIN + timedelta(days=900)
    parcel = Parcel.__table__
    with transaction(registry.engine, TESTER) as connection:
        ids = {row.parcel_code: row.id for row in connection.execute(select(parcel.c.parcel_code, parcel.c.id))}
        rows = [_row(ids[code], one) for code, found in events.items() for one in found]
        connection.execute(insert(ClockEvent), rows)
        clocked = with_clock(parcel, as_of)
        kept = connection.execute(
            text("SELECT parcel_id, array_agg(id ORDER BY id) AS ids FROM clock_event GROUP BY parcel_id")
        )
        numbers = {row.parcel_id: row.ids for row in kept}
        found = connection.execute(
            select(clocked.c.parcel_code, clocked.c.clock_restart_on, cast(clocked.c.clock_paused, Text))
        ).all()
    assert len(found) == len(codes)
    for code, restart_on, paused in found:
        seen = [
            Event(one.event, one.agreed_on, one.from_on, one.until_on, one.new_start_on, id=no)
            for one, no in zip(events[code], numbers.get(ids[code], []), strict=True)
            if one.agreed_on <= as_of
        ]
        last = restart_of(tuple(seen))
        assert restart_on == (last.new_start_on if last else None), code
        assert tuple(_spans(paused)) == pauses_of(tuple(seen)), (code, seen)


def _spans(paused: str | None) -> list[Span]:
    """A multirange as the driver gives it."""
    found = re.findall(r"\[([0-9-]+),([0-9-]*)\)", paused or "")
    return [
        Span(date.fromisoformat(first), date.fromisoformat(end) - timedelta(days=1) if end else None)
        for first, end in found
    ]


def _random_events(rng: Any) -> list[Event]:
    found = []
    for _ in range(int(rng.integers(0, 5))):
        kind = list(ClockEventKind)[int(rng.integers(0, len(ClockEventKind)))]
        agreed, first = (ORIGIN + timedelta(days=int(n)) for n in rng.integers(0, 1_000, 2))
        until = first + timedelta(days=int(rng.integers(0, 300))) if rng.random() < 0.6 else None
        found.append(
            Event(
                kind,
                agreed,
                first if kind in PAUSES or kind == ClockEventKind.RESUMED else None,
                until if kind in PAUSES else None,
                first if kind in RESTARTS else None,
            )
        )
    return found


def _row(parcel_id: int, one: Event) -> dict[str, Any]:
    return {
        "county_code": "149901", "parcel_id": parcel_id, "event": str(one.event), "agreed_on": one.agreed_on,
        "from_on": one.from_on, "until_on": one.until_on, "new_start_on": one.new_start_on, "reason": "测试",
    }  # fmt: skip
