"""``gisreg rights``, ``affairs`` and ``documents`` as people and programs call them."""

import json
import re

import pytest
from sqlalchemy import Engine, create_engine, text

from gisreg.db.engine import Actor, transaction

CODE, OTHER = "149901-0000001", "149901-0000002"
SECRET = "149901199001011234"


@pytest.fixture
def county(engine: Engine) -> None:
    """Two counties, so that none is meant without being named; two parcels in the first."""
    with transaction(engine, Actor("li", "test")) as connection:
        connection.execute(
            text(
                "INSERT INTO county (code, name, invented) VALUES ('149901', '示例县', true), ('149902', '二县', true)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO parcel (county_code, parcel_code, kind, state, area_m2) SELECT '149901',"
                " '149901-000000' || n, 'idle_land', 'registered', 1000 FROM generate_series(1, 2) AS n"
            )
        )


@pytest.fixture
def gisreg(run_cli, county):
    """Runs a command that must do well, in the first county; what it prints as JSON."""

    def run(*arguments):
        done = run_cli(*arguments, "--json", env={"GISREG_COUNTY": "149901"})
        assert done.code == 0, done.err
        return json.loads(done.out)

    return run


def test_a_right_from_the_party_to_the_transfer(gisreg, run_cli) -> None:
    seller = gisreg("rights", "party-add", "示例公司")
    buyer = gisreg("rights", "party-add", "赵某某", "--set", "party_type=person", "--set", f"id_no={SECRET}")
    assert SECRET not in str(buyer)
    right = gisreg("rights", "add", CODE, "--party", seller["id"], "--type", "3", "--share", "2/3")
    gisreg("rights", "step", CODE, "registered", "--on", "2024-01-02", "--document", "示1号")
    gisreg("rights", "encumber", CODE, "--type", "mortgage", "--set", "amount_wan=300")
    second = gisreg("rights", "encumber", CODE, "--type", "mortgage")
    to = ("--to", buyer["id"], "--on", "2024-02-03", "--share", "1/3")
    moved = gisreg("rights", "transfer", right["id"], "--based-on", 1, *to)
    assert len(moved["items"]) == 2
    assert gisreg("rights", "double-mortgages")["total"] == 1
    gisreg("rights", "release", second["id"], "--based-on", 1, "--on", "2024-03-01")
    gisreg("rights", "decide", CODE, "seized", "true", "--reason", "法院来函")
    told = gisreg("rights", "show", CODE)
    assert {one["field"]: one["holds"] for one in told["title"]} == {
        "ownership_status": "registered", "seized": True, "mortgaged": True,
    }  # fmt: skip
    assert gisreg("rights", "undecide", CODE, "seized")["fields"][1]["holds"] is True, "nothing on the books says no"
    assert gisreg("rights", "follow")["parcels"] == 0
    shown = run_cli("rights", "show", CODE)
    assert shown.code == 0, shown.err
    assert "赵某某" in shown.out
    assert SECRET not in shown.out + run_cli("rights", "parties", "--county", "149901").out


def test_contracts_are_cleaned_up(gisreg) -> None:
    contract = gisreg("rights", "contract", CODE, "合1", "--set", "problem=租金未收", "--set", "price_wan=600")
    gisreg(
        "rights", "clean-up", contract["id"], "--based-on", 1, "--way", "amend", "--on", "2024-05-06", "--basis", "纪要"
    )
    report = gisreg("rights", "clean-up-report")
    assert (report["found"], report["large_cleaned"], report["rate"]) == (1, 1, 1.0)


def test_affairs_from_the_approval_to_its_balance(gisreg, run_cli) -> None:
    gisreg("affairs", "add", "approval", "--set", "approval_no=示批1号", "--set", "approved_area_m2=2500")
    assert gisreg("affairs", "link", "approval", "示批1号", CODE, OTHER) == {"parcels": 2}
    gisreg("affairs", "edit", "approval", "示批1号", "--based-on", 1, "--set", "supplied_area_m2=2000")
    (balance,) = gisreg("affairs", "balance")["items"]
    assert balance["remaining_area_m2"] == 500
    assert {one["difference"] for one in balance["disagreements"]} == {"approved", "remaining"}
    assert len(gisreg("affairs", "history", "approval", "示批1号")["versions"]) == 2
    firm = gisreg("affairs", "add", "enterprise", "--set", "name=甲厂")
    gisreg("affairs", "link", "enterprise", firm["id"], CODE)
    gisreg("affairs", "add", "zone", "--set", "code=Z1", "--set", "name=示例园区")
    gisreg("affairs", "link", "zone", "Z1", CODE)
    assert [row["left_count"] for row in gisreg("affairs", "zone-left")["items"]] == [1, 1]
    assert {one["what"]: one["left"] for one in gisreg("affairs", "counts")["items"]} == {
        "parcel": 2, "project": 0, "enterprise": 1, "approval": 1, "zone": 1,
    }  # fmt: skip
    gisreg(
        "affairs", "add", "asset_card", "--set", "card_no=K1", "--set", f"parcel_code={CODE}", "--set", "area_m2=900"
    )
    assert [one["finding"] for one in gisreg("affairs", "cards")["findings"]] == ["land_differs"]
    assert gisreg("affairs", "of", CODE)["zone"] == [{"key": "Z1", "name": "示例园区"}]
    for words in (["show", "approval", "示批1号"], ["list", "zone"], ["counts"], ["balance"], ["cards"], ["zone-left"]):
        done = run_cli("affairs", *words, env={"GISREG_COUNTY": "149901"})
        assert done.code == 0, done.err
        assert done.out
    assert gisreg("affairs", "unlink", "approval", "示批1号", CODE) == {"parcels": 1}


def test_a_document_there_and_back(gisreg, run_cli, tmp_path) -> None:
    photo = tmp_path / "现场.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xe0" + b"x" * 100)
    row = gisreg("documents", "add", CODE, photo, "--type", "photo", "--taken-on", "2024-05-06")
    assert gisreg("documents", "list", CODE)["items"][0]["file_name"] == "现场.jpg"
    back = tmp_path / "back.jpg"
    assert run_cli("documents", "get", row["id"], "-o", back, env={"GISREG_COUNTY": "149901"}).code == 0
    assert back.read_bytes() == photo.read_bytes()
    assert gisreg("documents", "check")["missing"] == []
    gisreg("documents", "withdraw", row["id"], "--based-on", 1, "--reason", "传错")
    assert gisreg("documents", "list", CODE)["total"] == 0


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("rights", "show", "149901-9999999"), 4, "parcel_not_found"),
        (("rights", "add", CODE, "--party", "9", "--type", "3"), 4, "record_not_found"),
        (("rights", "add", CODE, "--party", "1", "--type", "3", "--share", "4/3"), 3, "share_unusable"),
        (("rights", "step", CODE, "transferred", "--on", "2024-01-01"), 5, "step_out_of_order"),
        (("rights", "step", CODE, "nonsense", "--on", "2024-01-01"), 2, "claimed"),
        (("rights", "step", CODE, "confirmed", "--on", "2024-02-30"), 3, "bad_date_option"),
        (("rights", "double-mortgages"), 3, "county_not_named"),
        (("affairs", "show", "enterprise", "x", "--county", "149901"), 3, "key_not_a_number"),
        (("affairs", "show", "approval", "无", "--county", "149901"), 4, "record_not_found"),
        (("affairs", "add", "approval", "--set", "nonsense", "--county", "149901"), 3, "pair_unreadable"),
        (("affairs", "link", "project", "P", CODE, "--county", "149901"), 4, "record_not_found"),
        (("documents", "add", CODE, __file__), 3, "file_type_refused"),
        (("documents", "get", "7", "-o", "x.pdf", "--county", "149901"), 4, "record_not_found"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_one_line(run_cli, county, words, code, told) -> None:
    done = run_cli(*words)
    assert (done.code, done.out) == (code, ""), done.err
    assert told in done.err
    assert len(done.err.strip().splitlines()) == 1


def test_what_is_missing_is_called_by_its_title(run_cli, gisreg) -> None:
    contract = gisreg("rights", "contract", CODE, "HT-1", "--set", "problem=租金未收")
    words = ("--based-on", 1, "--way", "amend", "--on", "2024-05-06", "--county", "149901")
    told = run_cli("rights", "clean-up", contract["id"], *words).err
    assert "缺少 清理依据" in told
    assert run_cli("rights", "step", CODE, "confirmed", "--on", "2024-01-02").out.startswith("步骤 确权:第 1 版")


def test_people_read_words_where_programs_get_tokens(gisreg, run_cli, tmp_path) -> None:
    photo = tmp_path / "a.png"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    party = gisreg("rights", "party-add", "示例公司")
    gisreg("rights", "add", CODE, "--party", party["id"], "--type", "3")
    gisreg("rights", "encumber", CODE, "--type", "mortgage")
    gisreg("rights", "step", CODE, "registered", "--on", "2024-01-02")
    gisreg("documents", "add", CODE, photo, "--type", "photo")
    for language, words in {
        "zh": ("国有建设用地使用权", "抵押", "登记", "现场照片"),
        "en": ("State construction land use right", "Mortgage", "Registered", "Photograph"),
    }.items():
        told = [
            run_cli("--lang", language, *command).out
            for command in (("rights", "show", CODE), ("documents", "list", CODE))
        ]
        assert [word for word in words if word not in "".join(told)] == []
        assert [token for token in ("mortgage ", "registered ", "photo ") if token in "".join(told)] == []
    entry = run_cli("rights", "encumber", OTHER, "--type", "lease").out
    assert "租赁" in entry
    assert "encumbrance_type" not in entry
    assert gisreg("rights", "show", CODE)["encumbrances"][0]["encumbrance_type"] == "mortgage"


def test_a_type_of_right_is_named_as_people_do_and_numbers_of_entries_are_no_amounts(gisreg, run_cli, database) -> None:
    home = {"GISREG_COUNTY": "149901", "GISREG_LANGUAGE": "zh"}
    with create_engine(database.admin_url).begin() as connection:
        connection.execute(text("SELECT setval(pg_get_serial_sequence('gisreg.land_right', 'id'), 1485)"))
    party = gisreg("rights", "party-add", "示例公司")["id"]
    right = gisreg("rights", "add", CODE, "--party", party, "--type", "国有建设用地使用权")
    assert (right["id"], right["right_type"]) == (1486, "3")
    shown = run_cli("rights", "show", CODE, env=home).out
    assert ("1486" in shown, "1,486" in shown) == (True, False)
    wrong = run_cli("rights", "add", CODE, "--party", party, "--type", "使用权", env=home)
    assert (wrong.code, "3 国有建设用地使用权" in wrong.err) == (3, True)
    added = run_cli("rights", "encumber", CODE, "--type", "mortgage", env=home).out
    assert not re.search(r"\d\d:\d\d:\d\d\.\d", added), "no fractions of a second"
