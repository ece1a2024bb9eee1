"""疑似 → 调查 → 认定, or cleared; and the watch on what was closed."""

from datetime import date, timedelta

import pytest
from books_county import code

from gisreg.days import DayInFuture, DayTooEarly, today
from gisreg.ledger.closeout.dated import take
from gisreg.ledger.closeout.errors import (
    ClosedOtherwise,
    InvestigationOpen,
    NoInvestigation,
    StepNotPossible,
)
from gisreg.ledger.closeout.inquiry import clear, determine, investigate
from gisreg.ledger.closeout.moves import By
from gisreg.ledger.closeout.reading import standing
from gisreg.ledger.closeout.submitting import Submission, accept, submit
from gisreg.ledger.closeout.words import Step
from gisreg.parcels.undo import undo
from gisreg.planning.clock.report import clock_of


@pytest.fixture
def suspected(put) -> None:
    put("state = 'suspected'", f"parcel_code IN ('{code(1)}', '{code(2)}')")


@pytest.mark.usefixtures("suspected")
def test_suspected_land_is_investigated_before_it_is_determined(do, basis, paper, state, ask) -> None:
    with pytest.raises(NoInvestigation):
        do(determine, basis(1), date(2026, 3, 1))
    do(investigate, basis(1), date(2026, 2, 1), paper(1))
    assert state(1) == "suspected"
    with pytest.raises(InvestigationOpen):
        do(investigate, basis(1), date(2026, 2, 2))
    with pytest.raises(DayTooEarly):
        do(determine, basis(1), date(2026, 1, 31))
    do(determine, basis(1), date(2026, 2, 1), paper(1))
    assert state(1) == "registered"
    assert ask("SELECT determined_on FROM parcel WHERE parcel_code = :c", c=code(1)) == date(2026, 2, 1)
    (found,) = do(standing, code(1))["investigations"]
    assert (found["finding"], found["found_on"]) == ("determined", date(2026, 2, 1))


@pytest.mark.usefixtures("suspected")
def test_the_clock_counts_from_the_notice_of_the_investigation(do, basis) -> None:
    assert do(clock_of, code(1))["next_step"]["step"] == "suspected"
    do(investigate, basis(1), date(2026, 2, 2))
    step = do(clock_of, code(1), date(2026, 2, 10))["next_step"]
    assert (step["step"], step["since"], step["due_on"]) == ("holder_answer", date(2026, 2, 2), date(2026, 3, 4))
    assert do(clock_of, code(1), date(2026, 2, 1))["next_step"]["step"] == "suspected"


@pytest.mark.usefixtures("suspected")
def test_land_that_is_not_idle_is_cleared_with_the_reason(do, basis, state) -> None:
    do(investigate, basis(2), date(2026, 2, 1))
    do(clear, basis(2), date(2026, 2, 20), None, By(reason="已动工"))
    assert state(2) == "removed"


@pytest.mark.usefixtures("suspected")
def test_neither_notice_nor_finding_lies_in_the_future(do, basis) -> None:
    with pytest.raises(DayInFuture):
        do(investigate, basis(1), today() + timedelta(days=1))
    do(investigate, basis(1), today())
    with pytest.raises(DayInFuture):
        do(determine, basis(1), today() + timedelta(days=1))


@pytest.mark.usefixtures("suspected")
def test_suspected_land_cannot_be_planned_and_registered_land_not_determined(do, basis) -> None:
    with pytest.raises(StepNotPossible):
        do(take, basis(1), Step.PLAN, By())
    with pytest.raises(StepNotPossible):
        do(determine, basis(3), date(2026, 2, 1))


def test_land_taken_back_waits_in_a_band_of_its_own_and_is_listed_again(do, basis, started, paper, state) -> None:
    started(1, "buy_back")
    do(submit, basis(1), Submission([(one, paper(1)) for one in ("reclaim_decision", "registration_cancelled")]))
    do(accept, basis(1))
    assert "take_back" in do(standing, code(1))["possible"]
    do(take, basis(1), Step.TAKE_BACK, By(reason="收回待再供"))
    assert state(1) == "taken_back"
    do(take, basis(1), Step.LIST_AGAIN, By(reason="再供后闲置"))
    assert state(1) == "registered"


def test_a_step_has_its_day_which_is_not_before_the_last_one(do, basis, started, planned, paper, *, state) -> None:
    proofs = ("reclaim_decision", "registration_cancelled")
    started(1, "buy_back")
    do(submit, basis(1), Submission([(one, paper(1)) for one in proofs], date(2026, 3, 2)))
    do(accept, basis(1), date(2026, 3, 9))
    steps = [
        (Step.TAKE_BACK, date(2026, 3, 8), date(2026, 4, 1)),
        (Step.LIST_AGAIN, date(2026, 3, 31), date(2026, 5, 1)),
    ]
    for step, too_early, on in steps:
        for day, refused in ((too_early, DayTooEarly), (today() + timedelta(days=1), DayInFuture)):
            with pytest.raises(refused):
                do(take, basis(1), step, By(reason="试"), day)
        do(take, basis(1), step, By(reason="试"), on)
    told = do(standing, code(1))["steps_dated"]
    assert [(one["step"], one["happened_on"]) for one in told] == [(step, on) for step, _early, on in steps]
    with pytest.raises(DayTooEarly):
        planned(1, on=date(2026, 4, 30))
    do(undo, code(1), basis(1).version)
    assert [one["step"] for one in do(standing, code(1))["steps_dated"]] == ["take_back"]
    do(take, basis(1), Step.LIST_AGAIN, By(reason="试"), date(2026, 4, 2))
    planned(1, on=date(2026, 4, 2))
    assert state(1) == "planned"


def test_a_relapse_has_its_day_and_is_today_s_if_it_is_not_said(do, basis, closed) -> None:
    closed(1, submitted_on=date(2026, 3, 2))
    with pytest.raises(DayTooEarly):
        do(take, basis(1), Step.RELAPSE, By(reason="复查"), date(2026, 3, 1))
    do(take, basis(1), Step.RELAPSE, By(reason="复查"))
    assert [one["happened_on"] for one in do(standing, code(1))["steps_dated"]] == [today()]


def test_land_that_was_closed_as_started_was_never_taken_back(do, basis, closed, put, state) -> None:
    closed(1)
    with pytest.raises(ClosedOtherwise) as refused:
        do(take, basis(1), Step.TAKE_BACK, By(reason="收回待再供"))
    assert ("约谈" in refused.value.line("zh"), "无偿收回" in refused.value.line("zh")) == (True, True)
    assert (state(1), "take_back" in do(standing, code(1))["possible"]) == ("closed", False)
    put("state = 'closed'", f"parcel_code = '{code(2)}'")  # as imported: by what it was closed is not known
    do(take, basis(2), Step.TAKE_BACK, By(reason="收回待再供"))
    assert state(2) == "taken_back"
