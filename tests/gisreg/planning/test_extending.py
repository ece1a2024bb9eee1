"""A county's rule set that changes the national one, and the line at which a fault stands."""

import tomllib
from pathlib import Path

import pytest

from gisreg.errors import GisregError
from gisreg.planning.compile import check_conditions
from gisreg.planning.extending import PlaceUnknown, as_toml
from gisreg.planning.places import line_of, lines_of
from gisreg.planning.ruleset import (
    BaseSetUnknown,
    RuleSetCycle,
    RuleSetError,
    RuleSetUnreadable,
    load_ruleset,
    read_ruleset,
)

COUNTY = """\
[ruleset]
name = "county"
version = "1"
extends = "national"
title = { zh = "示例县", en = "An example county" }
valid_from = 2026-01-01

[parameters.vacant_months]
value = 6
source = "示例县人民政府文件"
confirmed = true

[[rules]]
id = "factory_first"
before = "factory_own_use"
kind = "idle_factory"
label = "use"
measure = "own_use"
when = "holder_class = 'state' AND in_developed_area"
reason = { zh = "甲", en = "A" }
basis = "民法典"
agency = "财政部门"
days = 9

[[gates]]
id = "seized"
title = { zh = "查封(本县)", en = "Seized, in our words" }
when = "seized"
basis = "民法典"
"""


def test_what_is_not_named_stays_and_what_is_named_changes(tmp_path: Path) -> None:
    path = tmp_path / "county.toml"
    path.write_text(COUNTY, encoding="utf-8")
    national, county = load_ruleset().rules, load_ruleset(path).rules
    assert county.title == "county 1"
    assert county.ruleset.based_on == national.title
    assert (county.parameters["vacant_months"].value, county.parameters["vacant_months"].unit) == (6, "月")
    assert county.parameters["fee_years"] == national.parameters["fee_years"]
    ids = [rule.id for rule in county.rules]
    assert ids.index("factory_first") == ids.index("factory_own_use") - 1
    assert [rule for rule in ids if rule != "factory_first"] == [rule.id for rule in national.rules]
    assert [gate.id for gate in county.gates] == [gate.id for gate in national.gates]
    assert next(gate for gate in county.gates if gate.id == "seized").title.zh == "查封(本县)"


def test_the_text_of_both_is_kept_so_that_a_run_stands_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "county.toml"
    path.write_text(COUNTY, encoding="utf-8")
    loaded = load_ruleset(path)
    again = read_ruleset(loaded.toml, "plan_run 7")
    assert again.rules == loaded.rules
    assert again.sha256 == loaded.sha256
    assert len(check_conditions(again).rules) == len(loaded.rules.rules)


def test_a_set_of_a_set(tmp_path: Path) -> None:
    (tmp_path / "county.toml").write_text(COUNTY, encoding="utf-8")
    own = (
        COUNTY.split("\n[parameters", maxsplit=1)[0].replace('"national"', '"county"').replace('"county"', '"town"', 1)
    )
    (tmp_path / "town.toml").write_text(own, encoding="utf-8")
    rules = load_ruleset(tmp_path / "town.toml").rules
    assert rules.ruleset.based_on == "county 1"
    assert "factory_first" in [rule.id for rule in rules.rules]


def test_sets_that_extend_one_another_are_refused(tmp_path: Path) -> None:
    for own, other in (("a", "b"), ("b", "c"), ("c", "a")):
        text = COUNTY.replace('"national"', f'"{other}"')
        (tmp_path / f"{own}.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RuleSetCycle, match="a → b → c → a"):
        load_ruleset(tmp_path / "a.toml")


@pytest.mark.parametrize(
    ("old", "new", "error", "where"),
    [
        ('"national"', '"nowhere"', BaseSetUnknown, "county.toml:4:ruleset:extends"),
        ('"national"', '"../national"', BaseSetUnknown, "county.toml:4:ruleset:extends"),
        ('"factory_own_use"', '"nothing"', PlaceUnknown, "county.toml:factory_first:before"),
        ("days = 9", "days = 0", RuleSetError, "county.toml:23:rules:factory_first:days"),
        ('source = "示例县人民政府文件"\n', "", RuleSetError, "county.toml:8:parameters:vacant_months:source"),
        ('measure = "own_use"', 'measure = "nothing"', RuleSetError, "county.toml:18:factory_first:measure"),
        ("valid_from = 2026-01-01", "valid_from = 2026-02-30", RuleSetUnreadable, "county.toml:6"),
        ("[ruleset]", "[rulset]", RuleSetError, None),
    ],
)
def test_a_fault_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, error: type[GisregError], where: str | None
) -> None:
    path = tmp_path / "county.toml"
    path.write_text(COUNTY.replace(old, new), encoding="utf-8")
    with pytest.raises(error) as raised:
        load_ruleset(path)
    assert where is None or raised.value.where == where


def test_lines_of_tables_lists_and_long_strings() -> None:
    text = 'a = 1\n[b]\n"c d" = 2\ne.f = 3\nlong = """\n[not]\nx = 1\n"""\n[[g]]\nh = 1\n[[g]]\n[g.i]\nj = 2\n'
    lines = lines_of(text)
    assert lines[("a",)] == 1
    assert lines[("b", "c d")] == 3
    assert lines[("b", "e", "f")] == 4
    assert ("not",) not in lines
    assert (lines[("g", 0, "h")], lines[("g", 1)]) == (10, 11)
    assert line_of(text, ("g", 1, "zh", "x")) == 11
    assert line_of(text, ("nothing",)) is None


def test_toml_is_written_as_it_was_read() -> None:
    data = {
        "a": {"b": 'x"\\\n\x7f', "c d": [1, 2.5, True], "e": {"f": "甲"}, "g": {}},
        "h": [{"i": 1}, {"i": {"j": []}}],
    }
    assert tomllib.loads(as_toml(data)) == data
