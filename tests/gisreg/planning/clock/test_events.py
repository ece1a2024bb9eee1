"""What moves the clock is added with a reason, refused where the law does not allow it, withdrawn; labels follow."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Date, literal, select, text

from gisreg.days import today
from gisreg.db.engine import Actor, transaction
from gisreg.db.models import Parcel
from gisreg.errors import ConflictError, GisregError, InputError, NotFoundError
from gisreg.planning.clock.events import DATES, EVENTS, NothingPaused, add_event, serve, withdraw
from gisreg.planning.clock.joining import with_clock
from gisreg.planning.clock.report import clock_of, national_clock
from gisreg.planning.explain import explain
from gisreg.planning.facts import facts_of
from gisreg.records import FieldMissing, RecordBasis, history

TESTER, COUNTY = Actor("tester", "test"), "149901"
PROCEDURE = national_clock().procedure
GOVERNMENT: dict[str, Any] = {"cause": "government", "reason": "规划调整", "agreed_on": "2025-06-01"}
EXTENSION = {**GOVERNMENT, "event": "extension", "new_start_on": "2026-06-01"}
PAUSE = {**GOVERNMENT, "event": "pause", "from_on": "2024-09-01"}


@pytest.fixture
def parcel(registry: Any) -> str:
    """Idle land that should have been started on 1 March 2024, the government's fault."""
    code: str = registry.add("idle_land", agreed_start_on=date(2024, 3, 1), idle_cause="government")
    return code


@pytest.fixture
def do(registry: Any) -> Any:
    """A use case in a transaction of its own."""

    def work(case: Any) -> Any:
        with transaction(registry.engine, TESTER) as connection:
            return case(connection)

    return work


def test_an_extension_moves_the_clock_from_its_day_on(parcel: str, do: Any) -> None:
    do(lambda c: add_event(c, parcel, EXTENSION, PROCEDURE))
    before, after = (do(lambda c, d=day: clock_of(c, parcel, d)) for day in (date(2025, 5, 31), date(2025, 6, 1)))
    assert before["clock"]["idle_by_law"] is True
    assert before["events"][0]["counts"] is False
    assert after["clock"]["idle_by_law"] is False
    assert after["clock"]["start_on"] == date(2026, 6, 1)
    assert after["next_due"] == {
        "on": date(2027, 6, 2), "days_left": 731, "limit": "idle_year", "overdue": False,
        "title": {"zh": "约定动工之日起满一年未动工", "en": "A full year past the agreed start"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "kind", "where"),
    [
        ({"new_start_on": "2026-06-02"}, "ExtensionTooLong", "new_start_on"),
        ({"new_start_on": "2025-05-31"}, "DatesTurned", "new_start_on"),
        ({"new_start_on": None}, "FieldMissing", "new_start_on"),
        ({"agreed_on": (today() + timedelta(days=2)).isoformat()}, "DayAhead", "agreed_on"),
        ({"agreed_on": "2025-02-29"}, "ValueUnusable", "agreed_on"),
        ({"agreed_on": "1800-01-01"}, "ValueUnusable", "agreed_on"),
        ({"agreed_on": None}, "ValueUnusable", "agreed_on"),
        ({"cause": "enterprise"}, "CauseDoesNotExcuse", "cause"),
        ({"cause": None}, "CauseDoesNotExcuse", "cause"),
        ({"event": "holiday"}, "ValueUnusable", "event"),
        ({"reason": " "}, "ValueUnusable", "reason"),
        ({"reason": "长" * 2_001}, "ValueUnusable", "reason"),
        ({"until_on": "2026-01-01"}, "FieldUnfit", "until_on"),
        ({"surprise": 1}, "FieldUnknown", "surprise"),
        ({"event": "pause"}, "FieldUnfit", "new_start_on"),
        ({"event": "temporary_use", "from_on": "2025-06-01", "until_on": "2027-06-02"}, "ExtensionTooLong", "until_on"),
        ({"event": "temporary_use", "from_on": "2025-06-01"}, "FieldMissing", "until_on"),
    ],
)
def test_what_an_extension_cannot_be(parcel: str, do: Any, change: dict[str, Any], kind: str, where: str) -> None:
    with pytest.raises(GisregError) as told:
        do(lambda c: add_event(c, parcel, {**EXTENSION, **change}, PROCEDURE))
    assert (type(told.value).__name__, told.value.where) == (kind, where)
    assert do(lambda c: c.execute(text("SELECT count(*) FROM clock_event")).scalar_one()) == 0


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"until_on": "2024-08-31"}, "DatesTurned"),
        ({"from_on": None}, "FieldMissing"),
        ({"event": "resumed", "cause": None, "from_on": "2024-08-31"}, "NothingPaused"),
        ({"event": "resumed", "cause": None, "from_on": (today() + timedelta(days=2)).isoformat()}, "DayAhead"),
        ({"event": "delivery_late", "cause": "enterprise"}, "CauseDoesNotExcuse"),
    ],
)
def test_what_a_pause_cannot_be(parcel: str, do: Any, change: dict[str, Any], kind: str) -> None:
    with pytest.raises(GisregError) as told:
        do(lambda c: add_event(c, parcel, {**PAUSE, **change}, PROCEDURE))
    assert type(told.value).__name__ == kind


def test_an_extension_of_exactly_a_year_is_lawful_in_a_leap_year_too(parcel: str, do: Any) -> None:
    leap = {**EXTENSION, "agreed_on": "2024-02-29", "new_start_on": "2025-02-28"}
    do(lambda c: add_event(c, parcel, leap, PROCEDURE))
    with pytest.raises(InputError):
        do(lambda c: add_event(c, parcel, {**leap, "new_start_on": "2025-03-01"}, PROCEDURE))


def test_pauses_overlap_and_end(parcel: str, do: Any) -> None:
    do(lambda c: add_event(c, parcel, PAUSE, PROCEDURE))
    late = {"event": "delivery_late", "from_on": "2024-09-15", "until_on": "2024-10-15"}
    told = do(lambda c: add_event(c, parcel, {**late, "reason": "未交地", "agreed_on": "2024-12-01"}, PROCEDURE))
    assert told["cause"] == "government"
    assert do(lambda c: clock_of(c, parcel, date(2025, 6, 2)))["clock"]["idle_from_on"] is None
    back = {"event": "resumed", "from_on": "2024-10-01", "reason": "恢复", "agreed_on": "2025-06-02"}
    do(lambda c: add_event(c, parcel, back, PROCEDURE))
    clock = do(lambda c: clock_of(c, parcel, date(2025, 6, 2)))["clock"]
    assert clock["pauses"] == [{"from_on": date(2024, 9, 1), "until_on": date(2024, 9, 30)}]
    assert (clock["paused_days"], clock["idle_from_on"]) == (30, date(2025, 4, 1))
    for day in ("2024-10-01", "2025-06-01"):
        with pytest.raises(NothingPaused, match="again"):
            do(lambda c, on=day: add_event(c, parcel, {**back, "from_on": on}, PROCEDURE))
    do(lambda c: add_event(c, parcel, {**PAUSE, "from_on": "2025-01-01", "until_on": "2025-01-31"}, PROCEDURE))
    with pytest.raises(NothingPaused):
        do(lambda c: add_event(c, parcel, {**back, "from_on": "2025-02-01"}, PROCEDURE))
    do(lambda c: add_event(c, parcel, {**back, "from_on": "2025-01-11"}, PROCEDURE))
    assert do(lambda c: clock_of(c, parcel, date(2025, 6, 2)))["clock"]["paused_days"] == 40


def test_an_event_that_was_withdrawn_counts_no_longer_and_stays_on_record(parcel: str, do: Any) -> None:
    added = do(lambda c: add_event(c, parcel, EXTENSION, PROCEDURE))
    basis = RecordBasis(added["id"], 1)
    with pytest.raises(InputError):
        do(lambda c: withdraw(c, COUNTY, EVENTS, basis, " "))
    do(lambda c: withdraw(c, COUNTY, EVENTS, basis, "记错宗地"))
    assert do(lambda c: clock_of(c, parcel, date(2025, 7, 1)))["clock"]["idle_by_law"] is True
    assert len(do(lambda c: history(c, EVENTS, COUNTY, added["id"]))) == 2
    with pytest.raises(ConflictError):
        do(lambda c: withdraw(c, COUNTY, EVENTS, RecordBasis(added["id"], 2), "再次"))
    with pytest.raises(ConflictError):
        do(lambda c: withdraw(c, COUNTY, EVENTS, basis, "旧版本"))


def test_the_application_cannot_rewrite_an_event(parcel: str, do: Any) -> None:
    do(lambda c: add_event(c, parcel, EXTENSION, PROCEDURE))
    for statement in ("UPDATE clock_event SET new_start_on = '2030-01-01'", "DELETE FROM clock_event"):
        with pytest.raises(Exception, match="permission denied"):
            do(lambda c, said=statement: c.execute(text(said)))


def test_labels_follow_the_clock(registry: Any, parcel: str, do: Any) -> None:
    """Land the government delayed is advised an extension; once it is extended, it is not idle by law."""
    with transaction(registry.engine) as connection:
        assert _idle(connection, parcel, date(2025, 7, 1)) is True
    do(lambda c: add_event(c, parcel, EXTENSION, PROCEDURE))
    with transaction(registry.engine) as connection:
        assert _idle(connection, parcel, date(2025, 5, 31)) is True
        assert _idle(connection, parcel, date(2025, 6, 1)) is False
        assert _idle(connection, parcel, date(2027, 6, 2)) is True


def _idle(connection: Connection, code: str, as_of: date) -> Any:
    clocked = with_clock(Parcel.__table__, as_of)
    fact = facts_of(clocked, literal(as_of, Date()))["idle_by_law"].expression
    return connection.execute(select(fact).where(clocked.c.parcel_code == code)).scalar_one()


def test_a_run_and_its_explanation_see_what_moves_the_clock(registry: Any, do: Any) -> None:
    """Of two parcels alike, the one with an agreement is not asked for the idle-land fee."""
    facts = {"kind": "idle_land", "agreed_start_on": date(2024, 3, 1), "idle_cause": "enterprise", "price_wan": 100.0}
    plain, agreed = registry.add_all([facts, facts])
    do(lambda c: add_event(c, agreed, EXTENSION, PROCEDURE))
    run = registry.run(date(2025, 7, 1))
    labels = registry.labels(run.run_id)
    assert labels[plain]["measure"] == "idle_fee"
    assert labels[agreed]["measure"] != "idle_fee"
    with transaction(registry.engine) as connection:
        seen = {code: explain(connection, code, run.run_id) for code in (plain, agreed)}
    assert {code: why["rule"] for code, why in seen.items()} == {code: labels[code]["rule"] for code in seen}
    assert not any(why["changed_since"] for why in seen.values())
    assert seen[agreed]["trace"]["clock"]["on"] == "2027-06-02", "the new year is full on 1 June 2027"


def test_as_recorded_before_an_instant(registry: Any, parcel: str, do: Any) -> None:
    """An event withdrawn since is seen as it was recorded then; one added since is not."""

    def restart(instant: Any) -> Any:
        clocked = with_clock(Parcel.__table__, date(2025, 7, 1), instant)
        with transaction(registry.engine) as connection:
            return connection.execute(select(clocked.c.clock_restart_on)).scalar_one()

    now = "SELECT clock_timestamp()"
    at_first = do(lambda c: c.execute(text(now)).scalar_one())
    added = do(lambda c: add_event(c, parcel, EXTENSION, PROCEDURE))
    in_between = do(lambda c: c.execute(text(now)).scalar_one())
    do(lambda c: withdraw(c, COUNTY, EVENTS, RecordBasis(added["id"], 1), "记错"))
    at_last = do(lambda c: c.execute(text(now)).scalar_one())
    assert [restart(one) for one in (at_first, in_between, at_last, None)] == [None, date(2026, 6, 1), None, None]


def test_the_procedure_follows_the_dates_served(registry: Any, parcel: str, do: Any) -> None:
    def due(as_of: date) -> Any:
        return do(lambda c: clock_of(c, parcel, as_of))["next_step"]

    assert due(date(2025, 3, 1)) is None, "not idle yet"
    assert due(date(2025, 3, 2))["step"] == "suspected"
    served = do(lambda c: serve(c, parcel, {"step": "suspected", "served_on": "2025-04-01"}, PROCEDURE))
    step = due(date(2025, 5, 7))
    assert (step["due_on"], step["moved_from"], step["moved_because"]) == (date(2025, 5, 6), date(2025, 5, 1), "劳动节")
    assert step["moved_because_title"] == {"zh": "劳动节", "en": "Labour Day"}
    assert (step["days_left"], step["overdue"]) == (-1, True)
    assert do(lambda c: clock_of(c, parcel, date(2025, 5, 7)))["next_due"]["on"] == date(2025, 5, 6)
    registry.change(parcel, determined_on=date(2025, 5, 30))
    assert due(date(2025, 6, 1))["step"] == "publication"
    do(lambda c: serve(c, parcel, {"step": "suspected", "served_on": "2026-01-05"}, PROCEDURE))
    assert due(date(2026, 1, 6))["step"] == "investigation_notice", "a second round begins anew"
    do(lambda c: withdraw(c, COUNTY, DATES, RecordBasis(served["id"], 1), "记错"))


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"step": "surprise", "served_on": "2025-04-01"}, "ValueUnusable"),
        ({"step": "suspected", "served_on": (today() + timedelta(days=2)).isoformat()}, "DayAhead"),
        ({"step": "suspected"}, "FieldMissing"),
        ({"served_on": "2025-04-01"}, "FieldMissing"),
        ({"step": "determination", "served_on": "2025-04-01"}, "DeterminationStandsElsewhere"),
    ],
)
def test_what_cannot_be_served(parcel: str, do: Any, given: dict[str, Any], kind: str) -> None:
    with pytest.raises(GisregError) as told:
        do(lambda c: serve(c, parcel, given, PROCEDURE))
    assert type(told.value).__name__ == kind


def test_what_is_missing_is_told_by_its_title_and_its_column(parcel: str, do: Any) -> None:
    with pytest.raises(FieldMissing) as told:
        do(lambda c: add_event(c, parcel, {**EXTENSION, "new_start_on": None}, PROCEDURE))
    assert (told.value.where, told.value.say_what("zh")) == ("new_start_on", "缺少 新约定动工日期")


def test_a_step_is_not_before_the_one_it_follows(parcel: str, do: Any) -> None:
    do(lambda c: serve(c, parcel, {"step": "suspected", "served_on": "2025-04-01"}, PROCEDURE))
    with pytest.raises(InputError):
        do(lambda c: serve(c, parcel, {"step": "investigation_notice", "served_on": "2025-03-31"}, PROCEDURE))


def test_a_parcel_that_is_not_there(do: Any) -> None:
    for work in (
        lambda c: clock_of(c, "149901-9999999"),
        lambda c: add_event(c, "149901-9999999", EXTENSION, PROCEDURE),
        lambda c: serve(c, "149901-9999999", {"step": "suspected", "served_on": "2025-04-01"}, PROCEDURE),
    ):
        with pytest.raises(NotFoundError):
            do(work)


def test_other_kinds_have_a_clock_but_no_procedure_of_idle_land(registry: Any, do: Any) -> None:
    code = registry.add("unsupplied_land", approved_on=date(2023, 1, 15))
    told = do(lambda c: clock_of(c, code, date(2025, 1, 15)))
    assert told["next_step"] is None
    assert told["clock"]["months_since_approval"] == 23
    assert told["next_due"]["on"] == date(2025, 1, 16)
