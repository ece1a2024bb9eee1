"""Rule sets that are refused, each with file, rule and field."""

import re
from pathlib import Path

import pytest

from gisreg.errors import PathUnusable
from gisreg.planning.compile import RuleConditionError, check_conditions
from gisreg.planning.measures import measure_titles, measures
from gisreg.planning.ruleset import (
    MAX_GATES,
    NATIONAL,
    RuleSetError,
    RuleSetUnreadable,
    load_ruleset,
    read_ruleset,
)

SOUND = NATIONAL.read_text(encoding="utf-8")


def refused(old: str, new: str) -> str:
    """Where a rule set with this change is refused."""
    assert old in SOUND
    with pytest.raises(RuleSetError) as raised:
        check_conditions(read_ruleset(SOUND.replace(old, new, 1), "own.toml"))
    return re.sub(r":\d+", "", raised.value.where, count=1)


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('measure = "allocate_supply"', 'measure = "alocate"', "own.toml:unsupplied_allocate:measure"),
        ('label = "use"', 'label = "keep"', "own.toml:rules:unsupplied_allocate:label"),
        ('basis = "土地管理法第五十四条;划拨用地目录"\n', "", "own.toml:rules:unsupplied_allocate:basis"),
        ("\ndays = 90", "\ndays = 0", "own.toml:rules:unsupplied_allocate:days"),
        ("\ndays = 90", "\ndyas = 90", "own.toml:rules:unsupplied_allocate:dyas"),
        ('id = "unsupplied_revoke"', 'id = "unsupplied_allocate"', "own.toml:unsupplied_allocate"),
        ('id = "seized"', 'id = "farmland"', "own.toml:farmland"),
        ('measures = ["idle_fee", "free_reclaim"]', 'measures = ["fee"]', "own.toml:not_determined:measures"),
        ("fallback = true", 'when = "true"', "own.toml:unsupplied_review"),
        ("fallback = true", 'fallback = true\nwhen = "true"', "own.toml:rules:unsupplied_review"),
        ('when = "seized"', 'when = "siezed"', "own.toml:seized:when"),
        ('when = "supply_ready AND project_found AND', 'when = "supply_redy AND', "own.toml:unsupplied_allocate:when"),
        ("'public', 'infrastructure'", "'public', 'roads'", "own.toml:unsupplied_allocate:when"),
        ("param.fee_years", "param.fee_year", "own.toml:idle_fee:when"),
        ("'unconfirmed'\"\nunknown_when = \"ownership_status = 'unknown'\"", "'unconfirmed'\"\nunknown_when = \"1\"",
         "own.toml:ownership_unconfirmed:unknown_when"),
        ("[parameters.idle_years]\nvalue = 1", "[parameters.idle_years]\nvalue = 0", "own.toml:idle_years:value"),
        ("[parameters.idle_years]\nvalue = 1", "[parameters.idle_years]\nvalue = 1.5", "own.toml:idle_years:value"),
        ("[parameters.reclaim_years]\nvalue = 2", "[parameters.reclaim_years]\nvalue = true",
         "own.toml:reclaim_years:value"),
        ("[parameters.idle_invested_share]\nvalue = 0.25", "[parameters.idle_invested_share]\nvalue = 25",
         "own.toml:idle_invested_share:value"),
        ("[parameters.reclaim_years]", "[parameters.Reclaim]", "own.toml:parameters:Reclaim:[key]"),
    ],
)  # fmt: skip
def test_the_place_of_the_fault_is_named(old: str, new: str, where: str) -> None:
    assert refused(old, new) == where


def test_a_bad_condition_says_what_the_filter_says() -> None:
    with pytest.raises(RuleConditionError, match="seized"):
        check_conditions(read_ruleset(SOUND.replace('when = "seized"', 'when = "siezed"', 1)))


def test_too_many_gates_for_the_mask() -> None:
    gate = '[[gates]]\nid = "g{}"\ntitle = {{ zh = "甲", en = "A" }}\nwhen = "seized"\nbasis = "x"\n'
    more = "".join(gate.format(number) for number in range(MAX_GATES))
    with pytest.raises(RuleSetError):
        read_ruleset(SOUND + more)


@pytest.mark.parametrize(
    "content", [b"name =", b"\xff\xfe", SOUND.encode("utf-16"), b"x = '" + b"x" * 2_000_001 + b"'"]
)
def test_what_is_no_toml_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rules.toml"
    path.write_bytes(content)
    with pytest.raises(RuleSetUnreadable):
        load_ruleset(path)


def test_a_missing_file_or_a_folder_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(PathUnusable):
            load_ruleset(path)


def test_measures_have_titles_in_both_languages() -> None:
    assert measures()["free_reclaim"].zh == "无偿收回"
    assert measure_titles("own_measure_of_a_county").zh == "own_measure_of_a_county"
