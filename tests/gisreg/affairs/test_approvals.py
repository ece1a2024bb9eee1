"""Approved − supplied − withdrawn = remaining, and what the parcels say to it."""

import math

import pytest
from books_county import COUNTY, code
from hypothesis import given
from hypothesis import strategies as st

from gisreg.affairs.approvals import balances, disagreements
from gisreg.affairs.books import add_affair, change_affair, get_affair, list_affairs, require_sound_by_itself
from gisreg.affairs.errors import AreaNotOfOne, CreditCodeTaken, NoParcelsNamed, NotLinked, Overdrawn
from gisreg.affairs.links import affairs_of, link, parcels_of, unlink
from gisreg.affairs.words import Affair
from gisreg.errors import GisregError
from gisreg.parcels.read import ParcelNotFound
from gisreg.records import RecordBasis, RecordExists, RecordNotFound, StaleRecord

NO = "示建批〔2020〕1号"
AREAS = st.floats(0, 1e8, allow_nan=False).map(lambda area: round(area, 4))


def _approval(do, **areas):
    return do(add_affair, COUNTY, Affair.APPROVAL, {"approval_no": NO, **areas})


def test_a_balance_that_agrees_with_its_parcels(do, put) -> None:
    _approval(do, approved_area_m2=40000, supplied_area_m2=12500.5, withdrawn_area_m2=10000)
    do(link, COUNTY, Affair.APPROVAL, NO, [code(n) for n in range(1, 5)])
    put("kind = 'unsupplied_land'", f"parcel_code <= '{code(3)}'")
    put("state = 'closed', plan_changed = true", f"parcel_code = '{code(1)}'")  # withdrawn
    put("supplied_area_m2 = 2500.5", f"parcel_code = '{code(2)}'")  # supplied in part; parcel 4 is idle, so supplied
    (balance,) = do(balances, COUNTY, 1.0)
    assert balance.remaining_area_m2 == 17499.5
    assert (balance.parcels, balance.parcels_m2) == (4, 40000)
    assert (balance.parcels_supplied_m2, balance.parcels_withdrawn_m2) == (12500.5, 10000)
    assert balance.disagreements == []
    assert balance.mapped_parcels == 4


def test_each_difference_is_named(do, put) -> None:
    _approval(do, approved_area_m2=30000, supplied_area_m2=5000)
    assert [one.difference for one in do(balances, COUNTY, 1.0)[0].disagreements] == ["no_parcels"]
    do(add_affair, COUNTY, Affair.APPROVAL, {"approval_no": "二"})
    put(f"approval_no = '{NO}'", f"parcel_code = '{code(9)}'")
    put("approval_no = '二'", f"parcel_code = '{code(2)}'")
    do(link, COUNTY, Affair.APPROVAL, NO, [code(1), code(2)])
    do(link, COUNTY, Affair.APPROVAL, "二", [code(2)])
    found = {one.approval_no: one.disagreements for one in do(balances, COUNTY, 1.0)}
    named = {one.difference: one for one in found[NO]}
    assert set(named) == {"approved", "supplied", "remaining", "not_linked", "other_number", "not_split"}
    assert named["approved"].off_by_m2 == 10000
    assert named["not_linked"].parcels == [code(9)]
    assert named["other_number"].parcels == named["not_split"].parcels == [code(2)]
    assert [one.difference for one in found["二"]] == ["approved_unknown", "not_split"]
    assert do(balances, COUNTY, 1.0, NO)[0].approval_no == NO
    with pytest.raises(RecordNotFound):
        do(balances, COUNTY, 1.0, "没有")


def test_a_tolerance_lets_small_differences_pass(do) -> None:
    _approval(do, approved_area_m2=10000.9, supplied_area_m2=10000)
    do(link, COUNTY, Affair.APPROVAL, NO, [code(1)])
    assert do(balances, COUNTY, 1.0)[0].disagreements == []
    assert {one.difference for one in do(balances, COUNTY, 0.5)[0].disagreements} == {"approved", "remaining"}


def test_an_approval_covers_a_part_of_a_parcel(do) -> None:
    _approval(do, approved_area_m2=4000, supplied_area_m2=4000)
    do(add_affair, COUNTY, Affair.APPROVAL, {"approval_no": "二", "approved_area_m2": 6000, "supplied_area_m2": 6000})
    assert do(link, COUNTY, Affair.APPROVAL, NO, [code(1)]) == 1
    assert do(link, COUNTY, Affair.APPROVAL, NO, [code(1)], area_m2=4000) == 1
    assert do(link, COUNTY, Affair.APPROVAL, "二", [code(1)], area_m2=6000) == 1
    assert [(one.parcels_m2, one.disagreements) for one in do(balances, COUNTY, 1.0)] == [(6000, []), (4000, [])]
    with pytest.raises(AreaNotOfOne):
        do(link, COUNTY, Affair.APPROVAL, NO, [code(1), code(2)], area_m2=10)


@given(AREAS, AREAS, AREAS)
def test_what_is_taken_from_an_approval_is_never_more_than_it_has(approved, supplied, withdrawn) -> None:
    row = {"approved_area_m2": approved, "supplied_area_m2": supplied, "withdrawn_area_m2": withdrawn}
    if supplied + withdrawn > approved + 0.0001:
        with pytest.raises(Overdrawn):
            require_sound_by_itself(Affair.APPROVAL, row)
    else:
        require_sound_by_itself(Affair.APPROVAL, row)


@given(AREAS, st.lists(AREAS, max_size=6), st.floats(0, 100))
def test_what_disagrees_is_what_is_off_by_more_than_the_tolerance(rest, supplied, tolerance) -> None:
    """Approved = supplied + withdrawn + remaining on both sides agrees; any side off is named."""
    given_out = math.fsum(supplied)
    row = {
        "approved_area_m2": rest + given_out, "supplied_area_m2": given_out, "withdrawn_area_m2": 0.0,
        "remaining_area_m2": rest, "parcels": 1, "parcels_m2": rest + given_out, "parcels_supplied_m2": given_out,
        "parcels_withdrawn_m2": 0.0, "parcels_remaining_m2": rest, "not_linked": None, "other_number": None,
        "not_split": None,
    }  # fmt: skip
    assert disagreements(row, tolerance) == []
    off = {**row, "parcels_supplied_m2": given_out + tolerance * 2 + 1}
    assert [one.difference for one in disagreements(off, tolerance)] == ["supplied"]


@pytest.mark.parametrize(
    ("affair", "wrong"),
    [
        (Affair.APPROVAL, {"approval_no": ""}), (Affair.APPROVAL, {"approval_no": "x" * 101}),
        (Affair.APPROVAL, {"approval_no": "A", "approved_area_m2": -1}),
        (Affair.APPROVAL, {"approval_no": "A", "approved_area_m2": "nan"}),
        (Affair.APPROVAL, {"approval_no": "A", "approved_area_m2": 1, "supplied_area_m2": 2}),
        (Affair.APPROVAL, {"approval_no": "A", "approved_on": "2024-06-31"}),
        (Affair.APPROVAL, {"approval_no": "A", "version": 7}), (Affair.APPROVAL, {"approval_no": "A\x00"}),
        (Affair.PROJECT, {"project_code": "P"}), (Affair.PROJECT, {"name": "无代码"}),
        (Affair.ENTERPRISE, {"name": "甲", "credit_code": "小写"}), (Affair.ZONE, {"code": "园 区", "name": "甲"}),
        (Affair.CARD, {"card_no": "K", "area_m2": "一亩"}), (Affair.ENTERPRISE, {"id": 1, "name": "甲"}),
    ],
)  # fmt: skip
def test_bad_entries_are_refused_and_nothing_is_kept(do, ask, affair, wrong) -> None:
    with pytest.raises(GisregError) as refused:
        do(add_affair, COUNTY, affair, wrong)
    assert refused.value.say_mend("zh")
    assert ask(f"SELECT count(*) FROM {affair}") == 0


def test_changes_carry_their_basis_and_keep_the_history(do, ask) -> None:
    _approval(do, approved_area_m2=10)
    with pytest.raises(RecordExists):
        _approval(do)
    do(change_affair, COUNTY, Affair.APPROVAL, RecordBasis(NO, 1), {"supplied_area_m2": 4})
    with pytest.raises(Overdrawn):
        do(change_affair, COUNTY, Affair.APPROVAL, RecordBasis(NO, 2), {"withdrawn_area_m2": 7})
    with pytest.raises(StaleRecord):
        do(change_affair, COUNTY, Affair.APPROVAL, RecordBasis(NO, 1), {"name": "甲"})
    assert ask("SELECT content ->> 'approved_area_m2' FROM record_version WHERE record_key = :no", no=NO) == "10"
    assert do(get_affair, COUNTY, Affair.APPROVAL, NO)["recorded_by"] == "wang"
    assert do(list_affairs, COUNTY, Affair.APPROVAL, words="建批").total == 1
    do(add_affair, COUNTY, Affair.ENTERPRISE, {"name": "甲厂", "credit_code": "91149901MA00000001"})
    with pytest.raises(CreditCodeTaken):
        do(add_affair, COUNTY, Affair.ENTERPRISE, {"name": "乙厂", "credit_code": "91149901MA00000001"})


def test_links_are_many_to_many_and_their_end_is_kept(do, ask) -> None:
    do(add_affair, COUNTY, Affair.PROJECT, {"project_code": "P1", "name": "甲项目"})
    do(add_affair, COUNTY, Affair.PROJECT, {"project_code": "P2", "name": "乙项目"})
    assert do(link, COUNTY, Affair.PROJECT, "P1", [code(1), code(2), code(1)]) == 2
    assert do(link, COUNTY, Affair.PROJECT, "P1", [code(2)]) == 0
    assert do(link, COUNTY, Affair.PROJECT, "P2", [code(2)]) == 1
    assert [one["key"] for one in do(affairs_of, code(2))["project"]] == ["P1", "P2"]
    assert [one["parcel_code"] for one in do(parcels_of, COUNTY, Affair.PROJECT, "P1")] == [code(1), code(2)]
    assert do(unlink, COUNTY, Affair.PROJECT, "P1", [code(2)]) == 1
    assert ask("SELECT count(*) FROM record_version WHERE table_name = 'parcel_project' AND deleted") == 1
    for wrong, failure in (([code(2)], NotLinked), (["149901-9999999"], ParcelNotFound), ([], NoParcelsNamed)):
        with pytest.raises(failure):
            do(unlink, COUNTY, Affair.PROJECT, "P1", wrong)
    with pytest.raises(RecordNotFound):
        do(link, COUNTY, Affair.PROJECT, "P9", [code(1)])
