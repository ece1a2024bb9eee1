"""The list of check-outs: entered, shown, closed by what comes back, given up by hand."""

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from gisreg.checkout.errors import CheckoutClosed, CheckoutNotFound, NotCheckedOut, NotHandedOutAs
from gisreg.checkout.hand_out import check_out
from gisreg.checkout.held import abandon, listed, out_with, read
from gisreg.db.engine import Actor, transaction
from gisreg.parcels.editing import Basis
from gisreg.parcels.edits import edit_attributes
from gisreg.parcels.read import ParcelNotFound
from gisreg.vocab import CheckoutState

COUNTY = "149901"
P1, P2, P3, P4 = (f"149901-000000{n}" for n in range(1, 5))
OPEN, RETURNED, ABANDONED = CheckoutState


@pytest.fixture
def known(county):
    """Reads the list."""

    def run(use_case, *arguments, **options):
        with transaction(county) as connection:
            return use_case(connection, *arguments, **options)

    return run


@pytest.fixture
def entry(file, known):
    """The only check-out, as it is on the list now."""

    def now():
        (one,) = known(listed, COUNTY).items
        return known(read, one["id"])

    return now


def test_it_is_on_the_list_with_its_parcels(file: Path, entry, known) -> None:
    one = entry()
    assert (one["state"], one["taken_by"], one["recorded_by"], one["rows"]) == ("open", "wang", "wang", 4)
    assert (one["file_name"], one["file_bytes"], one["crs"]) == (file.name, file.stat().st_size, "EPSG:4547")
    assert (one["edits"], one["elsewhere"], one["filter"]) == ([], [], None)
    assert [held["version"] for held in known(out_with, P1)] == [1]
    assert known(listed, COUNTY, state=RETURNED).total == 0
    assert [row["id"] for row in known(listed, COUNTY, parcel_code=P4).items] == [one["id"]]


def test_others_who_have_some_of_the_parcels_are_named(county, file: Path, tmp_path: Path, known) -> None:
    first = known(listed, COUNTY).items[0]["id"]
    made = check_out(
        county, tmp_path / "b.gpkg", county=COUNTY, by="zhao", filter=f"parcel_code IN ('{P1}', '{P2}')",
        actor=Actor("li", "api"),
    )  # fmt: skip
    (other,) = made.elsewhere
    assert (other.id, other.taken_by, other.parcels, other.parcel_codes) == (first, "wang", 2, [P1, P2])
    assert (known(listed, COUNTY, limit=1).total, len(known(listed, COUNTY, limit=1).items)) == (2, 1)
    told = known(read, made.id)
    assert (told["taken_by"], told["recorded_by"], told["recorded_from"]) == ("zhao", "li", "api")
    assert [one.id for one in told["elsewhere"]] == [first]
    assert [held["taken_by"] for held in known(out_with, P1)] == ["wang", "zhao"]
    assert [held["taken_by"] for held in known(out_with, P3)] == ["wang"]


def test_two_at_once_see_each_other(county, tmp_path: Path) -> None:
    def out(name):
        return check_out(county, tmp_path / f"{name}.gpkg", county=COUNTY, by=name)

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(out, ("a", "b")))
    assert sorted(len(one.elsewhere) for one in made) == [0, 1]


def test_a_file_that_cannot_be_put_there_is_not_on_the_list(county, tmp_path: Path, known, monkeypatch) -> None:
    def fails(*_paths):
        raise PermissionError("no")

    monkeypatch.setattr("gisreg.checkout.hand_out.put_in_place", fails)
    with pytest.raises(PermissionError):
        check_out(county, tmp_path / "a.gpkg", county=COUNTY, by="wang")
    assert known(listed, COUNTY).items == []
    assert list(tmp_path.glob("*")) == []


def test_what_comes_back_closes_it_and_leads_to_its_edits(desk, comes_back, entry, known, ask) -> None:
    desk.set(1, remark="一")
    assert comes_back(dry_run=True).state == RETURNED
    assert entry()["state"] == "open"
    done = comes_back(reason="外业核查")
    one = entry()
    assert (done.state, one["state"], one["closed_by"], one["closed_reason"]) == (
        RETURNED, "returned", "wang", "外业核查")  # fmt: skip
    assert [(edit["operation"], edit["parcels"]) for edit in one["edits"]] == [("edit", 1)]
    assert known(out_with, P1) == []
    assert ask("SELECT content ->> 'state' FROM record_version WHERE table_name = 'checkout'") == "open"


def test_what_is_left_to_decide_keeps_it_open(desk, comes_back, others, entry) -> None:
    others(edit_attributes, Basis(P1, 1), {"price_wan": 222})
    desk.set(1, price_wan=111)
    desk.run("DELETE FROM parcels WHERE parcel_code = ?", P3)
    assert comes_back().state == OPEN
    assert comes_back(take={P1: "mine"}).state == OPEN  # the deletion is still a proposal
    assert comes_back(close=True).state == RETURNED
    assert entry()["version"] == 2


def test_work_that_goes_on_keeps_it_open(desk, comes_back, entry) -> None:
    desk.set(1, remark="一")
    assert comes_back(close=False).state == OPEN
    desk.set(2, remark="二")
    assert comes_back().state == RETURNED
    assert len(entry()["edits"]) == 2


def test_returned_twice(desk, comes_back, ask) -> None:
    desk.set(1, remark="一")
    comes_back()
    assert comes_back().counts()["applied"] == 0  # the very same file: nothing to write, nothing wrong
    desk.set(1, remark="二")  # a conflict: the registry has the first
    assert "已签回" in comes_back().notes[-1].zh
    with pytest.raises(CheckoutClosed):
        comes_back(take={P1: "mine"})
    tried = comes_back(take={P1: "mine"}, dry_run=True)
    assert (tried.counts()["applied"], "已签回" in tried.notes[-1].zh) == (1, True)
    assert ask(f"SELECT remark FROM parcel WHERE parcel_code = '{P1}'") == "一"
    assert comes_back(again=True, take={P1: "mine"}).state == RETURNED
    assert ask(f"SELECT remark FROM parcel WHERE parcel_code = '{P1}'") == "二"


def test_given_up_and_found_again(county, desk, comes_back, entry, known) -> None:
    number = entry()["id"]
    with transaction(county, Actor("zhao", "web")) as connection:
        gone = abandon(connection, number, "平板丢失")
    assert (gone["state"], gone["closed_by"], gone["closed_reason"]) == ("abandoned", "zhao", "平板丢失")
    assert known(out_with, P1) == []
    for wrong, expected in ((number, CheckoutClosed), ("0" * 12, CheckoutNotFound)):
        with pytest.raises(expected), transaction(county, Actor("zhao", "web")) as connection:
            abandon(connection, wrong, "x")
    desk.set(1, remark="找到了")
    with pytest.raises(CheckoutClosed):
        comes_back()
    assert comes_back(again=True).state == RETURNED


def test_the_number_meant_is_the_files(comes_back, entry) -> None:
    with pytest.raises(NotHandedOutAs):
        comes_back(checkout="0" * 12)
    assert comes_back(checkout=entry()["id"]).state == RETURNED


def test_a_file_that_the_list_does_not_know_is_entered(county, file: Path, comes_back, database, ask) -> None:
    owner = create_engine(database.admin_url)
    with owner.begin() as connection:
        connection.execute(text("DELETE FROM gisreg.checkout_parcel"))
        connection.execute(text("DELETE FROM gisreg.checkout"))
    owner.dispose()
    done = comes_back(close=False)
    assert (done.state, "补记" in done.notes[0].zh) == (OPEN, True)
    assert ask("SELECT count(*) FROM checkout_parcel") == 4
    assert ask("SELECT taken_by, file_sha256 FROM checkout") == [("wang", None)]


@pytest.mark.parametrize(("name", "value"), [("checked_out_at", "gestern"), ("checked_out_at", "2026-01-01")])
def test_a_file_that_says_nonsense_of_itself(file: Path, comes_back, name, value) -> None:
    with closing(sqlite3.connect(file)) as db:
        db.execute("UPDATE gisreg_checkout SET value = ? WHERE name = ?", (value, name))
        db.commit()
    with pytest.raises(NotCheckedOut):
        comes_back()


def test_an_unknown_parcel_is_told(county, known) -> None:
    with pytest.raises(ParcelNotFound):
        known(listed, COUNTY, parcel_code="149901-0000099")


def test_the_list_cannot_be_rewritten(county, file: Path) -> None:
    for statement in (
        "DELETE FROM checkout", "UPDATE checkout SET taken_by = 'x'", "UPDATE checkout SET version = 9",
        "UPDATE checkout_parcel SET version = 2", "DELETE FROM checkout_parcel",
    ):  # fmt: skip
        with pytest.raises(DBAPIError), county.begin() as connection:
            connection.exec_driver_sql(statement)


def test_the_commands(county, file: Path, desk, run_cli, tmp_path: Path) -> None:
    out = run_cli("checkout", "-o", tmp_path / "b.gpkg", "--filter", f"parcel_code = '{P2}'", "--by", "二组")
    assert "同时在 wang 手中" in out.out
    listing = json.loads(run_cli("checkouts", "list", "--json").out)["items"]
    assert sorted(one["rows"] for one in listing) == [1, 4]
    number = next(one["id"] for one in listing if one["taken_by"] == "wang")
    assert "wang" in run_cli("--lang", "en", "checkouts", "list", "--state", "open", "--parcel", P1).out
    shown = run_cli("checkouts", "show", number)
    assert (shown.code, "在外" in shown.out, "二组" in shown.out) == (0, True, True)
    parcel = run_cli("parcels", "show", P1)
    assert "外业在改:wang" in parcel.out
    assert json.loads(run_cli("parcels", "show", P3, "--json").out)["checked_out"][0]["id"] == number
    desk.set(1, remark="一")
    assert f"签出 {number} 仍在外" in run_cli("checkin", file, "--keep-open").out
    assert f"签出 {number} 已签回" in run_cli("checkin", file).out
    desk.set(2, remark="二")
    refused = run_cli("checkin", file)
    assert (refused.code, refused.err.count("\n")) == (5, 1)
    assert run_cli("checkin", file, "--again").code == 0
    other = next(one["id"] for one in listing if one["taken_by"] == "二组")
    given_up = run_cli("checkouts", "abandon", other, "--reason", "不去了")
    assert (given_up.code, "已作废" in given_up.out) == (0, True)
    assert run_cli("checkouts", "abandon", other, "--reason", "再来").code == 5
    assert run_cli("checkouts", "show", "0" * 12).code == 4
    assert run_cli("checkouts", "list", "--state", "lost").code == 2
