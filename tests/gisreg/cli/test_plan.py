"""``gisreg plan`` as its users run it."""

import json
import os
import pty
import re
import subprocess
import sys
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from gisreg.db.engine import Actor, transaction
from gisreg.db.models import County, Parcel
from gisreg.planning.ruleset import NATIONAL
from gisreg.settings import Settings

CODE = "149901-0000001"


@pytest.fixture
def labelled_parcel(engine: Engine) -> str:
    """One idle parcel in one county."""
    with transaction(engine, Actor("tester", "test")) as connection:
        connection.execute(insert(County).values(code="149901", name="示例县", invented=True))
        connection.execute(
            insert(Parcel).values(
                county_code="149901", parcel_code=CODE, kind="idle_land", state="registered", area_m2=666.0,
                idle_cause="enterprise", agreed_start_on=date(2024, 3, 1), land_cost_wan=123456.5,
            )
        )  # fmt: skip
    return CODE


def test_run_then_explain(run_cli: Any, labelled_parcel: str) -> None:
    ran = run_cli("plan", "run", "--as-of", "2026-11-21", "--json")
    assert ran.code == 0, ran.err
    summary = json.loads(ran.out)
    assert (summary["status"], summary["as_of"], summary["parcels"]) == ("accepted", "2026-11-21", 1)
    assert summary["by_label"] == {"sell": {"parcels": 1, "area_mu": pytest.approx(0.999)}}
    why = json.loads(run_cli("plan", "explain", labelled_parcel, "--json").out)
    assert (why["label"], why["rule"], why["as_of"]) == ("sell", "idle_free_reclaim", "2026-11-21")
    said = run_cli("plan", "explain", labelled_parcel).out
    assert "无偿收回" in said
    assert "逾期未动工满年数 = 2 年" in said
    waiting = "4,938.26 万元 = 资金占用年利率 × 已知者(评估价值, 土地成本, 土地价款) = 0.04 × 已知者(?, 123,456.5, ?)"
    assert waiting in said
    english = run_cli("--lang", "en", "plan", "explain", labelled_parcel).out
    assert "Reclaim without compensation" in english
    gates = {gate["title"]["zh"]: gate for gate in why["trace"]["gates"]}
    assert len(gates) > 5
    assert all(title in said and gate["title"]["en"] in english for title, gate in gates.items())
    assert "查封 = 不明" in said or "查封 = 否" in said
    assert "Basis: Measures on Idle Land (Order 53), Art. 14 (2)" in english
    assert "Responsible unit: natural resources authority" in english
    assert why["basis_title"]["zh"] == why["basis"]
    assert not re.search("[\u4e00-\u9fff]", english)


def test_every_fact_that_would_flip_the_label_is_told_up_to_five(run_cli: Any, labelled_parcel: str) -> None:
    run_cli("plan", "run", "--as-of", "2026-11-21")
    flips = json.loads(run_cli("plan", "explain", labelled_parcel, "--json").out)["trace"]["flips"]
    labels = [flip for flip in flips if flip["label_changes"]]
    said = run_cli("--lang", "en", "plan", "explain", labelled_parcel).out.splitlines()
    told = [line for line in said if line.startswith(("Would flip: ", "Or: ")) and "→" in line]
    assert len(told) == min(len(labels), 5) > 1
    assert [flip["title"]["en"] in line for flip, line in zip(labels, told, strict=False)] == [True] * len(told)
    rest = next((line for line in said if line.startswith("Or: ") and "→" not in line), "")
    assert (f"{len(labels) - 5} more facts" in rest) == (len(labels) > 5)
    assert ("the measure only" in rest) == (len(flips) > len(labels))


def test_propose_list_accept(run_cli: Any, labelled_parcel: str) -> None:
    proposed = json.loads(run_cli("plan", "run", "--propose", "--json").out)
    run_id = proposed["run_id"]
    assert proposed["replaces"] is None
    assert run_cli("plan", "explain", labelled_parcel).code == 4
    accepted = json.loads(run_cli("plan", "accept", run_id, "--json").out)
    assert accepted["status"] == "accepted"
    listed = json.loads(run_cli("plan", "list", "--json").out)["items"]
    assert [(run["id"], run["status"]) for run in listed] == [(run_id, "accepted")]
    assert run_cli("plan", "accept", run_id).code == 5


def test_a_proposal_older_than_the_run_in_force_is_accepted_only_with_yes(run_cli: Any, labelled_parcel: str) -> None:
    older = json.loads(run_cli("plan", "run", "--as-of", "2025-06-01", "--propose", "--json").out)["run_id"]
    assert run_cli("plan", "run", "--as-of", "2026-11-21").code == 0
    refused = run_cli("plan", "accept", older)
    assert (refused.code, "run_doubtful" in refused.err, "--yes" in refused.err) == (5, True, True)
    assert run_cli("plan", "accept", older, "--yes").code == 0


def test_finance_that_is_not_known_is_not_told_as_none(run_cli: Any, labelled_parcel: str) -> None:
    run_cli("plan", "run", "--as-of", "2026-11-21")
    why = json.loads(run_cli("plan", "explain", labelled_parcel, "--json").out)
    asked = [rule for rule in why["trace"]["rules"] if rule["label"] == "finance"]
    assert {rule["result"] for rule in asked} >= {"unknown"}
    said = run_cli("plan", "explain", labelled_parcel).out
    line = next(line for line in said.splitlines() if line.startswith("融资选项"))
    unknown = [fact["title"]["zh"] for rule in asked if rule["result"] == "unknown" for fact in rule["facts"]
               if fact["value"] is None]  # fmt: skip
    assert line.startswith("融资选项: 待查(")
    assert unknown
    assert all(title in line for title in unknown)
    assert all(rule["rule"] in said for rule in asked), "finance is always tested, and is shown so"
    assert "to find out (" in run_cli("--lang", "en", "plan", "explain", labelled_parcel).out


def on_a_terminal(settings: Settings, arguments: list[str], typed: str) -> str:
    """What ``gisreg`` shows to somebody who sits at a terminal and types this."""
    master, slave = pty.openpty()
    os.write(master, typed.encode())
    given = {"GISREG_HOME": settings.home, "GISREG_DATABASE_URL": settings.database_url, "GISREG_LANGUAGE": "zh"}
    environment = {**os.environ, **{name: str(value) for name, value in given.items()}, "COLUMNS": "200"}
    command = [sys.executable, "-m", "gisreg.cli.main", *arguments]
    with subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=environment) as process:
        os.close(slave)
        shown = b"".join(iter(partial(_read, master), b""))
    os.close(master)
    assert process.returncode == 0, shown.decode()
    return shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # that is how a terminal tells that the other side is gone
        return b""


@pytest.mark.parametrize(("typed", "in_force"), [("y\n", "2026-11-21"), ("n\n", "2024-06-01")])
def test_on_a_terminal_the_differences_are_shown_and_acceptance_is_asked_for(
    run_cli: Any, settings: Settings, labelled_parcel: str, typed: str, in_force: str
) -> None:
    first = on_a_terminal(settings, ["plan", "run", "--as-of", "2024-06-01"], "")
    assert "[y/N]" not in first, "nothing is in force yet that it would replace"
    second = on_a_terminal(settings, ["plan", "run", "--as-of", "2026-11-21"], typed)
    assert ("1 宗变动" in second, "[y/N]" in second) == (True, True)
    assert json.loads(run_cli("plan", "explain", labelled_parcel, "--json").out)["as_of"] == in_force
    assert len(json.loads(run_cli("plan", "list", "--json").out)["items"]) == 2, "both runs are kept"
    assert "[y/N]" not in on_a_terminal(settings, ["plan", "run", "--as-of", in_force], ""), "nothing would move"


def test_a_script_accepts_at_once_and_a_proposal_tells_what_would_move(run_cli: Any, labelled_parcel: str) -> None:
    assert "现行批次不变" in run_cli("plan", "run", "--as-of", "2024-06-01", "--propose").out
    assert run_cli("plan", "run", "--as-of", "2024-06-01").code == 0
    said = run_cli("plan", "run", "--as-of", "2026-11-21", "--propose").out
    assert ("1 宗变动" in said, "plan accept" in said) == (True, True)
    assert "plan diff" in run_cli("plan", "run", "--as-of", "2026-11-21", "--accept").out


def test_try_changes_nothing(run_cli: Any, labelled_parcel: str, tmp_path: Path) -> None:
    assert run_cli("plan", "run", "--as-of", "2026-11-21").code == 0
    own = tmp_path / "own.toml"
    own.write_text(
        NATIONAL.read_text(encoding="utf-8").replace("[parameters.reclaim_years]\nvalue = 2",
                                                     "[parameters.reclaim_years]\nvalue = 5"),
        encoding="utf-8",
    )  # fmt: skip
    tried = json.loads(run_cli("plan", "try", own, "--as-of", "2026-11-21", "--json").out)
    assert tried["by_label"]["use"]["parcels"] == 1
    assert tried["changed"] == [{"from": "sell", "to": "use", "parcels": 1}]
    assert len(json.loads(run_cli("plan", "list", "--json").out)["items"]) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["run", "--as-of", "2024-06-31"], 3, "2024-06-31"),
        (["run", "--as-of", "2099-01-01"], 3, "--propose"),
        (["refresh", "--as-of", "2099-01-01"], 3, "--propose"),
        (["run", "--rules", "nowhere.toml"], 4, "nowhere.toml"),
        (["run", "--county", "149902"], 4, "149902"),
        (["accept", "77"], 4, "77"),
        (["explain", "149901-0009999"], 4, "149901-0009999"),
    ],
)
def test_failures_say_what_and_where(
    run_cli: Any, labelled_parcel: str, arguments: list[str], code: int, words: str
) -> None:
    ran = run_cli("plan", *arguments)
    assert ran.code == code
    assert words in ran.err
    assert len(ran.err.strip().splitlines()) == 1


def test_lint(run_cli: Any, tmp_path: Path) -> None:
    sound = run_cli("plan", "lint", NATIONAL, "--json")
    assert json.loads(sound.out)["rules"] > 40
    bad = tmp_path / "bad.toml"
    bad.write_text(NATIONAL.read_text(encoding="utf-8").replace("'infrastructure'", "'roads'", 1), encoding="utf-8")
    ran = run_cli("plan", "lint", bad)
    assert ran.code == 3
    assert re.search(r"bad\.toml:(\d+:)?unsupplied_allocate:when", ran.out + ran.err)


def test_the_years_portfolio_in_words_in_json_and_as_a_list(run_cli: Any, labelled_parcel: str, tmp_path: Path) -> None:
    order = tmp_path / "order.toml"
    assert run_cli("plan", "portfolio", str(order), "--example").code == 0
    order.write_text("year = 2027\nwith_held = true\n[targets_wan_mu]\nidle_land = 0.001\n", encoding="utf-8")
    assert run_cli("plan", "portfolio", str(order)).code == 4, "nothing is labelled yet"
    run_cli("plan", "run", "--as-of", "2026-11-21")
    said = run_cli("plan", "portfolio", str(order), "-o", str(tmp_path / "list.csv"))
    assert said.code == 0, said.err
    assert "选入 1 宗" in said.out
    assert "可处置的闲置土地已全部列入,任务仍差 9.0 亩" in said.out
    assert CODE in (tmp_path / "list.csv").read_text(encoding="utf-8-sig")
    year = json.loads(run_cli("plan", "portfolio", str(order), "--json").out)
    assert [item["measure"] for item in year["items"]] == ["free_reclaim"]
    english = run_cli("--lang", "en", "plan", "portfolio", str(order)).out
    assert not re.search("[\u4e00-\u9fff]", english)


def test_an_order_that_is_wrong_is_one_line(run_cli: Any, tmp_path: Path) -> None:
    order = tmp_path / "order.toml"
    order.write_text("year = 2027\nbudget = 1\n", encoding="utf-8")
    said = run_cli("plan", "portfolio", str(order))
    assert said.code == 3
    assert said.err.count("\n") == 1
    assert "budget" in said.err


def test_a_run_in_money(run_cli: Any, labelled_parcel: str, tmp_path: Path) -> None:
    assert run_cli("plan", "money").code == 4, "nothing is labelled yet"
    run_cli("plan", "run", "--as-of", "2026-11-21")
    told = json.loads(run_cli("plan", "money", "--json").out)
    assert [(row["measure"], row["parcels"], row["area_mu"]) for row in told["items"]] == [("free_reclaim", 1, 1.0)]
    recovered = next(one for one in told["items"][0]["money"] if one["id"] == "land_recovered")
    assert (recovered["known"], recovered["unknown_parcels"], recovered["low"]) == (None, 1, None)
    english = run_cli("--lang", "en", "plan", "money", "-o", str(tmp_path / "money.csv"))
    assert english.code == 0, english.err
    assert ("no figure" in english.out, re.search("[\u4e00-\u9fff]", english.out)) == (True, None)
    assert (tmp_path / "money.csv").read_text(encoding="utf-8-sig").startswith("Label,Measure,Parcels")
