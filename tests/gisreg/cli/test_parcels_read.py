"""``gisreg parcels list|show|history`` and ``units list`` as people call them."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from gisreg.days import today
from gisreg.db.engine import Actor, transaction


@pytest.fixture(autouse=True)
def parcel(engine: Engine) -> None:
    """One parcel that was changed once."""
    with transaction(engine, Actor("li", "import:1")) as connection:
        connection.execute(text("INSERT INTO county (code, name, invented) VALUES ('149901', '示例县', true)"))
        connection.execute(
            text(
                "INSERT INTO parcel (county_code, parcel_code, kind, state, name, area_m2, seized, boundary)"
                " VALUES ('149901', '149901-0000001', 'idle_land', 'registered', '<b>甲&\n乙</b>', 10000, true,"
                " ST_Multi(ST_MakeEnvelope(113, 36, 113.005, 36.005, 4490)))"
            )
        )
    with transaction(engine, Actor("wang", "cli")) as connection:
        connection.execute(text("UPDATE parcel SET state = 'planned'"))


@pytest.mark.parametrize(
    ("language", "words"), [("zh", ("记录时间", "是", "闲置土地")), ("en", ("Recorded at", "yes"))]
)
def test_a_parcel_is_shown_with_what_the_record_says_of_itself(run_cli, language, words):
    ran = run_cli("--lang", language, "parcels", "show", "149901-0000001")
    assert (ran.code, ran.err) == (0, "")
    for word in (*words, "wang", "149901-0000001", "<b>甲&"):
        assert word in ran.out


def test_codes_are_shown_with_their_titles(run_cli, engine):
    with transaction(engine, Actor("wang", "cli")) as connection:
        connection.execute(text("UPDATE parcel SET right_type = '2', right_nature = 'zz', ownership_nature = '20'"))
    shown = run_cli("parcels", "show", "149901-0000001").out
    assert "2 国家土地所有权" in shown
    assert "20 国有土地使用权" in shown
    assert "│ zz " in shown


def test_a_parcel_as_json(run_cli):
    shown = json.loads(run_cli("parcels", "show", "149901-0000001", "--json").out)
    assert (shown["version"], shown["recorded_by"], shown["state"]) == (2, "wang", "planned")


def test_its_history(run_cli):
    ran = run_cli("parcels", "history", "149901-0000001")
    assert "li" in ran.out
    assert "状态:入库 → 已定方案" in ran.out
    english = run_cli("--lang", "en", "parcels", "history", "149901-0000001").out
    assert "State: Registered → Planned" in english
    versions = json.loads(run_cli("parcels", "history", "149901-0000001", "--json").out)["versions"]
    assert versions[1]["changed"] == {"state": {"from": "registered", "to": "planned"}}


@pytest.mark.parametrize("arguments", [("parcels", "list"), ("units", "list"), ("export", "-o", "x.gpkg")])
def test_an_unknown_county_is_named(run_cli, arguments):
    ran = run_cli(*arguments, "--county", "999999")
    assert ran.code == 4
    assert "999999" in ran.err
    assert "149901" in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("parcels", "list"), ("parcels", "show", "149901-0000001"), ("export", "-o", "page.gpkg"),
        ("map", "county", "-o", "page.html"), ("map", "township", "149901100", "-o", "page.html"),
        ("map", "all", "-o", "pages"), ("affairs", "zone-left"),
    ],
)  # fmt: skip
def test_what_will_be_recorded_is_not_known_yet(run_cli, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    tomorrow = (today() + timedelta(days=1)).isoformat()
    ran = run_cli(*arguments, "--as-of", tomorrow)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == f"错误 [day_in_future] as_of {tomorrow} 晚于今天;as_of;请给出不晚于今天的日期\n"
    assert run_cli("--lang", "en", *arguments, "--as-of", tomorrow).err.count("is after today") == 1
    assert not list(tmp_path.glob("page*"))


def test_today_is_known(run_cli):
    now = json.loads(run_cli("parcels", "list", "--json").out)
    assert json.loads(run_cli("parcels", "list", "--as-of", today().isoformat(), "--json").out) == now


def test_a_list_is_sorted(run_cli):
    assert json.loads(run_cli("parcels", "list", "--sort=-area_mu,kind", "--json").out)["total"] == 1
    ran = run_cli("--lang", "en", "parcels", "list", "--sort", "areamu")
    assert (ran.code, ran.err.count("\n")) == (3, 1)
    assert "did you mean area_mu" in ran.err
    assert run_cli("parcels", "list", "--sort", "kind", "--after", "149901-0000001").code == 3


def test_units_are_listed_by_levels_that_there_are(run_cli):
    assert run_cli("units", "list", "--level", "township", "--as-of", "2020-01-01").code == 0
    ran = run_cli("units", "list", "--level", "province")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "township" in ran.err


def test_a_list_goes_on_behind_a_parcel_code_only(run_cli):
    ran = run_cli("parcels", "list", "--after", "nonsense")
    assert (ran.code, ran.out, ran.err.count("\n")) == (3, "", 1)
    assert "nonsense" in ran.err


def test_help_for_a_pipe_is_not_cut(cli_with):
    helped = cli_with({})("parcels", "--help", env={"COLUMNS": ""}).out
    assert "import parcels; every row is loaded, repaired or refused" in helped
