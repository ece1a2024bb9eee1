"""``gisreg plan lint|table|try``: what rule authors and lawyers do with a rule set."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Engine, insert

from gisreg.db.engine import Actor, transaction
from gisreg.db.models import County, Parcel
from gisreg.planning.ruleset import NATIONAL

CHINESE = re.compile("[\u4e00-\u9fff]")
SOUND = NATIONAL.read_text(encoding="utf-8")


@pytest.fixture
def idle_land(engine: Engine) -> str:
    """Three parcels that are to be reclaimed, of one, two and three hectares, and one to be let."""
    common = {"county_code": "149901", "state": "registered"}
    idle = {**common, "kind": "idle_land", "idle_cause": "enterprise", "agreed_start_on": "2022-01-01"}
    with transaction(engine, Actor("tester", "test")) as connection:
        connection.execute(insert(County).values(code="149901", name="示例县", invented=True))
        for number in (1, 2, 3):
            row = {
                **idle,
                "parcel_code": f"149901-000000{number}",
                "area_m2": number * 10_000.0,
                "price_wan": 10.0 * number,
            }
            connection.execute(insert(Parcel).values(**row))
        let = {"kind": "idle_land", "parcel_code": "149901-0000004", "area_m2": 9e4, "tenant_found": True}
        connection.execute(insert(Parcel).values(**common, **let))
    return "149901-0000003"


@pytest.fixture
def other_rules(tmp_path: Path) -> Path:
    """Reclaim after nine years only: the three parcels would pay the fee instead."""
    file = tmp_path / "other.toml"
    old = "[parameters.reclaim_years]\nvalue = 2"
    assert old in SOUND
    file.write_text(SOUND.replace(old, old[:-1] + "9"), encoding="utf-8")
    return file


def test_lint_lists_each_finding_with_its_line(run_cli: Any, tmp_path: Path) -> None:
    clean = run_cli("plan", "lint")
    assert (clean.code, "0 处错误、0 处警告" in clean.out) == (0, True)
    assert "待核" not in clean.out
    assert "待核" in run_cli("plan", "lint", "--notes").out
    bad = tmp_path / "bad.toml"
    text = SOUND.replace('name = "national"', 'name = "bad"', 1).replace("'infrastructure'", "'roads'", 1)
    bad.write_text(text.replace("划拨用地目录", "某某目录", 1), encoding="utf-8")
    ran = run_cli("plan", "lint", bad)
    assert ran.code == 3
    assert len(ran.err.strip().splitlines()) == 1
    assert re.search(r"bad\.toml:\d+:unsupplied_allocate:when", ran.err)
    told = json.loads(run_cli("plan", "lint", bad, "--json").out)
    errors = [finding for finding in told["findings"] if finding["level"] == "error"]
    assert told["clean"] is False
    assert {finding["code"] for finding in errors} >= {"unknown_token"}
    lines = bad.read_text(encoding="utf-8").splitlines()
    assert all(lines[finding["line"] - 1].startswith(finding["field"]) for finding in errors)
    english = run_cli("--lang", "en", "plan", "lint", bad)
    assert "unsupplied_allocate" in english.out


def test_the_table_as_page_and_as_workbook(run_cli: Any, tmp_path: Path) -> None:
    for name in ("rules.html", "rules.xlsx"):
        told = run_cli("plan", "table", "-o", tmp_path / name)
        assert (told.code, name in told.out) == (0, True)
    assert "无偿收回" in (tmp_path / "rules.html").read_text(encoding="utf-8")
    assert openpyxl.load_workbook(tmp_path / "rules.xlsx").sheetnames[1] == "闲置土地"
    rows = json.loads(run_cli("--lang", "en", "plan", "table", "-o", tmp_path / "en.html", "--json").out)["rows"]
    assert rows["Gates"] > 10


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["table", "-o", "rules.pdf"], 3),
        (["table", "-o", "no/where.html"], 4),
        (["table", "nowhere.toml", "-o", "rules.html"], 4),
        (["lint", "nowhere.toml"], 4),
        (["try", "nowhere.toml"], 4),
    ],
)
def test_failures_in_one_line(run_cli: Any, idle_land: str, tmp_path: Path, arguments: list[str], code: int) -> None:
    ran = run_cli("plan", *arguments, cwd=tmp_path)
    assert ran.code == code
    assert len(ran.err.strip().splitlines()) == 1
    assert not list(tmp_path.glob("rules*"))


def test_try_shows_hectares_money_and_the_parcels(
    run_cli: Any, idle_land: str, other_rules: Path, tmp_path: Path
) -> None:
    assert run_cli("plan", "run", "--as-of", "2026-11-21").code == 0
    said = run_cli("plan", "try", other_rules, "--as-of", "2026-11-21", "--first", 2)
    assert said.code == 0, said.err
    assert "另有 1 宗" in said.out
    assert said.out.index(idle_land) < said.out.index("149901-0000002"), "the largest first"
    assert "149901-0000001" not in said.out
    told = json.loads(run_cli("plan", "try", other_rules, "--as-of", "2026-11-21", "--first", 1, "--json").out)
    (move,) = told["moves"]
    assert (move["from_measure"], move["to_measure"]) == ("free_reclaim", "idle_fee")
    assert (move["parcels"], move["area_ha"], move["worth_wan"]) == (3, 6.0, 60.0)
    assert told["changed"] == [{"from": "sell", "to": "use", "parcels": 3}]
    assert [one["parcel_code"] for one in told["parcels_changed"]] == [idle_land]
    assert told["parcels_changed"][0]["to_rule"] == "idle_fee"
    assert run_cli("plan", "try", other_rules, "--as-of", "2026-11-21", "-o", tmp_path / "moved.csv").code == 0
    with (tmp_path / "moved.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert [row[0] for row in rows[1:]] == ["149901-0000003", "149901-0000002", "149901-0000001"]
    assert len(json.loads(run_cli("plan", "list", "--json").out)["items"]) == 1, "nothing is kept"


def test_try_before_any_run_and_with_the_same_rules(run_cli: Any, idle_land: str) -> None:
    first = json.loads(run_cli("plan", "try", NATIONAL, "--as-of", "2026-11-21", "--json").out)
    assert sum(move["parcels"] for move in first["moves"]) == 4
    assert all(move["from_label"] is None for move in first["moves"])
    run_cli("plan", "run", "--as-of", "2026-11-21")
    same = run_cli("--lang", "en", "plan", "try", NATIONAL, "--as-of", "2026-11-21")
    assert "nothing differs" in same.out
