"""The rule sets under data/rules: sound, complete, and honest about what is unconfirmed."""

import re
from pathlib import Path

import pytest

from gisreg.planning.clock.limits import NAMES as LIMITS
from gisreg.planning.clock.procedure import load_procedure
from gisreg.planning.compile import PARAMETER_PREFIX, check_conditions
from gisreg.planning.finance_label import NAME as FINANCE_LABEL
from gisreg.planning.money import read_sums
from gisreg.planning.named import SOURCES_FILE
from gisreg.planning.ruleset import NATIONAL, load_ruleset
from gisreg.vocab import Kind, Label

RULESETS = sorted(path for path in NATIONAL.parent.glob("*.toml") if path.name != SOURCES_FILE)

# rules §5: what each label can mean for each kind
TABLE: dict[Kind, dict[Label, str]] = {
    Kind.UNSUPPLIED_LAND: {
        Label.USE: "allocate_supply revoke_approval",
        Label.SELL: "grant_supply land_reserve",
        Label.LEASE: "lease_supply lease_then_grant flexible_term",
        Label.FINANCE: "capital_contribution",
    },
    Kind.IDLE_LAND: {
        Label.USE: "extension change_conditions temporary_use order_start idle_fee swap restore_farming",
        Label.SELL: "free_reclaim buy_back transfer",
        Label.LEASE: "lease_supply",
        Label.FINANCE: "special_bond capital_contribution",
    },
    Kind.HALF_FINISHED_PROJECT: {
        Label.USE: "complete_procedures resume_complete public_welfare office_use",
        Label.SELL: "acquire_complete exchange_sale merger",
        Label.LEASE: "public_let public_built_private_run",
        Label.FINANCE: "debt_restructuring social_capital distressed_purchase debt_equity_swap",
    },
    Kind.IDLE_FACTORY: {
        Label.USE: "own_use share free_transfer public_welfare restart convert subdivide",
        Label.SELL: "public_auction exchange_sale agreed_transfer asset_swap reclaim_quotas",
        Label.LEASE: "public_let platform_bid",
        Label.FINANCE: "state_capital joint_venture revenue_right reit_abs",
    },
}


@pytest.mark.parametrize("path", RULESETS, ids=lambda path: path.stem)
def test_every_rule_set_is_sound(path: Path) -> None:
    compiled = check_conditions(load_ruleset(path))
    used = {item.name for part in (*compiled.rules, *compiled.gates) for item in part.used}
    used |= {name for one in read_sums(compiled.loaded, compiled.names) for name in one.formula.names}
    used |= {PARAMETER_PREFIX + name for name in (*LIMITS, FINANCE_LABEL)}  # clock, facts, cascade
    unused = {PARAMETER_PREFIX + name for name in compiled.loaded.rules.parameters} - used
    assert not unused


def test_the_national_rules_cover_the_table_and_nothing_else() -> None:
    rules = load_ruleset().rules
    for kind, labels in TABLE.items():
        for label, measures in labels.items():
            found = {rule.measure for rule in rules.rules if (rule.kind, rule.label) == (kind, label)}
            assert found - {"expert_review"} == set(measures.split()), (kind, label)
    assert set(rules.measures) == {rule.measure for rule in rules.rules}


def test_the_way_out_of_last_resort_is_an_expert_review() -> None:
    assert {rule.kind: rule.measure for rule in load_ruleset().rules.rules if rule.fallback} == dict.fromkeys(
        Kind, "expert_review"
    )


def test_what_rests_on_memory_or_our_own_reading_is_marked_unconfirmed() -> None:
    for name, parameter in load_ruleset().rules.parameters.items():
        marked = any(mark in parameter.source for mark in ("[m]", "◊", "未经确认"))
        assert parameter.confirmed is not marked, name


def test_bases_and_agencies_read_in_english_too() -> None:
    rules = load_ruleset().rules
    chinese = re.compile("[\u4e00-\u9fff]")
    said = [words for rule in rules.rules for words in (rule.basis, rule.agency)] + [gate.basis for gate in rules.gates]
    for measure in rules.measures.values():
        said += [*measure.documents, *(words for step in measure.steps for words in (step.agency, step.basis or ""))]
    said += [step.agency for step in load_procedure(NATIONAL.parents[1]).steps]
    assert [words for words in said if chinese.search(rules.worded(words).en)] == []
    assert all(rules.worded(words).zh == words for words in said)
    parts = {part for words in said for part in words.split(";")} | set(said)
    assert [word for word in rules.english if word not in parts] == []


@pytest.mark.parametrize("path", RULESETS, ids=lambda path: path.stem)
def test_words_that_are_exported_fit_a_chinese_windows_shapefile(path: Path) -> None:
    """Marks such as ◊ are for the rule set's authors; what a reader or a GBK file gets says it in words."""
    for rule in load_ruleset(path).rules.rules:
        for words in (rule.reason.zh, rule.reason.en, rule.basis, rule.agency):
            assert words.encode("gbk")
            assert "[m]" not in words


def test_every_measure_has_steps_and_documents_within_its_deadline() -> None:
    rules = load_ruleset().rules
    for rule in rules.rules:
        measure = rules.measures[rule.measure]
        assert measure.documents, rule.measure
        assert 0 < sum(step.days for step in measure.steps) <= (rule.days or 0), rule.id


def test_every_end_use_of_townships_and_villages_is_some_rules() -> None:
    """Domain §1 rows 12 and 13: five end uses for state assets of townships, four for premises of villages."""
    rules = load_ruleset().rules
    assert len(rules.end_uses) == 5 + 4
    assert {token for rule in rules.rules for token in rule.end_use} == set(rules.end_uses)


def test_where_finance_fails_the_set_says_why_not() -> None:
    for rule in load_ruleset().rules.rules:
        assert bool(rule.why_not) == (rule.label == Label.FINANCE), rule.id
