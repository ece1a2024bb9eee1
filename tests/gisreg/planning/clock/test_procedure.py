"""The procedure: which step is due next, by when, moved to a working day; and faults of the data."""

from datetime import date
from pathlib import Path

import pytest

from gisreg.planning.clock.procedure import Procedure, ProcedureUnusable, load_procedure, next_due
from gisreg.planning.clock.workdays import Calendar, load_calendar
from gisreg.settings import PROJECT_DIR
from gisreg.vocab import IdleCause

DATA = PROJECT_DIR / "data"


@pytest.fixture(scope="module")
def procedure() -> Procedure:
    return load_procedure(DATA)


@pytest.fixture(scope="module")
def days() -> Calendar:
    return load_calendar(DATA)


def test_the_notice_is_due_thirty_days_after_the_suspicion(procedure: Procedure, days: Calendar) -> None:
    due = next_due(procedure, {"suspected": date(2025, 4, 1)}, None, date(2025, 4, 21), days)
    assert due is not None
    assert (due.step.id, due.counted_to, due.due_on) == ("investigation_notice", date(2025, 5, 1), date(2025, 5, 6))
    assert (due.days_left, due.overdue, due.calendar_sure) == (15, False, True)


@pytest.mark.parametrize(("as_of", "left", "overdue"), [(5, 1, False), (6, 0, False), (7, -1, True)])
def test_the_last_day_itself_is_in_time(
    procedure: Procedure, days: Calendar, as_of: int, left: int, overdue: bool
) -> None:
    due = next_due(procedure, {"suspected": date(2025, 4, 1)}, None, date(2025, 5, as_of), days)
    assert due is not None
    assert (due.days_left, due.overdue) == (left, overdue)


def test_later_days_are_not_seen(procedure: Procedure, days: Calendar) -> None:
    served = {"suspected": date(2025, 4, 1), "investigation_notice": date(2025, 4, 20)}
    before = next_due(procedure, served, None, date(2025, 4, 19), days)
    after = next_due(procedure, served, None, date(2025, 4, 20), days)
    assert before is not None
    assert after is not None
    assert (before.step.id, after.step.id, after.due_on) == ("investigation_notice", "holder_answer", date(2025, 5, 20))


def test_a_step_without_a_term_or_a_first_day_has_no_date(procedure: Procedure, days: Calendar) -> None:
    answered = next_due(procedure, {"holder_answer": date(2025, 4, 1)}, None, date(2026, 1, 1), days)
    assert answered is not None
    assert (answered.step.id, answered.due_on, answered.overdue) == ("determination", None, False)
    begun = next_due(procedure, {}, None, date(2026, 1, 1), days)
    assert begun is not None
    assert (begun.step.id, begun.due_on) == ("suspected", None)


def test_the_cause_chooses_the_way(procedure: Procedure, days: Calendar) -> None:
    served = {"plan_approved": date(2025, 6, 3)}
    names = {}
    for cause in (*IdleCause, None):
        due = next_due(procedure, served, cause, date(2025, 7, 1), days)
        names[cause] = due.step.id if due else None
    assert names == {
        IdleCause.ENTERPRISE: "hearing_notice", IdleCause.GOVERNMENT: "agreement",
        IdleCause.FORCE_MAJEURE: "agreement", None: None,
    }  # fmt: skip


def test_a_hearing_nobody_asks_for_in_five_working_days_is_passed(procedure: Procedure, days: Calendar) -> None:
    served = {"hearing_notice": date(2025, 4, 24)}
    told = [next_due(procedure, served, "enterprise", day, days) for day in (date(2025, 4, 30), date(2025, 5, 1))]
    assert [due.step.id for due in told if due] == ["hearing_request", "decision"]
    assert told[0] is not None
    assert told[0].due_on == date(2025, 4, 30)


def test_pay_or_cancel_within_thirty_days_of_service(procedure: Procedure, days: Calendar) -> None:
    due = next_due(procedure, {"decision": date(2025, 9, 4)}, "enterprise", date(2025, 10, 4), days)
    assert due is not None
    assert (due.step.id, due.counted_to, due.due_on) == ("fulfilment", date(2025, 10, 4), date(2025, 10, 9))
    done = {"decision": date(2025, 9, 4), "fulfilment": date(2025, 9, 30)}
    assert next_due(procedure, done, "enterprise", date(2025, 10, 4), days) is None


def test_every_step_has_a_basis_and_what_is_from_memory_is_marked(procedure: Procedure) -> None:
    for step in procedure.steps:
        assert not (step.confirmed and "待核" in step.basis), step.id


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (("after = \"suspected\"", "after = \"decision\""), "steps:investigation_notice:after"),
        (("days = 30", "days = 0"), "steps:investigation_notice:days"),
        (("id = \"publication\"", "id = \"determination\""), "steps:determination"),
        (("[limits]", "[limits"), ""),
        (("counting = \"working\"", "counting = \"lunar\""), "steps:hearing_request:counting"),
        (("[procedure]", "rule = \"__import__('os')\"\n[procedure]"), "rule"),
    ],
)  # fmt: skip
def test_a_faulty_procedure_is_told_with_its_place(tmp_path: Path, change: tuple[str, str], where: str) -> None:
    (tmp_path / "procedures").mkdir()
    words = (DATA / "procedures" / "idle_land.toml").read_text(encoding="utf-8")
    faulty = words.replace(*change, 1)
    (tmp_path / "procedures" / "idle_land.toml").write_text(faulty, encoding="utf-8")
    with pytest.raises(ProcedureUnusable) as told:
        load_procedure(DATA, tmp_path)
    file, line, *rest = told.value.where.split(":")
    assert (file, ":".join(rest)) == ("idle_land.toml", where)
    changed = next(no for no, (old, new) in enumerate(zip(words.splitlines(), faulty.splitlines(), strict=False), 1)
                   if old != new)  # fmt: skip
    assert 0 <= int(line) - changed <= 1 or where == "steps:determination"
