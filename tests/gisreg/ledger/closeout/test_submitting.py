"""The close-out: what proves it, what is not enough, parts, quotas, money, days, and what the upper level says."""

from datetime import date, timedelta

import pytest
from books_county import code
from sqlalchemy import text

from gisreg.days import DayInFuture, DayTooEarly, today
from gisreg.documents import DocumentInUse, DocumentWithdrawn
from gisreg.documents import withdraw as withdraw_document
from gisreg.ledger.closeout.errors import (
    AreaNotKnown,
    AreaTooLarge,
    DisposableTooLarge,
    GateHolds,
    MeasureDoesNotClose,
    NoPlan,
    NoSubmission,
    ProofMissing,
    ProofOfAnother,
    ProofUnknown,
    QuantityWithoutUnit,
    QuotaTooLarge,
    ReasonMissing,
    SameDocumentTwice,
    StepNotPossible,
)
from gisreg.ledger.closeout.inquiry import investigate
from gisreg.ledger.closeout.moves import By
from gisreg.ledger.closeout.plans import change_step, start
from gisreg.ledger.closeout.reading import standing
from gisreg.ledger.closeout.submitting import Submission, accept, is_late, send_back, submit, withdraw
from gisreg.parcels.edits import remove
from gisreg.parcels.faults import ParcelUnmapped, StaleVersion, ValueUnusable
from gisreg.parcels.undo import undo
from gisreg.records import RecordBasis

SANCTIONED = "determined_on = '2025-06-01', hearing_held = true"
"""What a fee and a reclaim wait for."""


def test_the_whole_way_from_registered_to_closed(do, basis, started, given, state) -> None:
    started(1)
    done = do(submit, basis(1), given(1))
    assert (state(1), done.way, done.close_out["status"]) == ("submitted", "works_started", "submitted")
    do(accept, basis(1))
    assert state(1) == "closed"
    (told,) = do(standing, code(1))["close_outs"]
    assert (told["status"], told["decided_on"], len(told["proofs"])) == ("accepted", today(), 3)


def test_closing_without_proof_names_what_is_missing(do, basis, started, paper, state) -> None:
    started(1)
    with pytest.raises(ProofMissing) as refused:
        do(submit, basis(1), Submission([("site_photo", paper(1)), ("interview", paper(1))]))
    line = refused.value.line("zh")
    assert "施工许可证、现场坐标" in line
    assert "约谈记录不足以销号" in line
    assert "现场照片" not in line
    assert state(1) == "in_progress"


@pytest.mark.parametrize(
    ("kind", "measure", "proofs", "way"),
    [
        ("unsupplied_land", "grant_supply", ["supply_document"], "supplied"),
        ("unsupplied_land", "revoke_approval", ["withdrawal_decision"], "approval_withdrawn"),
        ("unsupplied_land", "grant_supply", ["taken_into_reserve"], None),
        ("unsupplied_land", "grant_supply", ["listed"], None),
        ("unsupplied_land", "grant_supply", ["failed_auction"], None),
        ("idle_land", "free_reclaim", ["reclaim_decision", "registration_cancelled"], "reclaimed"),
        ("idle_land", "free_reclaim", ["reclaim_decision"], None),
        ("idle_land", "free_reclaim", ["construction_permit", "site_photo", "coordinates"], None),
        ("idle_land", "swap", ["swap_contract"], "swapped"),
        ("idle_land", "order_start", ["fee_paid", "extension", "temporary_use"], None),
        ("half_finished_project", "resume_complete", ["completion_acceptance", "use_record"], "in_use"),
        ("half_finished_project", "acquire_complete", ["takeover_agreement", "works_running", "site_photo"],
         "taken_over"),
        ("half_finished_project", "resume_complete", ["contract_only", "ceremony"], None),
        ("idle_factory", "public_let", ["lease", "power_record"], "occupied"),
        ("idle_factory", "public_let", ["lease", "tax_record"], "occupied"),
        ("idle_factory", "public_let", ["lease"], None),
        ("idle_factory", "public_auction", ["transfer_registration"], "transferred"),
        ("idle_factory", "reclaim_quotas", ["quota_decision"], "quotas_taken_back"),
        ("idle_factory", "reclaim_quotas", ["letter_of_intent"], None),
    ],
)  # fmt: skip
def test_what_proves_and_what_is_not_enough(do, basis, put, started, paper, *, kind, measure, proofs, way) -> None:
    put(
        f"kind = '{kind}', supervision_no = '1', energy_quota_tce = 1, water_quota_t = 0, {SANCTIONED}",
        f"parcel_code = '{code(1)}'",
    )
    started(1, measure)
    results = {"energy_tce": 1} if measure == "reclaim_quotas" else {}
    attempt = Submission([(proof, paper(1)) for proof in proofs], results=results)
    if way is None:
        with pytest.raises(ProofMissing):
            do(submit, basis(1), attempt)
    else:
        assert do(submit, basis(1), attempt).way == way


def test_unsupplied_land_needs_its_supervision_number(do, basis, put, started, given) -> None:
    put("kind = 'unsupplied_land'", f"parcel_code = '{code(1)}'")
    started(1)
    with pytest.raises(ProofMissing, match=r"(?i)supervision") as refused:
        do(submit, basis(1), given(1))
    assert "parcels edit 149901-0000001 --based-on 版本 --set supervision_no=… 填写宗地的" in refused.value.line("zh")
    assert "documents add" not in refused.value.line("zh"), "no paper is missing"
    with pytest.raises(ProofMissing, match=r"documents add.*parcels edit"):
        do(submit, basis(1), Submission([]))


def test_a_measure_on_the_way_closes_nothing(do, basis, started, given) -> None:
    started(1, "expert_review")
    with pytest.raises(MeasureDoesNotClose):
        do(submit, basis(1), given(1))


@pytest.mark.parametrize("measure", ["extension", "temporary_use", "idle_fee"])
def test_a_start_that_follows_an_extension_or_a_fee_closes(do, basis, put, started, paper, *, measure) -> None:
    """The act itself does not; works that were verified do, under the plan that led to them (rules §4)."""
    put(SANCTIONED, f"parcel_code = '{code(1)}'")
    started(1, measure)
    acts = {"extension": "extension", "temporary_use": "temporary_use", "idle_fee": "fee_paid"}
    with pytest.raises(ProofMissing):
        do(submit, basis(1), Submission([(acts[measure], paper(1))]))
    start = [(proof, paper(1)) for proof in ("construction_permit", "site_photo", "coordinates")]
    done = do(submit, basis(1), Submission(start))
    assert done.way == "works_started"


def test_no_plan_no_start_no_close_out(do, basis, given, put) -> None:
    with pytest.raises(StepNotPossible):
        do(submit, basis(1), given(1))
    put("state = 'in_progress'", f"parcel_code = '{code(1)}'")  # as imported
    with pytest.raises(NoPlan):
        do(submit, basis(1), given(1))


def test_documents_of_others_withdrawn_unknown_or_used_twice_prove_nothing(do, basis, started, paper) -> None:
    started(1)
    names = ("construction_permit", "site_photo", "coordinates")
    with pytest.raises(ProofOfAnother):
        do(submit, basis(1), Submission([(name, paper(2)) for name in names]))
    with pytest.raises(ProofOfAnother):
        do(submit, basis(1), Submission([(name, 900 + n) for n, name in enumerate(names)]))
    with pytest.raises(ProofUnknown):
        do(submit, basis(1), Submission([("promise", paper(1))]))
    one = paper(1)
    with pytest.raises(SameDocumentTwice):
        do(submit, basis(1), Submission([(name, one) for name in names]))
    gone = [paper(1) for _ in names]
    do(lambda c: c.execute(text("UPDATE document SET withdrawn_reason = '误传' WHERE id = :id"), {"id": gone[0]}))
    with pytest.raises(DocumentWithdrawn):
        do(submit, basis(1), Submission(list(zip(names, gone, strict=True))))


def test_a_submission_is_not_dated_in_the_future_nor_accepted_before_it(do, basis, started, given, submitted) -> None:
    started(1)
    with pytest.raises(DayInFuture):
        do(submit, basis(1), given(1, submitted_on=today() + timedelta(days=1)))
    submitted(2)
    with pytest.raises(DayInFuture):
        do(accept, basis(2), today() + timedelta(days=1))
    with pytest.raises(DayTooEarly):
        do(accept, basis(2), today() - timedelta(days=1))


def test_a_submission_is_not_before_the_determination_the_approval_or_a_step_that_was_done(
    do, basis, put, planned, given
) -> None:
    for n, determined in ((1, "'2026-03-02'"), (2, "NULL"), (3, "NULL")):
        put(f"determined_on = {determined}", f"parcel_code = '{code(n)}'")
        planned(n)
        do(start, basis(n))
    do(change_step, code(3), 1, 1, {"done_on": date(2026, 4, 7)})
    for n, day, what in ((1, date(2026, 3, 1), "认定日 2026-03-02"), (2, date(2026, 1, 4), "方案批准日 2026-01-05"),
                         (3, date(2026, 4, 6), "完成日 2026-04-07")):  # fmt: skip
        with pytest.raises(DayTooEarly) as refused:
            do(submit, basis(n), given(n, submitted_on=day))
        assert what in refused.value.line("zh")
        assert refused.value.line("en").isascii(), refused.value.line("en")
        do(submit, basis(n), given(n, submitted_on=day + timedelta(days=1)))


def test_what_was_returned_is_not_submitted_again_before_its_return(do, basis, submitted, given) -> None:
    submitted(1, submitted_on=date(2026, 3, 24))
    do(send_back, basis(1), date(2026, 3, 28), By(reason="照片不清"))
    do(start, basis(1))
    with pytest.raises(DayTooEarly, match="the last return 2026-03-28"):
        do(submit, basis(1), given(1, submitted_on=date(2026, 3, 25)))
    out = do(submit, basis(1), given(1, submitted_on=date(2026, 3, 28), ledger_month=date(2026, 3, 1))).close_out
    assert out["late"] is True


@pytest.mark.parametrize(
    ("day", "month", "late"),
    [
        (date(2026, 3, 25), date(2026, 3, 1), False),
        (date(2026, 3, 26), date(2026, 3, 1), True),
        (date(2026, 4, 1), date(2026, 3, 1), True),
        (date(2026, 4, 1), date(2026, 4, 1), False),
        (date(2024, 2, 29), date(2024, 2, 1), True),
    ],
)
def test_the_25th_is_in_time_and_the_26th_is_late(day, month, late) -> None:
    assert is_late(day, month, 25) is late


def test_the_ledger_s_month_is_kept_and_not_in_the_future(do, basis, started, given) -> None:
    started(1)
    with pytest.raises(ValueUnusable):
        do(submit, basis(1), given(1, submitted_on=date(2026, 3, 26), ledger_month=date(2026, 4, 1)))
    out = do(submit, basis(1), given(1, submitted_on=date(2026, 3, 26), ledger_month=date(2026, 3, 9))).close_out
    assert (out["ledger_month"], out["late"]) == (date(2026, 3, 1), True)


@pytest.mark.parametrize(
    ("results", "fault"),
    [
        ({"income_wan": -1}, ValueUnusable),
        ({"treasury_wan": "nan"}, ValueUnusable),
        ({"treasury_wan": 10, "disposable_wan": 10.01}, DisposableTooLarge),
        ({"disposable_wan": 1}, DisposableTooLarge),
        ({"quantity": 3}, QuantityWithoutUnit),
        ({"quantity_unit": "公里"}, QuantityWithoutUnit),
        ({"energy_tce": 5001}, QuotaTooLarge),
        ({"water_t": 1}, QuotaTooLarge),
    ],
)
def test_results_that_cannot_be(do, basis, put, started, given, *, results, fault) -> None:
    put("energy_quota_tce = 5000", f"parcel_code = '{code(1)}'")
    started(1)
    with pytest.raises(fault):
        do(submit, basis(1), given(1, results=results))


def test_disposable_may_be_all_that_was_paid_in(do, basis, started, given) -> None:
    started(1)
    out = do(submit, basis(1), given(1, results={"treasury_wan": "10", "disposable_wan": "10"})).close_out
    assert (out["treasury_wan"], out["disposable_wan"], out["income_wan"]) == (10.0, 10.0, None)


def test_the_upper_level_returns_with_a_reason_and_it_is_submitted_again(do, basis, submitted, given, state) -> None:
    submitted(1)
    with pytest.raises(ReasonMissing):
        do(send_back, basis(1))
    do(send_back, basis(1), None, By(reason="照片不清"))
    assert state(1) == "returned"
    do(start, basis(1))
    do(submit, basis(1), given(1))
    do(accept, basis(1))
    assert [one["status"] for one in do(standing, code(1))["close_outs"]] == ["returned", "accepted"]


def test_the_county_withdraws_its_submission(do, basis, submitted, state) -> None:
    submitted(1)
    do(withdraw, basis(1), By(reason="补充材料"))
    assert state(1) == "in_progress"


def test_two_people_closing_at_once_one_is_told(do, basis, submitted) -> None:
    submitted(1)
    seen = basis(1)
    do(accept, seen)
    with pytest.raises(StaleVersion):
        do(accept, seen)
    with pytest.raises(StepNotPossible):
        do(accept, basis(1))


def test_a_submission_that_was_undone_waits_for_nobody(do, basis, submitted, given, state) -> None:
    submitted(1)
    do(undo, code(1), basis(1).version)
    assert state(1) == "in_progress"
    do(submit, basis(1), given(1))
    assert [one["status"] for one in do(standing, code(1))["close_outs"]] == ["withdrawn", "submitted"]


def test_a_state_that_came_with_an_import_has_no_submission_and_goes_back(do, basis, put, state) -> None:
    put("state = 'submitted'", f"parcel_code = '{code(1)}'")
    with pytest.raises(NoSubmission, match="closeout withdraw"):
        do(accept, basis(1))
    assert do(withdraw, basis(1), By(reason="补报佐证")).close_out is None
    assert state(1) == "in_progress"


# -- quotas taken back in part


def test_an_acceptance_sees_the_facts_that_prove_once_more(do, basis, put, submitted) -> None:
    put("kind = 'unsupplied_land', supervision_no = '1'", f"parcel_code = '{code(1)}'")
    submitted(1)
    put("supervision_no = NULL", f"parcel_code = '{code(1)}'")
    with pytest.raises(ProofMissing):
        do(accept, basis(1))


def test_a_close_out_of_a_parcel_without_a_known_area_is_no_part(do, basis, put, submitted) -> None:
    put("official_area_m2 = 0, official_area_source = 'deed'", f"parcel_code = '{code(1)}'")
    submitted(1)
    do(accept, basis(1))
    (told,) = do(standing, code(1))["close_outs"]
    assert (told["status"], told["in_part"], told["area_m2"]) == ("accepted", False, None)


# -- ways around


def test_a_gate_of_a_plan_that_changed_after_the_start_holds_the_submission(
    do, basis, put, started, planned, *, given
) -> None:
    started(1)
    put("hoarder = true", f"parcel_code = '{code(1)}'")
    planned(1, "transfer")
    with pytest.raises(GateHolds) as held:
        do(submit, basis(1), given(1))
    assert "hoarder" in held.value.params["gates"]


@pytest.mark.parametrize("bring", ["submitted", "closed"])
def test_what_was_submitted_or_closed_is_not_struck_off(do, basis, request, bring) -> None:
    request.getfixturevalue(bring)(1)
    with pytest.raises(StepNotPossible):
        do(remove, basis(1), "重复入库")


# -- parts


def test_a_part_is_closed_by_its_area_and_the_count_stays(do, basis, started, given, ask, *, state) -> None:
    started(1)
    done = do(submit, basis(1), given(1, area_m2=4000.0))
    assert done.parcel_code != code(1)
    assert done.close_out["area_m2"] == 4000.0
    areas = "SELECT official_area_m2 FROM parcel WHERE parcel_code = :c"
    assert (ask(areas, c=code(1)), ask(areas, c=done.parcel_code)) == (6000.0, 4000.0)
    assert state(1) == "in_progress"
    assert ask("SELECT state FROM parcel WHERE parcel_code = :c", c=done.parcel_code) == "submitted"
    assert ask("SELECT count(*) FROM plan WHERE ended_at IS NULL") == 2, "the plan goes on for both"
    whole, part = (do(standing, one)["plan"] for one in (code(1), done.parcel_code))
    assert part["origin"] == whole["origin"] == "hand"
    assert [one["title_zh"] for one in part["steps"]] == [one["title_zh"] for one in whole["steps"]] != []


def test_a_remainder_below_the_tolerance_closes_with_the_rest(do, basis, started, given, state) -> None:
    started(1)
    done = do(submit, basis(1), given(1, area_m2=9999.5))
    assert (done.parcel_code, done.close_out["area_m2"], state(1)) == (code(1), 10000.0, "submitted")


@pytest.mark.parametrize("area", [0.0, -5.0, float("nan"), float("inf")])
def test_a_part_without_area_is_refused(do, basis, started, given, area) -> None:
    started(1)
    with pytest.raises(ValueUnusable):
        do(submit, basis(1), given(1, area_m2=area))


def test_a_part_larger_than_the_parcel_is_refused(do, basis, started, given) -> None:
    started(1)
    with pytest.raises(AreaTooLarge):
        do(submit, basis(1), given(1, area_m2=10002.0))


def test_a_part_of_a_parcel_without_boundary_or_area_is_refused(do, basis, put, started, given) -> None:
    put("boundary = NULL", f"parcel_code = '{code(1)}'")
    put("official_area_m2 = NULL, official_area_source = NULL, area_m2 = NULL", f"parcel_code = '{code(2)}'")
    started(1)
    started(2)
    with pytest.raises(ParcelUnmapped):
        do(submit, basis(1), given(1, area_m2=10.0))
    with pytest.raises(AreaNotKnown):
        do(submit, basis(2), given(2, area_m2=10.0))


def test_a_part_that_is_refused_leaves_nothing_behind(do, basis, started, ask) -> None:
    started(1)
    before = ask("SELECT count(*) FROM parcel")
    with pytest.raises(ProofMissing):
        do(submit, basis(1), Submission([], area_m2=4000.0))
    assert ask("SELECT count(*) FROM parcel") == before
    assert ask("SELECT official_area_m2 FROM parcel WHERE parcel_code = :c", c=code(1)) == 10000.0


# -- what a close-out rests on stays


def test_a_proof_cannot_be_withdrawn_while_a_close_out_rests_on_it(do, submitted, basis, ask) -> None:
    submitted(1)
    proof = ask("SELECT min(document_id) FROM close_out_proof")
    with pytest.raises(DocumentInUse) as refused:
        do(withdraw_document, "149901", RecordBasis(proof, 1), "传错")
    assert code(1) in refused.value.line("zh")
    assert "已上报" in refused.value.line("zh")
    do(accept, basis(1))
    with pytest.raises(DocumentInUse, match="accepted"):
        do(withdraw_document, "149901", RecordBasis(proof, 1), "传错")


def test_after_a_return_the_proof_is_free_and_another_may_take_its_place(do, submitted, basis, ask, given) -> None:
    submitted(1)
    proof = ask("SELECT min(document_id) FROM close_out_proof")
    do(send_back, basis(1), None, By(reason="照片不清"))
    do(withdraw_document, "149901", RecordBasis(proof, 1), "照片不清")
    do(start, basis(1))
    assert do(submit, basis(1), given(1)).close_out["status"] == "submitted"


def test_the_paper_of_a_step_or_an_investigation_stays_too(do, put, planned, basis, paper) -> None:
    planned(1)
    shown = paper(1)
    do(change_step, code(1), 1, 1, {"note": "已办"}, document_id=shown)
    with pytest.raises(DocumentInUse, match="step 1"):
        do(withdraw_document, "149901", RecordBasis(shown, 1), "传错")
    other = paper(1)
    do(change_step, code(1), 1, 2, {"note": "换文件"}, document_id=other)
    do(withdraw_document, "149901", RecordBasis(shown, 1), "传错")
    put("state = 'suspected'", f"parcel_code = '{code(2)}'")
    notice = paper(2)
    do(investigate, basis(2), today(), notice)
    with pytest.raises(DocumentInUse, match="investigation"):
        do(withdraw_document, "149901", RecordBasis(notice, 1), "传错")
