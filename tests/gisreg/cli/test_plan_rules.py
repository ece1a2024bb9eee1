"""``gisreg plan lint|table``: what rule authors and lawyers do with a rule set."""

import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from gisreg.planning.ruleset import NATIONAL

CHINESE = re.compile("[\u4e00-\u9fff]")
SOUND = NATIONAL.read_text(encoding="utf-8")


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
        (["table", "nowhere.toml", "-o", "rules.html"], 3),
        (["lint", "nowhere.toml"], 3),
    ],
)
def test_failures_in_one_line(run_cli: Any, tmp_path: Path, arguments: list[str], code: int) -> None:
    ran = run_cli("plan", *arguments, cwd=tmp_path)
    assert ran.code == code
    assert len(ran.err.strip().splitlines()) == 1
    assert not list(tmp_path.glob("rules*"))
