"""A decided measure that its rule is known to exclude: told when it is decided and when it is explained."""

from datetime import date
from typing import Any

import pytest

from gisreg.db.engine import Actor, transaction
from gisreg.planning.compile import tree_of
from gisreg.planning.decisions import override
from gisreg.planning.excluded import failing
from gisreg.planning.explain import explain
from gisreg.vocab import Label

ENTERPRISE = {"idle_cause": "enterprise", "agreed_start_on": date(2024, 3, 1)}
WORDS = {"reason": "专班会议确定", "document": "会纪〔2026〕8号"}
BOND = (Label.FINANCE, "special_bond")
RECLAIM = (Label.SELL, "free_reclaim")


def decide(registry: Any, code: str, label: Label, measure: str) -> dict[str, Any]:
    with transaction(registry.engine, Actor("zhang", "test")) as connection:
        return override(connection, code, label=label, measure=measure, **WORDS)


def why(registry: Any, code: str) -> dict[str, Any]:
    with transaction(registry.engine) as connection:
        return explain(connection, code)


@pytest.mark.parametrize(
    ("decided", "facts", "seen", "words"),
    [
        (BOND, {"contract_on": date(2025, 3, 1), "started_area_m2": 0.0}, {"contract_on": "2025-03-01"},
         "that special bonds cover"),
        (BOND, {"contract_on": date(2023, 3, 1), "started_area_m2": 5.0}, {"started": True}, "work has started"),
        (RECLAIM, {"idle_cause": "government"}, {"idle_cause": "government"}, "Cause of idleness is"),
        (RECLAIM, {"agreed_start_on": date(2026, 3, 1)}, {"unstarted_full_years": 0}, "at least 2"),
    ],
)  # fmt: skip
def test_an_excluded_measure_is_decided_with_a_warning(
    registry: Any, decided: tuple[Label, str], facts: dict[str, Any], seen: dict[str, Any], words: str
) -> None:
    code = registry.add("idle_land", **{**ENTERPRISE, **facts})
    registry.run()
    assert why(registry, code)["warnings"] == []
    done = decide(registry, code, *decided)
    (warning,) = done["warnings"]
    assert done["decisions"][0]["measure"] == decided[1]
    assert {fact["fact"]: fact["value"] for fact in warning["facts"]} == seen
    assert words in warning["what"]["en"]
    assert "不满足" in warning["what"]["zh"]
    assert warning["rule"] in warning["what"]["zh"]
    explained = why(registry, code)
    assert (explained["warnings"], explained["measure"]) == ([warning], decided[1])


def test_the_reason_of_the_rule_set_goes_with_it(registry: Any) -> None:
    code = registry.add("idle_land", **ENTERPRISE, contract_on=date(2025, 3, 1), started_area_m2=0.0)
    registry.run()
    (warning,) = decide(registry, code, *BOND)["warnings"]
    (reason,) = warning["why_not"]
    assert reason["en"] == "supplied after the date that special bonds cover"
    assert all(reason[language] in warning["what"][language] for language in ("zh", "en"))


def test_what_is_only_unknown_is_to_be_found_out(registry: Any) -> None:
    code = registry.add("idle_land", **ENTERPRISE)
    registry.run()
    done = decide(registry, code, *BOND)
    asked = ["contract_on", "actual_start_on", "started_area_m2", "reserve_agency_listed"]
    assert (done["warnings"], [one["fact"] for one in done["to_find_out"]]) == ([], asked)
    seen = why(registry, code)
    assert seen["warnings"] == []
    assert [one["fact"] for one in seen["to_find_out"]][: len(asked)] == asked
    assert seen["to_find_out"][0]["needed_by"] == ["idle_special_bond"]


def test_one_rule_that_is_open_or_unknown_is_enough(registry: Any) -> None:
    """An extension rests on Art. 12 or on the contract: a warning only where both are known to fail."""
    later = {"idle_cause": "government", "agreed_start_on": date(2026, 9, 1), "can_start": True}
    neither = {**later, "idle_cause": "enterprise", "actual_start_on": date(2026, 10, 1), "halted_on": date(2027, 1, 1)}
    open_one, none = registry.add_all([{"kind": "idle_land", **facts} for facts in (later, neither)])
    registry.run()
    assert decide(registry, open_one, Label.USE, "extension")["warnings"] == []
    told = decide(registry, none, Label.USE, "extension")["warnings"]
    assert [one["rule"] for one in told] == ["idle_extension", "idle_later_start"]


def test_a_study_can_always_be_decided(registry: Any) -> None:
    code = registry.add("idle_land", **ENTERPRISE)
    registry.run()
    assert decide(registry, code, Label.USE, "expert_review")["warnings"] == []


@pytest.mark.parametrize(
    ("condition", "values", "parts"),
    [
        ("a AND b", {"a": True, "b": False}, ["b"]),
        ("a AND (b OR (c AND a))", {"a": True, "b": False, "c": False}, ["b OR c"]),
        ("a AND b AND (b OR c)", {"a": False, "b": True, "c": None}, ["a"]),
        ("a OR (b AND c)", {"a": False, "b": False, "c": False}, ["a OR (b AND c)"]),
        ("a LIKE 'x%' AND b", {"a": "y", "b": True}, ["a LIKE 'x%' AND b"]),
    ],
)
def test_only_what_fails_is_told(condition: str, values: dict[str, Any], parts: list[str]) -> None:
    assert failing(tree_of(condition), values) == [tree_of(part) for part in parts]
