"""Parts of one parcel: a contract closes the part that it is for, and what it says goes with that part."""

from datetime import date

import pytest
from books_county import code
from sqlalchemy import text

from gisreg.ledger.closeout.errors import LaterCloseOut, ProofMissing, ProvesAnother
from gisreg.ledger.closeout.moves import By
from gisreg.ledger.closeout.reading import standing
from gisreg.ledger.closeout.submitting import Submission, accept, send_back, submit
from gisreg.parcels.boundary.cut import carve_area
from gisreg.parcels.editing import Basis
from gisreg.parcels.edits import edit_attributes
from gisreg.parcels.faults import UndoneSince
from gisreg.parcels.undo import undo

STATED = {
    "supervision_no": "1499012026B00001", "contract_no": "149901-2026-HT-1", "contract_on": date(2026, 1, 20),
    "agreed_start_on": date(2026, 7, 1), "price_wan": 1000.0, "paid_wan": 1000.0, "supplied_area_m2": 4000.0,
    "approved_on": date(2024, 3, 1),
}  # fmt: skip
GONE = ("supervision_no", "contract_no", "contract_on", "agreed_start_on", "price_wan", "paid_wan")
PART = code(301)
"""The first part that is carved off: numbers go up to 300."""


@pytest.fixture
def contracted(do, put, basis, started):
    """Brings the n-th parcel, unsupplied land of 10,000 m² with a contract for 4,000 m², to where it is submitted."""

    def bring(n: int = 1, measure: str | None = None) -> None:
        put("kind = 'unsupplied_land', plan_changed = true, county_verified = true", f"parcel_code = '{code(n)}'")
        do(edit_attributes, basis(n), STATED)
        started(n, measure)

    return bring


@pytest.fixture
def part(do, basis, contracted, paper):
    """The paper by which 4,000 m² of the first parcel are submitted."""

    def bring() -> int:
        contracted()
        document = paper(1)
        do(submit, basis(1), Submission([("supply_document", document)], area_m2=4000.0))
        return document

    return bring


@pytest.fixture
def facts(do):
    """Columns of the n-th parcel."""

    def read(n: int, *names: str) -> dict:
        asked = text(f"SELECT {', '.join(names)} FROM parcel WHERE parcel_code = :code")
        return dict(do(lambda c: c.execute(asked, {"code": code(n)}).mappings().one()))

    return read


def stated(do, basis, n: int, **values) -> None:
    do(edit_attributes, basis(n), values)


def test_what_proved_a_part_goes_with_it_and_the_rest_is_unsupplied(do, basis, part, facts, state) -> None:
    part()
    do(accept, basis(301))
    names = (*GONE, "supplied_area_m2", "approved_on", "official_area_m2")
    assert facts(301, *names) == {**{name: STATED[name] for name in names[:-1]}, "official_area_m2": 4000.0}
    rest = facts(1, *names)
    assert [name for name in GONE if rest[name] is not None] == []
    assert (rest["supplied_area_m2"], rest["approved_on"], rest["official_area_m2"]) == (
        0.0, STATED["approved_on"], 6000.0,
    )  # fmt: skip
    assert (state(1), state(301)) == ("in_progress", "closed")
    assert do(standing, code(1))["supervision_no"] is None


def test_the_rest_waits_for_a_contract_of_its_own(do, basis, part, paper, state) -> None:
    document = part()
    do(accept, basis(301))
    with pytest.raises(ProofMissing, match=r"(?i)supervision"):
        do(submit, basis(1), Submission([("supply_document", paper(1))]))
    stated(do, basis, 1, supervision_no="1499012026B00002")
    with pytest.raises(ProvesAnother, match=f"document {document} proves the close-out of parcel {PART}"):
        do(submit, basis(1), Submission([("supply_document", document)]))
    do(submit, basis(1), Submission([("supply_document", paper(1))]))
    do(accept, basis(1))
    assert state(1) == "closed"


def test_the_number_of_a_part_proves_the_rest_no_more(do, basis, part, paper) -> None:
    part()
    for _waiting_then_closed in range(2):
        with pytest.raises(ProvesAnother) as refused:
            do(submit, basis(1), Submission([("supply_document", paper(1))]))
        line = refused.value.line("zh")
        assert f"电子监管号 1499012026B00001已作为宗地 {PART} 销号的佐证,不能再证明宗地 {code(1)}" in line
        assert f"gisreg parcels edit {code(1)} --based-on 版本 --set supervision_no=…" in line
        assert refused.value.line("en").isascii() or "…" in refused.value.line("en")
        if _waiting_then_closed == 0:
            do(accept, basis(301))
            stated(do, basis, 1, supervision_no=STATED["supervision_no"])


def test_the_same_file_attached_again_is_the_same_paper(do, basis, part) -> None:
    first = part()
    do(accept, basis(301))
    stated(do, basis, 1, supervision_no="1499012026B00002")
    copied = text(
        "INSERT INTO document (county_code, parcel_id, document_type, file_name, file_sha256, file_bytes)"
        " SELECT county_code, parcel_id, document_type, 'b.pdf', file_sha256, file_bytes FROM document"
        " WHERE id = :first RETURNING id"
    )
    again = do(lambda c: c.execute(copied, {"first": first}).scalar_one())
    with pytest.raises(ProvesAnother, match=f"document {again}"):
        do(submit, basis(1), Submission([("supply_document", again)]))


def test_an_acceptance_sees_once_more_whether_the_number_proves_another(do, basis, part, paper, state) -> None:
    part()
    stated(do, basis, 1, supervision_no="1499012026B00002")
    do(submit, basis(1), Submission([("supply_document", paper(1))]))
    stated(do, basis, 1, supervision_no=STATED["supervision_no"])
    for n in (1, 301):
        with pytest.raises(ProvesAnother):
            do(accept, basis(n))
    do(send_back, basis(1), None, By(reason="监管号与划出部分相同"))
    do(accept, basis(301))
    assert state(301) == "closed"


def test_an_undone_acceptance_gives_the_rest_back_what_it_stated(do, basis, part, facts, state) -> None:
    part()
    names = (*GONE, "supplied_area_m2")
    before = facts(1, *names), facts(301, *names)
    do(accept, basis(301))
    do(undo, PART, basis(301).version)
    assert (facts(1, *names), facts(301, *names)) == before
    assert (state(1), state(301)) == ("in_progress", "submitted")
    do(accept, basis(301))
    assert facts(1, "supervision_no") == {"supervision_no": None}


def test_a_part_undone_whole_is_the_parcel_again(do, basis, part, facts) -> None:
    part()
    do(accept, basis(301))
    for version in (3, 2, 1):  # the acceptance, the submission, the carving
        do(undo, PART, version)
    names = (*GONE, "supplied_area_m2", "official_area_m2")
    assert facts(1, *names) == {**{name: STATED.get(name) for name in names}, "official_area_m2": 10000.0}


def test_a_part_is_not_undone_under_what_the_rest_states_or_closed_by_since(do, basis, part, paper) -> None:
    part()
    do(accept, basis(301))
    accepted = basis(301).version
    stated(do, basis, 1, supervision_no="1499012026B00002")
    with pytest.raises(UndoneSince):
        do(undo, PART, accepted)
    do(submit, basis(1), Submission([("supply_document", paper(1))]))
    do(accept, basis(1))
    with pytest.raises((UndoneSince, LaterCloseOut)):
        do(undo, PART, accepted)


def test_a_part_that_was_carved_by_hand_takes_its_contract_along_too(do, basis, contracted, paper, facts) -> None:
    contracted()
    do(carve_area, basis(1), 4000.0)
    do(submit, basis(301), Submission([("supply_document", paper(1))]))
    do(accept, basis(301))
    assert facts(1, "supervision_no", "contract_on", "price_wan") == {
        "supervision_no": None, "contract_on": None, "price_wan": None,
    }  # fmt: skip
    whole = facts(301, "supplied_area_m2")["supplied_area_m2"] + facts(1, "supplied_area_m2")["supplied_area_m2"]
    assert whole == pytest.approx(4000, abs=0.001)
    assert facts(1, "supplied_area_m2")["supplied_area_m2"] == pytest.approx(0, abs=5)


def test_a_rest_with_a_contract_of_its_own_keeps_it(do, basis, part, facts) -> None:
    part()
    own = {"supervision_no": "1499012026B00002", "contract_no": "149901-2026-HT-2", "price_wan": 500.0}
    stated(do, basis, 1, **own)
    do(accept, basis(301))
    assert facts(1, *own, "contract_on") == {**own, "contract_on": STATED["contract_on"]}


def test_one_withdrawal_of_an_approval_proves_every_part(do, basis, contracted, paper, facts, *, state) -> None:
    contracted(measure="revoke_approval")
    decision = paper(1)
    do(submit, basis(1), Submission([("withdrawal_decision", decision)], area_m2=4000.0))
    do(accept, basis(301))
    assert facts(1, "supervision_no") == {"supervision_no": STATED["supervision_no"]}
    do(submit, basis(1), Submission([("withdrawal_decision", decision)]))
    do(accept, basis(1))
    assert (state(1), state(301)) == ("closed", "closed")


def test_one_contract_for_parcels_of_no_common_descent_proves_each(do, basis, contracted, paper, state) -> None:
    for n in (1, 2):
        contracted(n)
        do(submit, basis(n), Submission([("supply_document", paper(n))]))
        do(accept, basis(n))
    assert (state(1), state(2)) == ("closed", "closed")


def test_a_swap_contract_closes_one_part_and_a_permit_both(do, basis, put, started, paper, *, state) -> None:
    put("determined_on = '2025-06-01', hearing_held = true", f"parcel_code IN ('{code(1)}', '{code(2)}')")
    started(1, "swap")
    contract = paper(1)
    do(submit, basis(1), Submission([("swap_contract", contract)], area_m2=4000.0))
    with pytest.raises(ProvesAnother):
        do(submit, basis(1), Submission([("swap_contract", contract)]))
    started(2)
    proofs = [(name, paper(2)) for name in ("construction_permit", "site_photo", "coordinates")]
    do(submit, basis(2), Submission(proofs, area_m2=4000.0))
    do(submit, basis(2), Submission(proofs))
    assert state(2) == "submitted"


def test_what_was_returned_or_undone_proves_nothing(do, basis, part) -> None:
    document = part()
    do(send_back, Basis(PART, basis(301).version), None, By(reason="合同号有误"))
    do(submit, basis(1), Submission([("supply_document", document)]))
