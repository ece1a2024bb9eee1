"""Parties, double mortgages, contracts and their clean-up; the history of each."""

import json

import pytest
from books_county import COUNTY, code
from sqlalchemy import text

from gisreg.days import today
from gisreg.errors import AccessError, GisregError
from gisreg.records import RecordBasis, StaleRecord
from gisreg.rights.burdens import add_burden
from gisreg.rights.contracts import add_contract, change_contract, clean_up, clean_up_report
from gisreg.rights.errors import CleanedUp, PartyKnown
from gisreg.rights.holding import add_right
from gisreg.rights.masking import masked
from gisreg.rights.mortgages import double_mortgages
from gisreg.rights.parties import add_party, change_party, get_party, list_parties, party_history
from gisreg.rights.read import rights_of
from gisreg.rights.words import CleanUp

SECRET = "149901199001011234"


def test_numbers_of_people_are_masked_everywhere(do, parties) -> None:
    person = parties[1]
    do(add_right, code(1), {"party_id": person, "right_type": "3"})
    changed = do(change_party, COUNTY, RecordBasis(person, 1), {"phone": "13811112222"})
    told = [
        changed, do(get_party, COUNTY, person), do(list_parties, COUNTY).items, do(party_history, COUNTY, person),
        do(rights_of, code(1)),
    ]  # fmt: skip
    words = json.dumps(told, default=str, ensure_ascii=False)
    assert "149*************34" in words
    for secret in (SECRET, "13900001234", "13811112222", "19900101"):
        assert secret not in words


def test_the_same_paper_is_the_same_party(do, parties) -> None:
    with pytest.raises(PartyKnown) as refused:
        do(add_party, COUNTY, {"name": "同一人", "id_no": f" {SECRET} "})
    assert refused.value.params["party_id"] == parties[1]
    with pytest.raises(PartyKnown):
        do(change_party, COUNTY, RecordBasis(parties[0], 1), {"id_no": SECRET})
    do(change_party, COUNTY, RecordBasis(parties[1], 1), {"id_no": SECRET, "name": "赵某"})


@pytest.mark.parametrize(("number", "shown"), [(None, None), ("", ""), ("12", "**"), ("1234567", "*******"),
                                               ("12345678", "123***78")])  # fmt: skip
def test_masking(number, shown) -> None:
    assert masked(number) == shown


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"name": "某" * 201}, {"id_no": "12"}, {"id_no": SECRET + " x!"}, {"phone": "电话"},
     {"party_type": "robot"}, {"holder_class": "x"}, {"nonsense": 1}, {"id": 5}],
)  # fmt: skip
def test_a_party_that_cannot_be_is_refused_without_telling_its_numbers(do, wrong) -> None:
    with pytest.raises(GisregError) as refused:
        do(add_party, COUNTY, {"name": "钱某某", **wrong})
    assert SECRET not in str(refused.value)
    assert SECRET not in refused.value.line("zh")


def test_a_stale_change_is_refused_with_what_changed(do, parties) -> None:
    do(change_party, COUNTY, RecordBasis(parties[0], 1), {"name": "示例新公司"})
    with pytest.raises(StaleRecord) as refused:
        do(change_party, COUNTY, RecordBasis(parties[0], 1), {"name": "示例旧公司"})
    assert refused.value.params["differences"] == [{"field": "name", "based_on": "示例公司", "now": "示例新公司"}]
    versions = do(party_history, COUNTY, parties[0])
    assert [(one["version"], one["content"]["name"], one["recorded_by"]) for one in versions] == [
        (1, "示例公司", "wang"), (2, "示例新公司", "wang"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE party SET recorded_by = 'x'",
        "UPDATE party SET version = 9",
        "DELETE FROM party",
        "DELETE FROM land_right",
        "UPDATE record_version SET content = '{}'",
        "DELETE FROM record_version",
        "UPDATE title_event SET step = 'registered'",
        "ALTER TABLE party DISABLE TRIGGER ALL",
    ],
)
def test_no_path_leads_round_the_history(do, parties, statement) -> None:
    with pytest.raises(AccessError):
        do(lambda connection: connection.execute(text(statement)))


def _mortgage(do, number, **values):
    return do(add_burden, code(number), {"encumbrance_type": "mortgage", "amount_wan": 100, **values})["id"]


def test_double_mortgages_are_found_on_rights_parcels_and_common_ground(do, ask, parties) -> None:
    right = do(add_right, code(1), {"party_id": parties[0], "right_type": "3"})["id"]
    other = do(add_right, code(1), {"party_id": parties[1], "right_type": "7"})["id"]
    one = _mortgage(do, 1, right_id=right, party_id=parties[2])
    two = _mortgage(do, 1, right_id=right, party_id=parties[1])
    _mortgage(do, 1, right_id=other)  # on another right of the parcel: no second one
    lone = _mortgage(do, 2)
    whole = _mortgage(do, 3, starts_on="2020-01-01")
    half = _mortgage(do, 4)
    _mortgage(do, 5, certificate_no="一笔贷款")
    do(_shift, 4, 3)
    do(_shift, 6, 5)
    _mortgage(do, 6, certificate_no="一笔贷款")  # the same loan on overlapping parcels
    found = do(double_mortgages, COUNTY)
    assert {(row["same"], row["one_id"], row["other_id"], row["unranked"]) for row in found} == {
        ("ground", whole, half, True), ("right", one, two, False),
    }  # fmt: skip
    ground = next(row for row in found if row["same"] == "ground")
    assert ground["shared_m2"] == pytest.approx(0.5 * 90.1 * 111, rel=0.05)
    assert 113.006 < ground["longitude"] < 113.0075
    assert 36 < ground["latitude"] < 36.001
    assert lone not in {row["one_id"] for row in found}


def _shift(connection, number, onto) -> None:
    """Move a parcel half over another one."""
    connection.execute(
        text(
            "UPDATE parcel SET boundary = ST_Translate((SELECT boundary FROM parcel WHERE parcel_code = :onto),"
            " 0.0005, 0), kind = 'half_finished_project' WHERE parcel_code = :code"
        ),
        {"code": code(number), "onto": code(onto)},
    )


def test_a_contract_is_of_no_class_until_somebody_says_which(do) -> None:
    contract = do(add_contract, code(1), {"contract_no": "合001"})
    assert contract["contract_class"] is None
    basis = RecordBasis(contract["id"], 1)
    assert do(change_contract, COUNTY, basis, {"contract_class": "lease"})["contract_class"] == "lease"


def test_the_clean_up_of_248_contracts(do) -> None:
    """domain: 248 = 243 + 2 + 3 and none by the fourth way; five large ones; all of them done. The rows are made up."""
    ways = [CleanUp.AMEND] * 243 + [CleanUp.TERMINATE] * 2 + [CleanUp.LITIGATE] * 3

    def fill(connection) -> None:
        for number, way in enumerate(ways, 1):
            values = {
                "contract_no": f"合{number:03}", "contract_class": "contracting", "problem": "租金未收",
                "price_wan": 500 if number <= 5 else 499.99,
            }  # fmt: skip
            contract = add_contract(connection, code(number), values)
            clean_up(connection, COUNTY, RecordBasis(contract["id"], 1), way, on=today(), basis_text="会议纪要")

    do(fill)
    report = do(clean_up_report, COUNTY, 500.0)
    assert {way: one.count for way, one in report.by_way.items()} == {
        "amend": 243, "terminate": 2, "litigate": 3, "escalate": 0,
    }  # fmt: skip
    assert (report.found, report.cleaned, report.large, report.large_cleaned, report.rate) == (248, 248, 5, 5, 1.0)
    assert report.amount_wan == pytest.approx(5 * 500 + 243 * 499.99)


def test_a_contract_is_cleaned_up_once_and_on_a_basis(do) -> None:
    contract = do(add_contract, code(1), {"contract_no": "合1", "problem": "超期"})
    with pytest.raises(GisregError):
        do(clean_up, COUNTY, RecordBasis(contract["id"], 1), CleanUp.AMEND, on=today())
    planned = do(clean_up, COUNTY, RecordBasis(contract["id"], 1), CleanUp.ESCALATE)
    assert do(clean_up_report, COUNTY, 500.0).rate == 0.0
    do(
        clean_up,
        COUNTY,
        RecordBasis(contract["id"], planned["version"]),
        CleanUp.ESCALATE,
        on=today(),
        basis_text="移交",
    )
    with pytest.raises(CleanedUp):
        do(clean_up, COUNTY, RecordBasis(contract["id"], 3), CleanUp.AMEND, on=today(), basis_text="再来")
