"""When finance is the label: never over a way out that is open, and by a county's word not over one that is unknown."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Date, literal, select

from gisreg.db.engine import transaction
from gisreg.db.models import Parcel
from gisreg.planning.compile import CompiledRules, compile_rules, reasoned_query
from gisreg.planning.explain import explain
from gisreg.planning.finance_label import OTHERS_NO, OTHERS_NOT_YES
from gisreg.planning.lint import lint
from gisreg.planning.ruleset import NATIONAL, LoadedRuleSet, RuleSetError, load_ruleset, read_ruleset
from gisreg.vocab import Kind, Label

AS_OF = date(2026, 11, 21)
BOND = {"contract_on": date(2024, 11, 7), "reserve_agency_listed": True}
NOTHING_ELSE = {
    "idle_cause": "enterprise", "agreed_start_on": date(2026, 3, 1), "can_start": False, "plan_changed": False,
    "farmland_restorable": False, "buyer_found": False, "buy_back_funds": False, "tenant_found": False,
    "project_found": False, "swap_land_found": False, "demand": "none",
}  # fmt: skip
OWN = NATIONAL.read_text(encoding="utf-8").replace('name = "national"', 'name = "own"', 1)
WAITING = OWN.replace(f'value = "{OTHERS_NOT_YES}"', f'value = "{OTHERS_NO}"', 1)
MAYBE = {
    **dict.fromkeys((*[name for name, value in NOTHING_ELSE.items() if value is False], "reserve_agency_listed"),
                    (True, False, None)),
    "idle_cause": ("enterprise", "government", None), "agreed_start_on": (date(2023, 1, 1), date(2026, 3, 1), None),
    "contract_on": (date(2024, 11, 7), None), "holder_class": ("state", "private", None),
    "investor_found": (True, None), "supply_ready": (True, False, None), "sector": ("industry", "public", None),
    "demand": ("office", "none", None), "building_sound": (True, False, None),
}  # fmt: skip


def answered(compiled: CompiledRules, connection: Any) -> dict[int, tuple[list[Any], list[Any]]]:
    """What each condition of a parcel's cascade is, and of its finance rules, one by one."""
    found = {}
    for kind in Kind:
        ways, finance = compiled.cascade(kind), compiled.finance(kind)
        columns = [one.condition.label(one.rule.id) for one in (*ways, *finance) if one.condition is not None]
        table = Parcel.__table__
        for row in connection.execute(select(table.c.id, *columns).where(table.c.kind == kind)):
            found[row[0]] = (list(row[1 : 1 + len(ways)]), list(row[1 + len(ways) :]))
    return found


def waiting(tmp_path: Path) -> Path:
    """A file of the national rules in which finance waits."""
    file = tmp_path / "own.toml"
    file.write_text(WAITING, encoding="utf-8")
    return file


def test_the_national_rules_name_it_as_a_reading_of_their_own() -> None:
    parameter = load_ruleset().rules.parameters["finance_label_when"]
    assert (parameter.value, parameter.confirmed, parameter.source[0]) == (OTHERS_NOT_YES, False, "◊")
    assert not load_ruleset().rules.finance_waits
    assert read_ruleset(WAITING).rules.finance_waits


def test_a_set_that_does_not_say_takes_what_is_unknown_as_not_possible_so_far() -> None:
    before, _, rest = OWN.partition("[parameters.finance_label_when]")
    assert not read_ruleset(before + rest[rest.index("[parameters.") :]).rules.finance_waits


def test_another_word_is_refused_at_its_line() -> None:
    wrong = OWN.replace(f'value = "{OTHERS_NOT_YES}"', 'value = "always"', 1)
    line = wrong[: wrong.index('"always"')].count("\n") + 1
    with pytest.raises(RuleSetError, match=OTHERS_NO) as refused:
        read_ruleset(wrong, "own.toml")
    assert refused.value.where == f"own.toml:{line}:finance_label_when:value"


def test_a_set_in_which_finance_waits_is_sound(tmp_path: Path) -> None:
    assert lint(waiting(tmp_path)).clean


def test_finance_waits_for_a_no_only_where_the_set_says_so(registry: Any, tmp_path: Path) -> None:
    known, unknown, sold = registry.add_all(
        [
            {"kind": "idle_land", **BOND, **NOTHING_ELSE},
            {"kind": "idle_land", **BOND, **NOTHING_ELSE, "buyer_found": None},
            {"kind": "idle_land", **BOND, **NOTHING_ELSE, "buyer_found": True},
        ]
    )
    said = {}
    for name, file in (("waits", waiting(tmp_path)), ("not", None)):
        labels = registry.labels(registry.run(ruleset_path=file).run_id)
        said[name] = [(labels[code]["rule"], labels[code]["finance"]) for code in (known, unknown, sold)]
    bond = "idle_special_bond"
    assert said["not"] == [(bond, bond), (bond, bond), ("idle_transfer", bond)]
    assert said["waits"] == [(bond, bond), ("idle_review", bond), ("idle_transfer", bond)]


def test_an_explanation_says_what_finance_waits_for(registry: Any, tmp_path: Path) -> None:
    code = registry.add("idle_land", **BOND, **NOTHING_ELSE | {"buyer_found": None})
    registry.run(ruleset_path=waiting(tmp_path))
    with transaction(registry.engine) as connection:
        why = explain(connection, code)
    assert (why["label"], why["measure"], why["finance_option"]) == ("use", "expert_review", "special_bond")
    assert "专项债券收购" in why["reason"]["zh"]
    assert [one["measure"] for one in why["alternatives"]] == ["special_bond"]
    assert "buyer_found" in [one["fact"] for one in why["to_find_out"]]
    assert {one["label"]: one["possible"] for one in why["trace"]["cascade"]} == {
        "use": "no", "sell": "unknown", "lease": "no", "finance": "yes",
    }  # fmt: skip
    assert why["flip"]["fact"] == "buyer_found"
    ways = [(one["to"], one["rule"]) for one in why["trace"]["flips"] if one["fact"] == "buyer_found"]
    assert ways == [(True, "idle_transfer"), (False, "idle_special_bond")]


@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    many=st.lists(
        st.fixed_dictionaries({"kind": st.sampled_from(["idle_land", "unsupplied_land", "idle_factory"])}).flatmap(
            lambda one: st.fixed_dictionaries({name: st.sampled_from(values) for name, values in MAYBE.items()}).map(
                lambda facts: {**one, **facts}
            )
        ),
        min_size=10,
        max_size=20,
    )
)
def test_finance_is_the_label_just_where_the_three_say_so(registry: Any, many: list[Any]) -> None:
    registry.add_all(many)
    rules: list[LoadedRuleSet] = [load_ruleset(), read_ruleset(WAITING)]
    for loaded in rules:
        compiled = compile_rules(loaded, Parcel.__table__, literal(AS_OF, Date()))
        with transaction(registry.engine) as connection:
            said = answered(compiled, connection)
            rows = connection.execute(reasoned_query(compiled)).mappings().all()
        for row in rows:
            ways, finance = said[row["parcel_id"]]
            allowed = {False} if loaded.rules.finance_waits else {False, None}
            wanted = True in finance and set(ways) <= allowed
            assert (loaded.rules.rules[row["rule_no"] - 1].label == Label.FINANCE) == wanted
            assert (row["finance_rule_no"] is not None) == (True in finance)
