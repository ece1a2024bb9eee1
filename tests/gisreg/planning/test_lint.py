"""``plan lint``: each fault is found with its line, and what is sound is left alone."""

import random
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gisreg.errors import PathUnusable
from gisreg.filters.parse import parse
from gisreg.planning.lint import Finding, Report, lint
from gisreg.planning.logic import Domain, implies, search, truth
from gisreg.planning.ruleset import MAX_BYTES, NATIONAL, NameTwice, load_ruleset

SOUND = NATIONAL.read_text(encoding="utf-8")
VERSION = f'version = "{load_ruleset().rules.ruleset.version}"'
LEASE = 'when = "supply_ready AND tenant_found"'
BASIS = 'basis = "土地管理法第五十四条;划拨用地目录"'
MONEY = 'formula = "param.fee_share * price_wan"'


def linted(folder: Path, *changes: tuple[str, str], add: str = "", version: str = "test") -> Report:
    """The report on the national set with these changes, under a version of its own."""
    text = SOUND.replace(VERSION, f'version = "{version}"', 1)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    file = folder / "own.toml"
    file.write_text(text + add, encoding="utf-8")
    return lint(file)


def found(report: Report, code: str) -> list[Finding]:
    return [finding for finding in report.findings if finding.code == code]


def line_of(folder: Path, finding: Finding) -> str:
    """The text at the finding's line."""
    assert finding.line is not None
    return (folder / "own.toml").read_text(encoding="utf-8").splitlines()[finding.line - 1]


def test_the_national_set_lints_clean() -> None:
    report = lint(NATIONAL)
    assert [finding.place for finding in report.findings if finding.level != "note"] == []
    assert report.clean
    assert {finding.code for finding in report.findings} == {"overlap", "unconfirmed_clause"}
    assert report.as_json()["rules"] > 50


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        ((LEASE, 'when = "suply_ready AND tenant_found"'), "unknown_queryable", "unsupplied_lease:when"),
        ((LEASE, 'when = "supply_ready = 3"'), "wrong_type", "unsupplied_lease:when"),
        ((LEASE, "when = \"sector = 'roads'\""), "unknown_token", "unsupplied_lease:when"),
        ((LEASE, 'when = "supply_ready AND ("'), "filter_syntax", "unsupplied_lease:when"),
        ((LEASE, 'when = "true; DROP TABLE parcel"'), "filter_syntax", "unsupplied_lease:when"),
        ((LEASE, "when = \"supply_ready OR pg_sleep(9)\""), "unknown_operator", "unsupplied_lease:when"),
        ((LEASE, "when = \"__import__('os').system('id') = 0\""), "filter_syntax", "unsupplied_lease:when"),
        ((LEASE, "when = \"name = (SELECT passwd FROM pg_shadow)\""), "filter_syntax", "unsupplied_lease:when"),
        ((LEASE, 'when = "price_wan / 0 > 1"'), "division_by_zero", "unsupplied_lease:when"),
        ((LEASE, 'when = "supply_ready AND NOT supply_ready"'), "never_true", "unsupplied_lease:when"),
        ((LEASE, 'when = "supply_ready AND buyer_found AND tenant_found"'), "unreachable", "unsupplied_lease:when"),
        ((BASIS, 'basis = "某某办法"'), "no_source", "unsupplied_allocate:basis"),
        ((BASIS, 'basis = "土地管理法第九百条"'), "clause_unknown", "unsupplied_allocate:basis"),
        ((MONEY, 'formula = "price_wan / (debt_wan - debt_wan)"'), "division_by_zero", "idle_fee_due:formula"),
        ((MONEY, 'formula = "price_wan / (0 * debt_wan)"'), "division_by_zero", "idle_fee_due:formula"),
        ((MONEY, "formula = \"__import__('os')\""), "formula", "idle_fee_due:formula"),
        ((MONEY, 'formula = "price_wan ** 9"'), "formula", "idle_fee_due:formula"),
        ((MONEY, 'formula = "prise_wan * 2"'), "formula_name", "idle_fee_due:formula"),
        ((MONEY, 'formula = "name * 2"'), "formula_name", "idle_fee_due:formula"),
        (("valid_from = 2024-11-07", "valid_from = 2999-01-01"), "not_yet_valid", "ruleset:valid_from"),
        (("valid_from = 2024-11-07", "valid_from = 1899-01-01"), "date_out_of_range", "ruleset:valid_from"),
        (("value = 2024-11-07", "value = 2420-11-07"), "date_out_of_range", "special_bond_supplied_by:value"),
        (("value = 0.20", "value = -0.20"), "negative_parameter", "fee_share:value"),
        ((LEASE, "when = \"supply_ready AND contract_on > DATE('0205-01-01')\""), "date_out_of_range",
         "unsupplied_lease:when"),
        ((LEASE, 'when = "supply_ready AND official_area_m2 > -5"'), "negative_limit", "unsupplied_lease:when"),
        ((LEASE, 'when = "supply_ready AND area_mu BETWEEN -5 AND 10"'), "negative_limit", "unsupplied_lease:when"),
        ((LEASE, 'when = "supply_ready AND official_area_m2 < 0"'), "never_true", "unsupplied_lease:when"),
    ],
)  # fmt: skip
def test_a_fault_is_an_error_at_its_line(tmp_path: Path, change: tuple[str, str], code: str, place: str) -> None:
    report = linted(tmp_path, change)
    assert not report.clean
    (finding,) = found(report, code)
    assert finding.level == "error"
    assert f"{finding.thing}:{finding.field}" == place
    assert line_of(tmp_path, finding) == change[1]
    assert finding.what.zh != finding.what.en
    assert finding.mend.zh


def test_an_unknown_name_is_told_with_the_nearest_one(tmp_path: Path) -> None:
    (finding,) = found(linted(tmp_path, (LEASE, 'when = "suply_ready"')), "unknown_queryable")
    assert "supply_ready" in finding.mend.en


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    report = linted(tmp_path, (LEASE, 'when = "a_b"'), ('when = "seized"', 'when = "c_d"'), (MONEY, 'formula = "e"'))
    assert report.count("error") == 3


def test_faults_of_form_are_told_at_once_too(tmp_path: Path) -> None:
    report = linted(
        tmp_path, ('label = "use"', 'label = "keep"'), ("\ndays = 90", "\ndays = 0"), ("\ndays = 180", "\ndyas = 180")
    )
    assert report.loaded is None
    assert [(one.thing, one.field) for one in report.findings] == [
        ("rules:unsupplied_allocate", "label"), ("rules:unsupplied_allocate", "days"),
        ("rules:unsupplied_revoke", "dyas"),
    ]  # fmt: skip
    for finding in report.findings:
        assert finding.field in line_of(tmp_path, finding)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (('kind = "unsupplied_land"', 'kind = "unsuplied_land"'), "rule_set"),
        (("[ruleset]", "[ruleset"), "rule_set_syntax"),
        (("[ruleset]", "x = " + "[" * 5_000 + "]" * 5_000), "rule_set_nested"),
        (("[ruleset]\n", '[ruleset]\nextends = "nowhere"\n'), "base_set_unknown"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, change: tuple[str, str], code: str) -> None:
    report = linted(tmp_path, change)
    assert report.loaded is None
    assert [finding.code for finding in report.findings] == [code]


@pytest.mark.parametrize(
    ("change", "code", "thing", "line"),
    [
        (('id = "unsupplied_revoke"', 'id = "unsupplied_allocate"'), "name_twice", "unsupplied_allocate", "[[rules]]"),
        (("fallback = true", 'when = "seized"'), "fallbacks_not_one", "unsupplied_review", "[[rules]]"),
        (('measure = "allocate_supply"', 'measure = "alocate_supply"'), "not_defined", "unsupplied_allocate",
         'measure = "alocate_supply"'),
    ],
)  # fmt: skip
def test_a_name_given_twice_or_in_vain_and_a_kind_without_a_last_rule_are_told_at_a_line(
    tmp_path: Path, change: tuple[str, str], code: str, thing: str, line: str
) -> None:
    report = linted(tmp_path, change)
    assert not report.clean
    (finding,) = found(report, code)
    assert (finding.level, finding.thing, line_of(tmp_path, finding)) == ("error", thing, line)


def test_a_file_of_ten_megabytes_is_refused(tmp_path: Path) -> None:
    report = linted(tmp_path, add="# " + "x" * 10_000_000)
    assert [finding.code for finding in report.findings] == ["rule_set_too_large"]
    assert str(MAX_BYTES) in report.findings[0].what.en


def test_a_line_that_is_no_toml_is_named(tmp_path: Path) -> None:
    (finding,) = linted(tmp_path, ("\ndays = 90", "\ndays = = 90")).findings
    assert line_of(tmp_path, finding) == "days = = 90"
    assert "line" not in finding.what.zh


def test_a_circle_is_told_at_the_line_where_this_set_takes_part(tmp_path: Path) -> None:
    for name, other in (("own", "other"), ("other", "own")):
        heading = f'[ruleset]\nname = "{name}"\nversion = "1"\nextends = "{other}"\n'
        (tmp_path / f"{name}.toml").write_text(heading, encoding="utf-8")
    (finding,) = lint(tmp_path / "own.toml").findings
    assert (finding.code, finding.line) == ("rule_set_cycle", 4)


def test_income_may_be_a_loss(tmp_path: Path) -> None:
    report = linted(tmp_path, (LEASE, 'when = "supply_ready AND tenant_found AND yearly_income_wan > -5"'))
    assert found(report, "negative_limit") == []


def test_faults_of_form_are_told_in_both_languages(tmp_path: Path) -> None:
    report = linted(
        tmp_path, ('label = "use"', 'label = "keep"'), ("\ndays = 90", "\ndays = 0"), ("\ndays = 180", "\ndyas = 180"),
        (BASIS + "\n", ""), ("confirmed = true", 'confirmed = "maybe"'), ('unit = "年"', "unit = 3"),
        ("[parameters.reclaim_years]", "[parameters.Reclaim]"),
    )  # fmt: skip
    assert len(report.findings) == 7
    assert [one.what.zh for one in report.findings if one.what.zh.isascii() or "nput" in one.what.zh] == []


def test_one_version_with_another_text(tmp_path: Path) -> None:
    report = linted(tmp_path, ("\ndays = 90", "\ndays = 91"), version=load_ruleset().rules.ruleset.version)
    (finding,) = found(report, "version_taken")
    assert (finding.level, line_of(tmp_path, finding)) == ("error", VERSION)
    (tmp_path / "same.toml").write_text((tmp_path / "own.toml").read_text(encoding="utf-8"), encoding="utf-8")
    assert lint(tmp_path / "same.toml").count("error") == 1, "the same text twice is one set"
    changed = (tmp_path / "own.toml").read_text(encoding="utf-8").replace("days = 91", "days = 92")
    (tmp_path / "third.toml").write_text(changed, encoding="utf-8")
    (finding,) = found(lint(tmp_path / "own.toml"), "version_taken")
    assert finding.what.zh.startswith("own.toml 与 本库的 national.toml、third.toml 都是 "), (
        "one finding names them all"
    )


def test_a_set_that_is_called_like_the_registry_s_own_is_told_from_it(tmp_path: Path) -> None:
    namesake = tmp_path / "national.toml"
    namesake.write_text(SOUND.replace("\ndays = 90", "\ndays = 91", 1), encoding="utf-8")
    (finding,) = found(lint(namesake), "version_taken")
    assert finding.what.en.startswith("national.toml and the registry's national.toml are both ")
    assert finding.mend.en == "give national.toml another version"


def test_what_is_of_no_use_is_a_warning(tmp_path: Path) -> None:
    add = (
        '\n[measures.nothing]\nzh = "甲"\nen = "A"\n[end_uses.nowhere]\nzh = "乙"\nen = "B"\n'
        '[parameters.idle]\nvalue = 1\ntitle = { zh = "丙", en = "C" }\nsource = "◊"\nconfirmed = false\n'
        '[[gates]]\nid = "gate_idle"\ntitle = { zh = "丁", en = "D" }\nwhen = "seized"\nbasis = "民法典"\n'
        'kinds = ["unsupplied_land"]\nmeasures = ["idle_fee"]\n'
    )
    report = linted(tmp_path, add=add)
    assert report.clean
    codes = {(finding.code, finding.thing) for finding in report.findings if finding.level == "warning"}
    assert codes == {
        ("unused_measure", "nothing"), ("unused_end_use", "nowhere"), ("unused_parameter", "idle"),
        ("gate_idle", "gate_idle"),
    }  # fmt: skip


def test_steps_longer_than_the_deadline_and_finance_that_does_not_say_why_not(tmp_path: Path) -> None:
    text = SOUND[SOUND.index('id = "idle_special_bond"') :]
    why_not = text[text.index("why_not = [") : text.index("]\n") + 2]
    report = linted(tmp_path, ("\ndays = 120", "\ndays = 12"), (why_not, ""))
    assert [(one.code, one.thing) for one in report.findings if one.level == "warning"] == [
        ("steps_too_long", "unsupplied_grant"), ("no_why_not", "idle_special_bond"),
    ]  # fmt: skip


def test_a_kind_or_a_label_that_is_not_covered(tmp_path: Path) -> None:
    data = tomllib.loads(SOUND)
    blocks = SOUND.split("[[rules]]\n")
    factories = [block for block in blocks[1:] if 'kind = "idle_factory"' in block and "fallback" not in block]
    leases = [block for block in blocks[1:] if 'kind = "idle_land"' in block and 'label = "lease"' in block]
    assert len(data["rules"]) == len(blocks) - 1
    kept = "[[rules]]\n".join(block for block in blocks if block not in leases)
    (tmp_path / "own.toml").write_text(kept.replace(VERSION, 'version = "test"', 1), encoding="utf-8")
    (finding,) = found(lint(tmp_path / "own.toml"), "label_not_covered")
    assert ("闲置土地" in finding.what.zh, "租" in finding.what.zh) == (True, True)
    last = factories[-1]
    money = "# ----"
    kept = "[[rules]]\n".join(
        block if block not in factories else "" for block in blocks if block not in factories or block == last
    )
    assert money in kept
    (tmp_path / "own.toml").write_text(kept.replace("[[rules]]\n[[rules]]", "[[rules]]"), encoding="utf-8")
    assert not lint(tmp_path / "own.toml").clean


def test_unreachable_by_several_earlier_rules_together(tmp_path: Path) -> None:
    """Neither of two earlier rules covers it, both together do: found by trying all facts."""
    rule = '[[rules]]\nid = "{}"\nkind = "unsupplied_land"\nlabel = "use"\nmeasure = "allocate_supply"\nwhen = "{}"\n'
    rest = 'reason = { zh = "甲", en = "A" }\nbasis = "民法典"\nagency = "财政部门"\n\n'
    both = "".join(
        rule.format(name, when) + rest
        for name, when in (("a_1", "buyer_found"), ("a_2", "buyer_found = false"), ("a_3", "buyer_found IS NOT NULL"))
    )
    report = linted(tmp_path, ("[[rules]]\n", both + "[[rules]]\n"))
    assert "a_3" in [one.thing for one in found(report, "unreachable")]


def test_what_is_named_in_vain_is_told_with_all_other_faults(tmp_path: Path) -> None:
    """A kind without any rule, a gate about a measure of no rule, a measure, a limit, an id and a condition."""
    blocks = SOUND.replace(VERSION, 'version = "test"', 1).split("[[rules]]\n")
    kept = [block for block in blocks if 'kind = "idle_factory"' not in block]
    text = "[[rules]]\n".join(kept).replace(LEASE, 'when = "a_b"', 1)
    text = text.replace('measure = "allocate_supply"', 'measure = "alocate_supply"', 1)
    text = text.replace("[parameters.idle_years]\nvalue = 1", '[parameters.idle_years]\nvalue = "one"', 1)
    (tmp_path / "own.toml").write_text(
        text + SOUND[SOUND.index("[[gates]]") : SOUND.index("[[gates]]", SOUND.index("[[gates]]") + 9)]
    )
    report = lint(tmp_path / "own.toml")
    errors = {finding.code for finding in report.findings if finding.level == "error"}
    assert errors >= {
        "fallbacks_not_one",
        "measure_unused",
        "not_defined",
        "name_twice",
        "rule_set",
        "unknown_queryable",
    }
    (uncovered,) = found(report, "fallbacks_not_one")
    assert "0 条" in uncovered.what.zh
    with pytest.raises(NameTwice):
        load_ruleset(tmp_path / "own.toml")


def test_a_file_that_is_not_there_is_no_fault_of_a_rule_set(tmp_path: Path) -> None:
    for missing in (tmp_path / "nowhere.toml", tmp_path):
        with pytest.raises(PathUnusable, match=str(missing)):
            lint(missing)


@pytest.mark.parametrize(
    ("condition", "values", "expected"),
    [
        ("seized", {}, None),
        ("NOT seized", {}, None),
        ("seized AND mortgaged", {"seized": False}, False),
        ("seized AND mortgaged", {"seized": True}, None),
        ("seized OR mortgaged", {"seized": True}, True),
        ("seized OR mortgaged", {"seized": False}, None),
        ("seized IS NULL", {}, True),
        ("price_wan > 2 AND price_wan <= 3", {"price_wan": 3.0}, True),
        ("price_wan BETWEEN 2 AND 3", {"price_wan": 3.5}, False),
        ("sector IN ('public', 'housing')", {"sector": "housing"}, True),
        ("sector IN ('public', 'housing')", {}, None),
        ("price_wan / paid_wan > 1", {"price_wan": 2, "paid_wan": 0}, None),
        ("contract_on <= DATE('2024-11-07')", {"contract_on": "2024-11-08"}, False),
        ("name LIKE 'a%'", {}, None),
    ],
)
def test_three_values(condition: str, values: dict[str, Any], expected: bool | None) -> None:
    assert truth(parse(condition), values) is expected


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32))
def test_what_is_implied_by_its_words_is_implied_by_its_values(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a case to try, nothing secret
    names = ["a_1", "b_1", "c_1"]
    parts = [chance.choice((name, f"NOT {name}", f"{name} IS NULL")) for name in names]
    weaker, stronger = parse(" AND ".join(parts[:2])), parse(" AND ".join(parts))
    assert implies(stronger, weaker)
    values = {name: chance.choice((True, False, None)) for name in names}
    if truth(stronger, values) is True:
        assert truth(weaker, values) is True


def test_a_search_through_everything_says_so() -> None:
    domains = {"a_1": Domain("boolean")}
    assert search(parse("a_1"), [parse("a_1")], domains).complete
    assert not search(parse("a_1"), [parse("a_1")], domains).found
    assert search(parse("a_1"), [parse("NOT a_1")], domains).found
