"""``gisreg plan clock`` and its neighbours as people and programs call them."""

import json
from typing import Any

import pytest
from sqlalchemy import Engine, text

from gisreg.db.engine import Actor, transaction

CODE = "149901-0000001"
EVENT = ("plan", "clock-event", CODE, "--event", "extension", "--reason", "规划调整", "--set", "cause=government")


@pytest.fixture
def gisreg(run_cli: Any, engine: Engine) -> Any:
    """Runs a command that must do well, on one parcel of idle land; what it prints as JSON."""
    with transaction(engine, Actor("li", "test")) as connection:
        connection.execute(
            text(
                "INSERT INTO county (code, name, invented) VALUES ('149901', '示例县', true);"
                "INSERT INTO parcel (county_code, parcel_code, kind, state, area_m2, agreed_start_on)"
                " VALUES ('149901', '149901-0000001', 'idle_land', 'registered', 1000, '2024-03-01')"
            )
        )

    def run(*arguments: object) -> Any:
        done = run_cli(*arguments, "--json")
        assert done.code == 0, done.err
        return json.loads(done.out)

    return run


def test_the_clock_its_events_and_its_procedure(gisreg: Any, run_cli: Any) -> None:
    added = gisreg(*EVENT, "--agreed", "2025-06-01", "--set", "new_start_on=2026-06-01")
    served = gisreg("plan", "served", CODE, "suspected", "--on", "2025-04-01", "--set", "document_no=示1号")
    told = gisreg("plan", "clock", CODE, "--as-of", "2025-05-07")
    assert (told["clock"]["idle_by_law"], told["next_step"]["due_on"]) == (True, "2025-05-06")
    assert gisreg("plan", "clock", CODE, "--as-of", "2025-06-01")["clock"]["idle_by_law"] is False
    shown = run_cli("plan", "clock", CODE, "--as-of", "2025-05-07")
    assert shown.code == 0, shown.err
    for words in ("约定动工之日起满两年未动工", "延长动工期限", "已逾期 1 天", "劳动节", "示1号", "发现疑似闲置"):
        assert words in shown.out, words
    english = run_cli("--lang", "en", "plan", "clock", CODE, "--as-of", "2025-05-07").out
    assert "1 days overdue" in english
    gisreg("plan", "clock-withdraw", added["id"], "--based-on", 1, "--reason", "记错")
    gisreg("plan", "served-withdraw", served["id"], "--based-on", 1, "--reason", "记错")
    after = gisreg("plan", "clock", CODE, "--as-of", "2025-07-01")
    assert (after["events"], after["served"]) == ([], [])
    printed = run_cli(*EVENT, "--agreed", "2025-06-01", "--set", "new_start_on=2026-06-01").out
    assert all(words in printed for words in ("延长动工期限", "政府原因", "商定日期"))


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((*EVENT, "--agreed", "2025-06-01", "--set", "new_start_on=2027-01-01"), 3, "上限"),
        ((*EVENT, "--agreed", "2199-01-01", "--set", "new_start_on=2199-02-01"), 3, "还没有到"),
        ((*EVENT, "--agreed", "2025-02-29"), 3, "2025-02-29"),
        (("plan", "served", CODE, "surprise", "--on", "2025-04-01"), 3, "investigation_notice"),
        (("plan", "clock", "149901-9999999"), 4, "149901-9999999"),
        (("plan", "clock-withdraw", 9, "--based-on", 1, "--reason", "x"), 4, "9"),
    ],
)
def test_faults_in_one_line(gisreg: Any, run_cli: Any, arguments: tuple[Any, ...], code: int, words: str) -> None:
    done = run_cli(*arguments)
    assert done.code == code, done.err
    assert words in done.err
    assert "Traceback" not in done.err


def test_the_calendar(gisreg: Any, run_cli: Any) -> None:
    assert gisreg("plan", "calendar", "--day", "2025-05-01") == {
        "day": "2025-05-01", "works": False, "why_not": "劳动节",
        "why_not_title": {"zh": "劳动节", "en": "Labour Day"}, "next": "2025-05-06", "sure": True,
    }  # fmt: skip
    english = run_cli("--lang", "en", "plan", "calendar", "--day", "2025-06-07").out
    assert "2025-06-07 is no working day (weekend); the next is 2025-06-09" in english
    assert "Labour Day" in run_cli("--lang", "en", "plan", "calendar", "--year", "2026").out
    assert "2025-05-06" in run_cli("plan", "calendar", "--day", "2025-05-01").out
    sure = run_cli("plan", "calendar", "--day", "2025-04-27").out
    assert ("工作日" in sure, "待核" in sure) == (True, False)
    for beyond in ("2027-10-05", "2027-02-09", "2027-10-01"):
        assert "待核" in run_cli("plan", "calendar", "--day", beyond).out, "no notice of that year is here"
        assert "to be confirmed" in run_cli("--lang", "en", "plan", "calendar", "--day", beyond).out
    assert gisreg("plan", "calendar", "--year", "2025")["total"] == len(
        [one for one in gisreg("plan", "calendar")["items"] if one["day"].startswith("2025")]
    )
    assert "国庆节" in run_cli("plan", "calendar", "--year", "2026").out
