"""Quotas of energy and water that are taken back: by amount, in parts, each in its own unit."""

from datetime import date

import pytest
from books_county import code

from gisreg.days import DayTooEarly, today
from gisreg.ledger.closeout.errors import (
    AmountMissing,
    ProofMissing,
    QuotasStillHeld,
    QuotaTooLarge,
    StepNotPossible,
)
from gisreg.ledger.closeout.moves import By
from gisreg.ledger.closeout.reading import standing
from gisreg.ledger.closeout.submitting import Submission, accept, reclaim, submit, withdraw
from gisreg.ledger.results import done_between, month_results
from gisreg.parcels.edits import edit_attributes
from gisreg.parcels.undo import undo


@pytest.fixture
def reclaiming(put, started):
    """Brings the first parcel, with 71.4 tce and 1,990 t, to where its quotas are taken back."""

    def bring(held: str = "energy_quota_tce = 71.4, water_quota_t = 1990") -> None:
        put(f"kind = 'idle_factory', {held}", f"parcel_code = '{code(1)}'")
        started(1, "reclaim_quotas")

    return bring


@pytest.fixture
def taken(paper):
    """What is submitted where quotas are taken back."""

    def give(day: date | None = None, **results: float) -> Submission:
        return Submission([("quota_decision", paper(1))], day, results=results)

    return give


@pytest.mark.parametrize("results", [{}, {"energy_tce": 0}, {"income_wan": 3}])
def test_quotas_are_taken_back_by_amount(do, basis, put, started, paper, *, results) -> None:
    put("kind = 'idle_factory', energy_quota_tce = 125.2, water_quota_t = 900", f"parcel_code = '{code(1)}'")
    started(1, "reclaim_quotas")
    with pytest.raises(AmountMissing):
        do(submit, basis(1), Submission([("quota_decision", paper(1))], results=results))
    with pytest.raises(AmountMissing):
        do(reclaim, basis(1), Submission([("quota_decision", paper(1))], results=results))
    put("energy_quota_tce = 0", f"parcel_code = '{code(1)}'")
    done = do(submit, basis(1), Submission([("quota_decision", paper(1))], results={"water_t": 900}))
    assert (done.close_out["energy_tce"], done.close_out["water_t"]) == (None, 900.0)


def test_quotas_leave_the_parcel_when_the_upper_level_accepts(do, basis, put, started, given, *, ask) -> None:
    put("energy_quota_tce = 5000, water_quota_t = 1000", f"parcel_code = '{code(1)}'")
    started(1)
    do(submit, basis(1), given(1, results={"energy_tce": 4300, "water_t": 1000}))
    assert ask("SELECT energy_quota_tce FROM parcel WHERE parcel_code = :c", c=code(1)) == 5000
    do(accept, basis(1))
    assert (
        ask("SELECT energy_quota_tce || '/' || water_quota_t FROM parcel WHERE parcel_code = :c", c=code(1)) == "700/0"
    )


def test_quotas_taken_back_in_part_close_nothing_and_what_is_held_is_told_by_unit(
    do, basis, reclaiming, taken, state
) -> None:
    reclaiming()
    with pytest.raises(QuotasStillHeld) as refused:
        do(submit, basis(1), taken(energy_tce=40))
    assert refused.value.params["held"] == {"energy_quota_tce": 31.4, "water_quota_t": 1990.0}
    line = refused.value.line("zh")
    assert code(1) in line
    assert "能耗指标 31.4 tce、用水指标 1,990 t" in line
    assert "gisreg closeout reclaim" in line
    assert "--set energy_quota_tce=0 --set water_quota_t=0 --reason" in line
    with pytest.raises(QuotasStillHeld) as refused:
        do(submit, basis(1), taken(energy_tce=71.4))
    assert refused.value.params["held"] == {"water_quota_t": 1990.0}
    assert state(1) == "in_progress"


def test_parts_add_up_and_the_last_one_closes(do, basis, reclaiming, taken, ask, *, state) -> None:
    reclaiming()
    with pytest.raises(AmountMissing):
        do(reclaim, basis(1), taken(energy_tce=0.00001))
    do(reclaim, basis(1), taken(date(2026, 3, 2), energy_tce=40))
    do(reclaim, basis(1), taken(date(2026, 3, 26), energy_tce=11.4, water_t=990))
    assert state(1) == "in_progress"
    told = do(standing, code(1))
    assert [(one["taken"], one["held"], one["unit"]) for one in told["quotas"]] == [(51.4, 20, "tce"), (990, 1000, "t")]
    assert [one["in_part"] for one in told["close_outs"]] == [True, True]
    month = do(month_results, "149901", date(2026, 3, 1))
    assert (month.projects, month.late, month.energy_tce, month.water_t) == (0, 0, 51.4, 990.0)
    (land,) = (one for one in do(done_between, "149901", date(2026, 1, 1), today()) if one.kind == "idle_factory")
    assert (land.parcels, land.closed, land.area_m2) == (0, 0, 0)
    with pytest.raises(QuotaTooLarge, match=r"20\.5 tce is more than the parcel holds: 20 tce"):
        do(reclaim, basis(1), taken(energy_tce=20.5))
    with pytest.raises(QuotaTooLarge):
        do(submit, basis(1), taken(energy_tce=71.4, water_t=1000))
    with pytest.raises(DayTooEarly, match="the last close-out 2026-03-26"):
        do(submit, basis(1), taken(date(2026, 3, 25), energy_tce=20, water_t=1000))
    do(submit, basis(1), taken(date(2026, 3, 27), energy_tce=20, water_t=1000))
    do(accept, basis(1))
    assert state(1) == "closed"
    month = do(month_results, "149901", date(2026, 3, 1))
    assert (month.projects, month.closed, month.late) == (1, 1, 1)
    assert (month.energy_tce, month.water_t) == (71.4, 1990.0)
    assert ask("SELECT energy_quota_tce + water_quota_t FROM parcel WHERE parcel_code = :c", c=code(1)) == 0


def test_a_parcel_whose_parts_took_all_closes_without_an_amount(do, basis, reclaiming, taken) -> None:
    reclaiming()
    do(reclaim, basis(1), taken(energy_tce=71.4, water_t=1990))
    assert do(submit, basis(1), taken()).close_out["status"] == "submitted"


def test_a_rest_that_lapsed_is_a_correction_with_its_reason(do, basis, reclaiming, taken, state) -> None:
    reclaiming()
    do(edit_attributes, basis(1), {"water_quota_t": 0}, "取水许可到期失效")
    do(submit, basis(1), taken(energy_tce=71.4))
    assert state(1) == "submitted"


def test_what_is_not_known_is_not_taken_back(do, basis, reclaiming, taken) -> None:
    reclaiming("energy_quota_tce = 71.4, water_quota_t = NULL")
    with pytest.raises(ProofMissing, match="--set water_quota_t="):
        do(submit, basis(1), taken(energy_tce=71.4))


def test_an_acceptance_sees_the_quotas_once_more(do, basis, put, reclaiming, taken, *, state) -> None:
    reclaiming()
    do(submit, basis(1), taken(energy_tce=71.4, water_t=1990))
    for held, fault in (("2000", QuotasStillHeld), ("1980", QuotaTooLarge), ("NULL", ProofMissing)):
        put(f"water_quota_t = {held}", f"parcel_code = '{code(1)}'")
        with pytest.raises(fault):
            do(accept, basis(1))
    assert state(1) == "submitted"
    put("water_quota_t = 1990", f"parcel_code = '{code(1)}'")
    do(accept, basis(1))


def test_quotas_of_a_closed_part_go_by_its_land(do, basis, reclaiming, paper, ask) -> None:
    reclaiming("energy_quota_tce = 100, water_quota_t = 0")
    with pytest.raises(QuotasStillHeld) as refused:
        do(submit, basis(1), Submission([("quota_decision", paper(1))], area_m2=4000.0, results={"energy_tce": 1}))
    own = refused.value.params["held"]["energy_quota_tce"] + 1
    assert own == pytest.approx(40, abs=0.01)
    done = do(submit, basis(1), Submission([("quota_decision", paper(1))], area_m2=4000.0, results={"energy_tce": own}))
    assert done.parcel_code != code(1)
    assert ask("SELECT energy_quota_tce FROM parcel WHERE parcel_code = :c", c=code(1)) == pytest.approx(100 - own)


def test_a_part_that_is_undone_is_held_again_whatever_came_after(do, basis, reclaiming, taken, ask) -> None:
    reclaiming()
    first = basis(1).version + 1
    do(reclaim, basis(1), taken(energy_tce=40))
    do(reclaim, basis(1), taken(water_t=990))
    do(undo, code(1), first)
    assert [one["status"] for one in do(standing, code(1))["close_outs"]] == ["withdrawn", "accepted"]
    kept = "SELECT energy_quota_tce || '/' || water_quota_t FROM parcel WHERE parcel_code = :c"
    assert ask(kept, c=code(1)) == "71.4/1000"


def test_an_undone_withdrawal_opens_the_submission_that_was_withdrawn(do, basis, reclaiming, taken, state) -> None:
    reclaiming()
    do(submit, basis(1), taken(energy_tce=71.4, water_t=1990))
    do(withdraw, basis(1), By(reason="补充材料"))
    withdrawn = basis(1).version
    do(reclaim, basis(1), taken(energy_tce=1))
    do(undo, code(1), basis(1).version)
    do(undo, code(1), withdrawn)
    assert (state(1), [one["status"] for one in do(standing, code(1))["close_outs"]]) == (
        "submitted", ["submitted", "withdrawn"],
    )  # fmt: skip


def test_only_quotas_of_a_factory_under_way_are_taken_back_in_part(do, basis, started, taken) -> None:
    started(1)
    with pytest.raises(StepNotPossible):
        do(reclaim, basis(1), taken(energy_tce=1))


def test_a_booking_without_its_proof_is_told_as_a_booking(do, basis, reclaiming, paper) -> None:
    reclaiming()
    with pytest.raises(ProofMissing) as refused:
        do(reclaim, basis(1), Submission([("letter_of_intent", paper(1))], results={"energy_tce": 1}))
    zh, en = refused.value.line("zh"), refused.value.line("en")
    assert "不能登记部分收回要素,缺少:收回能耗、用水等要素的文件;意向书不足以登记部分收回要素" in zh
    assert "cannot have quotas booked as taken back in part; missing: decision to take quotas back" in en
    assert "销号" not in zh
    assert "closed out" not in en


def test_a_booking_is_one_of_quotas_whatever_the_plan_says(do, basis, put, started, taken, *, state) -> None:
    held = "energy_quota_tce = 71.4, water_quota_t = 1990, valuation_done = true, ownership_status = 'registered'"
    put(f"kind = 'idle_factory', {held}", f"parcel_code = '{code(1)}'")
    started(1, "public_auction")
    do(reclaim, basis(1), taken(date(2026, 3, 2), energy_tce=40))
    stands = do(standing, code(1))
    assert (stands["plan"]["measure"], stands["close_outs"][0]["measure"]) == ("public_auction", "reclaim_quotas")
    (booked,) = do(month_results, "149901", date(2026, 3, 1)).items
    assert (booked["measure"], booked["in_part"], state(1)) == ("reclaim_quotas", True, "in_progress")
