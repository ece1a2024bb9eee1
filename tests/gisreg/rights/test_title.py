"""What a parcel states of its title follows from the books, unless a person decided otherwise."""

from datetime import date, timedelta

import pytest
from books_county import COUNTY, code
from sqlalchemy import text

from gisreg.days import today
from gisreg.errors import GisregError
from gisreg.parcels.faults import ValueUnusable
from gisreg.records import DatesTurned, RecordBasis, RecordNotFound, StaleRecord
from gisreg.rights.burdens import add_burden, release
from gisreg.rights.errors import (
    AlreadyReleased,
    DecisionStands,
    NoDecision,
    RankTaken,
    RightElsewhere,
    RightEnded,
    RightSeized,
    SameHolder,
    ShareUnusable,
    StepInFuture,
    StepOutOfOrder,
    StepTooEarly,
)
from gisreg.rights.holding import add_right, cancel_right, transfer_right
from gisreg.rights.read import rights_of
from gisreg.rights.shares import WHOLE, read_share
from gisreg.rights.title import decide, end_decision, follow, record_step, title_of_parcel
from gisreg.rights.words import TitleField, TitleStep

USE = "3"


@pytest.fixture
def stated(ask):
    """What the parcel states."""
    return lambda number: tuple(
        ask(f"SELECT {field} FROM parcel WHERE parcel_code = :code", code=code(number))
        for field in ("ownership_status", "seized", "mortgaged")
    )


def test_nothing_on_the_books_leaves_what_was_stated(do, stated) -> None:
    assert do(follow, COUNTY) == []
    assert stated(1) == ("unknown", None, None)


def test_a_title_goes_from_claim_to_transfer_in_order(do, stated, parties) -> None:
    steps = []
    for step, status in (
        ("claimed", "unconfirmed"), ("disputed", "disputed"), ("settled", "unconfirmed"), ("confirmed", "confirmed"),
        ("registered", "registered"), ("transferred", "registered"), ("revoked", "unconfirmed"),
    ):  # fmt: skip
        do(record_step, code(1), TitleStep(step), date(2024, 3, 1))
        steps.append((step, stated(1)[0]))
        assert stated(1)[0] == status, steps


@pytest.mark.parametrize(
    ("before", "step"),
    [((), "registered"), ((), "transferred"), (("confirmed",), "transferred"), ((), "settled"), ((), "revoked"),
     (("disputed",), "confirmed"), (("disputed",), "disputed"), (("confirmed",), "claimed")],
)  # fmt: skip
def test_a_step_out_of_order_is_refused(do, before, step) -> None:
    for one in before:
        do(record_step, code(1), TitleStep(one), date(2024, 3, 1))
    with pytest.raises(StepOutOfOrder):
        do(record_step, code(1), TitleStep(step), date(2024, 3, 2))


def test_a_step_is_not_before_the_last_nor_in_the_future(do) -> None:
    do(record_step, code(1), TitleStep.CONFIRMED, date(2024, 3, 1))
    with pytest.raises(StepTooEarly):
        do(record_step, code(1), TitleStep.REGISTERED, date(2024, 2, 29))
    with pytest.raises(StepInFuture):
        do(record_step, code(1), TitleStep.REGISTERED, today() + timedelta(days=1))
    with pytest.raises(ValueUnusable):
        do(record_step, code(1), TitleStep.REGISTERED, date(1, 1, 1))


def test_a_right_confirms_and_its_certificate_registers(do, stated, parties) -> None:
    right = do(add_right, code(1), {"party_id": parties[0], "right_type": USE})
    assert stated(1)[0] == "confirmed"
    do(add_right, code(2), {"party_id": parties[0], "right_type": USE, "certificate_no": "示(2024)第1号"})
    assert stated(2)[0] == "registered"
    do(cancel_right, COUNTY, RecordBasis(right["id"], 1), today())
    assert stated(1)[0] == "unconfirmed"
    with pytest.raises(RightEnded):
        do(cancel_right, COUNTY, RecordBasis(right["id"], 2), today())


def test_mortgage_and_seizure_follow_and_end(do, stated, parties) -> None:
    burden = {
        "encumbrance_type": "mortgage",
        "party_id": parties[2],
        "starts_on": "2020-01-01",
        "ends_on": "2021-01-01",
    }
    mortgage = do(add_burden, code(1), burden)
    assert stated(1) == ("unknown", None, True), "a mortgage lies until it is released, whatever its term"
    do(add_burden, code(1), {"encumbrance_type": "seizure", "starts_on": "2020-01-01", "ends_on": "2022-12-31"})
    assert stated(1)[1] is False, "a seizure ends with its term"
    do(release, COUNTY, RecordBasis(mortgage["id"], 1), date(2023, 5, 1))
    assert stated(1) == ("unknown", False, False)
    with pytest.raises(AlreadyReleased):
        do(release, COUNTY, RecordBasis(mortgage["id"], 2), date(2023, 5, 2))
    before = do(lambda c: title_of_parcel(c, code(1), date(2022, 12, 31)).holding())
    assert before["seized"] is True, "the books know what lay there on an earlier day"


def test_a_term_that_runs_out_is_followed_without_anybody_writing(do, stated) -> None:
    do(add_burden, code(1), {"encumbrance_type": "seizure", "ends_on": str(today())})
    assert stated(1)[1] is True
    (changed,) = do(follow, COUNTY, None, today() + timedelta(days=1))
    assert (changed.parcel_code, changed.changes()) == (code(1), {"seized": False})
    assert stated(1)[1] is False


def test_a_person_decides_against_the_books_until_it_is_ended(do, stated, ask, parties) -> None:
    do(add_right, code(1), {"party_id": parties[0], "right_type": USE})
    do(decide, code(1), TitleField.OWNERSHIP_STATUS, "disputed", "来访反映")
    do(decide, code(1), TitleField.SEIZED, "是", "法院来函")
    assert stated(1)[:2] == ("disputed", True)
    do(record_step, code(2), TitleStep.CONFIRMED, date(2024, 1, 1))
    do(follow, COUNTY)
    assert stated(1)[:2] == ("disputed", True), "following the books leaves decisions alone"
    with pytest.raises(DecisionStands):
        do(decide, code(1), TitleField.SEIZED, "no", "又")
    do(end_decision, code(1), TitleField.OWNERSHIP_STATUS)
    assert stated(1)[0] == "confirmed"
    with pytest.raises(NoDecision):
        do(end_decision, code(1), TitleField.OWNERSHIP_STATUS)
    assert ask("SELECT count(*) FROM parcel_version WHERE parcel_code = :code", code=code(1)) == 4


@pytest.mark.parametrize("value", ["", "perhaps", None])
def test_a_decision_is_one_of_the_words(do, value) -> None:
    with pytest.raises(ValueUnusable):
        do(decide, code(1), TitleField.OWNERSHIP_STATUS, value, "因")


def test_a_transfer_moves_a_share_and_the_rest_stays(do, parties) -> None:
    right = do(add_right, code(1), {"party_id": parties[0], "right_type": USE, "certificate_no": "A1"}, WHOLE)
    mortgage = do(add_burden, code(1), {"encumbrance_type": "mortgage", "right_id": right["id"]})
    basis = RecordBasis(right["id"], 1)
    done = do(transfer_right, COUNTY, basis, to_party=parties[1], on=date(2024, 5, 1), share=read_share("1/3"))
    moved = done.rights
    assert [(one["party_id"], one["share_numerator"], one["share_denominator"]) for one in moved] == [
        (parties[1], 1, 3), (parties[0], 2, 3),
    ]  # fmt: skip
    told = do(rights_of, code(1))
    assert [one["in_force"] for one in told["rights"]] == [False, True, True]
    assert told["encumbrances"][0]["right_id"] == moved[-1]["id"]
    assert [one["step"] for one in told["steps"]] == ["transferred"]
    assert mortgage["rank"] == 1


@pytest.fixture
def holder(ask):
    """What the parcel states of its holder."""
    return lambda number: tuple(
        ask(f"SELECT {field} FROM parcel WHERE parcel_code = :code", code=code(number))
        for field in ("holder_name", "holder_class")
    )


def _transferred(do, parties, number, name=None, **more):
    """The parcel's only right goes from the company to the bank."""
    if name:
        stated = text("UPDATE parcel SET holder_name = :name, holder_class = 'private' WHERE parcel_code = :code")
        do(lambda c: c.execute(stated, {"name": name, "code": code(number)}))
    right = do(add_right, code(number), {"party_id": parties[0], "right_type": USE, "certificate_no": f"A{number}"})
    return do(transfer_right, COUNTY, RecordBasis(right["id"], 1), to_party=parties[2], on=date(2024, 5, 1), **more)


def test_the_holder_follows_a_transfer_as_an_edit(do, holder, ask, parties) -> None:
    assert _transferred(do, parties, 1, " 示例公司").holder.agrees, "blanks and width make no other holder"
    assert holder(1) == ("示例银行", "state_enterprise")
    assert (
        ask("SELECT holder_name FROM parcel_version WHERE parcel_code = :code ORDER BY version DESC", code=code(1))
        == " 示例公司"
    )
    reason = ask("SELECT reason FROM parcel_edit ORDER BY id DESC LIMIT 1")
    assert reason == "流转 2024-05-01"
    _transferred(do, parties, 2)
    assert holder(2) == ("示例银行", "state_enterprise"), "a parcel without a stated holder gets one"
    _transferred(do, parties, 3, share=read_share("1/3"))
    assert holder(3) == ("示例公司、示例银行", None), "the larger share first; two classes are no class"


def test_a_holder_stated_by_somebody_is_told_not_overwritten(do, holder, parties) -> None:
    told = _transferred(do, parties, 1, "另一公司").holder
    assert (told.agrees, told.stated, told.follows) == (False, "另一公司", "示例银行")
    assert holder(1) == ("另一公司", "private")
    shown = do(rights_of, code(1))["holder"]
    assert (shown["agrees"], shown["follows_class"]) == (False, "state_enterprise")
    assert do(rights_of, code(2))["holder"]["agrees"], "the books say nothing"


def test_easements_and_ownership_of_the_ground_make_no_holder(do, parties) -> None:
    do(add_right, code(1), {"party_id": parties[1], "right_type": "19"})
    do(add_right, code(1), {"party_id": parties[2], "right_type": "1"})
    do(add_right, code(1), {"party_id": parties[0], "right_type": USE})
    assert do(rights_of, code(1))["holder"]["follows"] == "示例公司"


def test_the_whole_county_is_followed_in_one_statement(do, ask, parties) -> None:
    for number in range(1, 21):
        do(add_burden, code(number), {"encumbrance_type": "seizure", "ends_on": str(today())})
    versions = ask("SELECT sum(version) FROM parcel")
    changed = do(follow, COUNTY, None, today() + timedelta(days=1))
    assert [one.parcel_code for one in changed] == [code(number) for number in range(1, 21)]
    assert ask("SELECT sum(version) FROM parcel") == versions + 20
    assert do(follow, COUNTY, None, today() + timedelta(days=1)) == []


def test_what_bars_a_transfer(do, parties) -> None:
    right = do(add_right, code(1), {"party_id": parties[0], "right_type": USE})
    basis, to = RecordBasis(right["id"], 1), {"to_party": parties[1], "on": date(2024, 5, 1)}
    with pytest.raises(StepOutOfOrder):
        do(transfer_right, COUNTY, basis, **to)
    do(record_step, code(1), TitleStep.REGISTERED, date(2024, 1, 1))
    with pytest.raises(SameHolder):
        do(transfer_right, COUNTY, basis, to_party=parties[0], on=date(2024, 5, 1))
    with pytest.raises(RecordNotFound):
        do(transfer_right, COUNTY, basis, to_party=999, on=date(2024, 5, 1))
    with pytest.raises(StaleRecord):
        do(transfer_right, COUNTY, RecordBasis(right["id"], 7), **to)
    do(add_burden, code(1), {"encumbrance_type": "seizure"})
    with pytest.raises(RightSeized):
        do(transfer_right, COUNTY, basis, **to)
    joint = do(add_right, code(2), {"party_id": parties[0], "right_type": USE, "certificate_no": "B"}, None)
    with pytest.raises(ShareUnusable):
        do(transfer_right, COUNTY, RecordBasis(joint["id"], 1), **to, share=read_share("1/2"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"right_type": "nonsense"}, {"party_id": 10**9}, {"party_id": "x"}, {"starts_on": "2024-02-30"},
        {"starts_on": "2024-02-01", "ends_on": "2023-01-01"}, {"version": 9}, {"right_type": ""}, {"share": 2},
    ],
)  # fmt: skip
def test_bad_values_of_a_right_are_refused_and_nothing_is_kept(do, ask, parties, wrong) -> None:
    with pytest.raises(GisregError):
        do(add_right, code(1), {"party_id": parties[0], "right_type": USE, **wrong})
    assert ask("SELECT count(*) FROM land_right") == 0


def test_ranks_of_mortgages(do, parties) -> None:
    first = do(add_burden, code(1), {"encumbrance_type": "mortgage"})
    second = do(add_burden, code(1), {"encumbrance_type": "mortgage"})
    assert (first["rank"], second["rank"]) == (1, 2)
    with pytest.raises(RankTaken) as refused:
        do(add_burden, code(1), {"encumbrance_type": "mortgage", "rank": 2})
    assert refused.value.params["next"] == 3
    for wrong in ({"rank": 0}, {"rank": -1}, {"rank": 10**6}):
        with pytest.raises(ValueUnusable):
            do(add_burden, code(1), {"encumbrance_type": "mortgage", **wrong})
    with pytest.raises(ValueUnusable):
        do(add_burden, code(1), {"encumbrance_type": "curse"})
    with pytest.raises(DatesTurned):
        do(release, COUNTY, RecordBasis(do(add_burden, code(1), {
            "encumbrance_type": "lease", "starts_on": "2024-01-01"})["id"], 1), date(2023, 1, 1))  # fmt: skip
    right = do(add_right, code(2), {"party_id": parties[0], "right_type": USE})
    with pytest.raises(RightElsewhere):
        do(add_burden, code(1), {"encumbrance_type": "mortgage", "right_id": right["id"]})
