"""An undo of a step takes its papers along: submissions, findings and the plan in force agree with the parcel."""

from datetime import date

import pytest
from books_county import code

from gisreg.days import today
from gisreg.documents import withdraw as withdraw_document
from gisreg.ledger.closeout.dated import take
from gisreg.ledger.closeout.errors import LaterCloseOut, LaterPlan, NoInvestigation, StepNotPossible, StepTakenBack
from gisreg.ledger.closeout.inquiry import determine, investigate
from gisreg.ledger.closeout.moves import By
from gisreg.ledger.closeout.plans import Decision, approve
from gisreg.ledger.closeout.reading import standing
from gisreg.ledger.closeout.submitting import Submission, accept, reclaim, send_back, submit
from gisreg.ledger.closeout.words import Step
from gisreg.ledger.results import month_results
from gisreg.parcels.undo import undo
from gisreg.records import RecordBasis
from gisreg.vocab import Label


@pytest.fixture
def undo_last(do, basis):
    """Undoes the last step of the n-th parcel."""
    return lambda n: do(undo, code(n), basis(n).version)


@pytest.fixture
def with_quota(do, put, started, given, basis):
    """Submits the n-th parcel, of whose 100 tce 60 are taken back."""

    def bring(n: int) -> None:
        put("energy_quota_tce = 100", f"parcel_code = '{code(n)}'")
        started(n)
        do(submit, basis(n), given(n, results={"energy_tce": 60}))

    return bring


def statuses(do, n: int) -> list[str]:
    return [one["status"] for one in do(standing, code(n))["close_outs"]]


def test_an_acceptance_that_is_undone_waits_again(do, undo_last, basis, ask, *, with_quota) -> None:
    with_quota(1)
    do(accept, basis(1))
    assert do(month_results, "149901", today()).closed == 1
    undo_last(1)
    assert statuses(do, 1) == ["submitted"]
    assert do(standing, code(1))["close_outs"][0]["decided_on"] is None
    assert ask("SELECT energy_quota_tce FROM parcel WHERE parcel_code = :code", code=code(1)) == 100
    month = do(month_results, "149901", today())
    assert (month.projects, month.closed) == (1, 0)
    do(accept, basis(1))
    assert (statuses(do, 1), do(month_results, "149901", today()).closed) == (["accepted"], 1)


def test_a_return_that_is_undone_waits_again(do, undo_last, submitted, basis, state) -> None:
    submitted(1)
    do(send_back, basis(1), None, By(reason="照片不清"))
    undo_last(1)
    assert (state(1), statuses(do, 1)) == ("submitted", ["submitted"])


def test_a_submission_that_is_undone_waits_for_nobody(do, undo_last, submitted, basis, state) -> None:
    submitted(1)
    undo_last(1)
    assert (state(1), statuses(do, 1)) == ("in_progress", ["withdrawn"])
    assert do(month_results, "149901", today()).projects == 0
    with pytest.raises(StepNotPossible):
        do(accept, basis(1))


def test_a_plan_that_is_undone_gives_way_to_the_one_before(do, undo_last, planned, basis, state) -> None:
    planned(1)
    first = do(standing, code(1))["plan"]["id"]
    do(approve, basis(1), Decision(Label.SELL, "transfer", "另有意向"))
    undo_last(1)
    stands = do(standing, code(1))
    assert (stands["plan"]["id"], state(1)) == (first, "planned")
    assert [plan["measure"] for plan in stands["former_plans"]] == ["transfer"]


def test_the_only_plan_that_is_undone_leaves_none(do, undo_last, planned, state) -> None:
    planned(1)
    undo_last(1)
    assert (do(standing, code(1))["plan"], state(1)) == (None, "registered")


def test_a_determination_that_is_undone_is_open_again(do, put, undo_last, basis, state) -> None:
    put("state = 'suspected'", f"parcel_code = '{code(1)}'")
    do(investigate, basis(1), date(2026, 1, 5))
    do(determine, basis(1), date(2026, 2, 5))
    undo_last(1)
    assert state(1) == "suspected"
    (one,) = do(standing, code(1))["investigations"]
    assert (one["finding"], one["found_on"]) == (None, None)
    do(determine, basis(1), date(2026, 2, 6))
    assert state(1) == "registered"


def test_a_notice_that_is_undone_makes_room_for_another(do, put, undo_last, basis, *, state, paper) -> None:
    put("state = 'suspected'", f"parcel_code = '{code(1)}'")
    notice = paper(1)
    do(investigate, basis(1), date(2026, 1, 5), notice)
    undo_last(1)
    assert state(1) == "suspected"
    with pytest.raises(NoInvestigation):
        do(determine, basis(1), date(2026, 2, 5))
    do(investigate, basis(1), date(2026, 1, 12))
    do(determine, basis(1), date(2026, 2, 12))
    first, second = do(standing, code(1))["investigations"]
    assert (first["finding"], first["notice_on"]) == ("withdrawn", date(2026, 1, 5))
    assert (second["finding"], second["notice_on"]) == ("determined", date(2026, 1, 12))
    undo_last(1)
    assert do(standing, code(1))["investigations"][1]["finding"] is None
    do(withdraw_document, "149901", RecordBasis(notice, 1), "误送")


def test_an_undo_of_an_undo_brings_no_step_back(do, undo_last, submitted, basis, state) -> None:
    submitted(1)
    do(accept, basis(1))
    undo_last(1)
    with pytest.raises(StepTakenBack, match="gisreg closeout accept"):
        undo_last(1)
    assert (state(1), statuses(do, 1)) == ("submitted", ["submitted"])


def test_a_plan_under_a_later_one_is_not_undone(do, planned, basis, state) -> None:
    planned(1)
    first = basis(1).version
    do(approve, basis(1), Decision(Label.SELL, "transfer", "另有意向"))
    with pytest.raises(LaterPlan):
        do(undo, code(1), first)
    assert state(1) == "planned"


def test_an_acceptance_under_a_later_one_is_not_undone(do, closed, started, given, basis, *, state) -> None:
    closed(1)
    first = basis(1).version
    do(take, basis(1), Step.RELAPSE, By(reason="再次停工"))
    started(1, on=today())
    do(submit, basis(1), given(1))
    do(accept, basis(1))
    with pytest.raises(LaterCloseOut, match="undo the later close-out first"):
        do(undo, code(1), first)
    assert (state(1), statuses(do, 1)) == ("closed", ["accepted", "accepted"])


def test_a_part_taken_back_before_the_close_out_is_undone_after_it(do, put, started, paper, basis, *, ask) -> None:
    put("kind = 'idle_factory', energy_quota_tce = 40, water_quota_t = 90", f"parcel_code = '{code(1)}'")
    started(1, "reclaim_quotas")
    part = basis(1).version + 1
    do(reclaim, basis(1), Submission([("quota_decision", paper(1))], results={"energy_tce": 40}))
    do(submit, basis(1), Submission([("quota_decision", paper(1))], results={"water_t": 90}))
    do(accept, basis(1))
    accepted = basis(1).version
    with pytest.raises(LaterCloseOut):
        do(undo, code(1), part)
    assert statuses(do, 1) == ["accepted", "accepted"]
    do(undo, code(1), accepted)
    do(undo, code(1), part)
    assert ask("SELECT energy_quota_tce FROM parcel WHERE parcel_code = :code", code=code(1)) == 40
