"""``gisreg plan diff|refresh|override|release|disagreements`` as their users run them."""

import json
import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from gisreg.db.engine import Actor, transaction
from gisreg.db.models import County, Parcel

CODE = "149901-0000001"
DAY = ("--as-of", "2026-11-21")
DECIDED = ("--label", "use", "--measure", "order_start", "--reason", "minutes", "--document", "No. 8 of 2026")


@pytest.fixture
def in_force(engine: Engine, run_cli: Any) -> Any:
    """One idle parcel, labelled; the command line."""
    with transaction(engine, Actor("tester", "test")) as connection:
        connection.execute(insert(County).values(code="149901", name="示例县", invented=True))
        connection.execute(
            insert(Parcel).values(
                county_code="149901", parcel_code=CODE, kind="idle_land", state="registered", area_m2=20_000.0,
                idle_cause="enterprise", agreed_start_on=date(2024, 3, 1),
            )
        )  # fmt: skip
    assert run_cli("plan", "run", "--as-of", "2025-06-01").code == 0
    return run_cli


def test_a_proposal_is_compared_and_then_accepted(in_force: Any) -> None:
    run_id = json.loads(in_force("plan", "run", *DAY, "--propose", "--json").out)["run_id"]
    found = json.loads(in_force("plan", "diff", run_id, "--json").out)
    assert [(one["from_measure"], one["to_measure"], one["parcels"]) for one in found["items"]] == [
        ("idle_fee", "free_reclaim", 1)
    ]
    said = in_force("plan", "diff", run_id).out
    assert "征缴土地闲置费" in said
    assert "无偿收回" in said
    english = in_force("--lang", "en", "plan", "diff", run_id).out
    assert "1 parcels move" in english
    assert not re.search("[\u4e00-\u9fff]", english)
    assert in_force("plan", "diff", 999).code == 4


def test_the_run_in_force_is_brought_up_to_date(in_force: Any) -> None:
    done = json.loads(in_force("plan", "refresh", *DAY, "--json").out)
    assert (done["refreshes"], done["replaced"], done["moved"]) == (1, 1, [{"from": "use", "to": "sell", "parcels": 1}])
    said = in_force("--lang", "en", "plan", "refresh", *DAY)
    assert (said.code, f"nothing has changed since run {done['run_id']}" in said.out) == (0, True)
    assert not re.search("[\u4e00-\u9fff]", said.out)
    assert "没有变化" in in_force("plan", "refresh", *DAY).out


def test_people_decide(in_force: Any) -> None:
    in_force("plan", "run", *DAY)
    assert in_force("plan", "disagreements").out.strip() == "没有"
    held = in_force("parcels", "show", CODE).out
    assert "未出具闲置土地认定书" in held
    made = json.loads(in_force("plan", "override", CODE, *DECIDED, "--json").out)
    assert made["decisions"][0]["document"] == "No. 8 of 2026"
    assert in_force("plan", "override", CODE, *DECIDED).code == 5
    assert "未出具闲置土地认定书" not in in_force("parcels", "show", CODE).out, "an interview needs no determination"
    listed = json.loads(in_force("plan", "disagreements", "--json").out)["items"]
    assert [(one["parcel_code"], one["measure"], one["rules_measure"]) for one in listed] == [
        (CODE, "order_start", "free_reclaim")
    ]
    english = in_force("--lang", "en", "plan", "disagreements").out
    assert "Interview and order a start by a deadline" in english
    assert not re.search("[\u4e00-\u9fff]", english)
    ended = in_force("--lang", "en", "plan", "release", CODE, "--reason", "settled")
    assert (ended.code, "settled" in ended.out) == (0, True)
    assert in_force("plan", "release", CODE, "--reason", "again").code == 4


def test_a_measure_of_another_kind_is_refused_in_one_line(in_force: Any) -> None:
    refused = in_force(
        "--lang", "en", "plan", "override", CODE, "--label", "use", "--measure", "revoke_approval", "--reason", "x",
        "--document", "y",
    )  # fmt: skip
    assert (refused.code, refused.out, refused.err.count("\n")) == (3, "", 1)
    assert "use:order_start" in refused.err


def test_a_measure_that_the_law_excludes_is_decided_and_told_in_one_line(in_force: Any) -> None:
    in_force(
        "parcels", "edit", CODE, "--based-on", "1", "--set", "contract_on=2025-03-01", "--set", "idle_cause=government"
    )
    bond = ("plan", "override", CODE, "--label", "finance", "--measure", "special_bond", *DECIDED[4:])
    decided = in_force("--lang", "en", *bond)
    assert (decided.code, decided.err.count("\n")) == (0, 1)
    assert "supplied after the date that special bonds cover" in decided.err
    assert "Contract signed on = 2025-03-01" in decided.err
    assert "To find out" not in decided.out
    in_force("plan", "run", *DAY)
    explained = in_force("--lang", "en", "plan", "explain", CODE).out
    assert "Note: by rule idle_special_bond" in explained
    assert not re.search("[\u4e00-\u9fff]", decided.err + explained)
    assert "不满足“合同签订日期" in in_force("plan", "explain", CODE).out
    reclaim = ("plan", "override", CODE, "--label", "sell", "--measure", "free_reclaim", *DECIDED[4:])
    made = in_force(*reclaim, "--json")
    assert ([one["rule"] for one in json.loads(made.out)["warnings"]], made.err) == (["idle_free_reclaim"], "")


def test_where_no_fact_flips_the_label_it_says_so_and_what_flips_the_measure(in_force: Any) -> None:
    """Delayed by force majeure, it stays with use whatever else is found out."""
    facts = ("idle_cause=force_majeure", "agreed_start_on=", "can_start=true")
    in_force("parcels", "edit", CODE, "--based-on", "1", *(word for one in facts for word in ("--set", one)))
    in_force("plan", "run", *DAY)
    seen = json.loads(in_force("plan", "explain", CODE, "--json").out)
    told = seen["measure_flip"]
    assert (seen["flip"], told["label"], told["fact"]) == (None, "use", "plan_changed")
    assert told["measure"] != seen["measure"]
    said = in_force("--lang", "en", "plan", "explain", CODE).out
    assert "Would flip: none: no single fact flips the label" in said
    assert "Would change the measure: " in said


def test_explain_tells_the_cascade_and_how_sure_it_is(in_force: Any) -> None:
    said = in_force("--lang", "en", "plan", "explain", CODE).out
    assert re.search(r"Confidence: (high|medium|low) \(whether .*\); \d+% of the facts", said)
    assert "Cascade: Use yes; Sell" in said


def test_facts_and_queryables_tell_their_source(in_force: Any) -> None:
    facts = {one["name"]: one for one in json.loads(in_force("plan", "facts", "--json").out)["items"]}
    assert facts["started_share"]["source"]["zh"] == "由已动工面积、应动工面积推算"
    assert {one["sureness"] for one in facts.values()} == {"derived"}
    stored = {one["name"]: one for one in json.loads(in_force("parcels", "queryables", "--json").out)}
    assert (stored["planar_area_m2"]["sureness"], stored["planar_area_m2"]["source"]["en"]) == (
        "measured", "Boundary survey",
    )  # fmt: skip
