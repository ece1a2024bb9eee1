"""What a measure brings and costs: each figure with its formula, and never a figure out of nothing."""

from pathlib import Path
from typing import Any

import pytest

from gisreg.db.engine import transaction
from gisreg.planning.compile import check_conditions
from gisreg.planning.explain import explain
from gisreg.planning.money import Figure, as_ranges, facts_needed, figures, parameters_as_ranges, read_sums
from gisreg.planning.ruleset import NATIONAL, RuleSetError, load_ruleset, read_ruleset


def money(kind: str, measure: str, **facts: float) -> dict[str, Figure]:
    """The figures of a measure by id, from the national rules; facts not named are unknown."""
    loaded = load_ruleset()
    names = check_conditions(loaded).names
    sums = read_sums(loaded, names)
    values = {**parameters_as_ranges(loaded), **as_ranges({**dict.fromkeys(facts_needed(sums)), **facts})}
    found = figures(sums, kind, measure, values, {name: known.queryable for name, known in names.items()})
    return {one.rule.id: one for one in found}


def test_the_idle_fee_is_a_fifth_of_the_price() -> None:
    """53号令第十四条第(一)项."""
    fee = money("idle_land", "idle_fee", price_wan=1234.5)["idle_fee_due"]
    assert fee.amount.exact == pytest.approx(246.9)
    assert fee.said("zh") == "246.9 万元"
    assert fee.formula.zh == "土地闲置费占土地价款比例 × 土地价款"
    assert fee.filled.en == "10,000 yuan × (0.2 × 1,234.5)"
    assert fee.unknown == ()


def test_a_buy_back_costs_the_lower_of_value_and_cost() -> None:
    """自然资发〔2024〕242号."""
    base = money("idle_land", "buy_back", market_value_wan=900.0, land_cost_wan=1000.0)["buy_back_base"]
    assert base.amount.exact == 900
    one_known = money("idle_land", "special_bond", land_cost_wan=1000.0)["buy_back_base"]
    assert (one_known.form, one_known.said("zh"), one_known.said("en")) == (
        "most", "至多 1,000 万元", "at most 10,000,000 yuan",
    )  # fmt: skip
    assert one_known.unknown == ("market_value_wan",)
    assert one_known.as_json()["low"] is None


def test_where_nothing_is_known_there_is_no_figure_and_never_zero() -> None:
    for kind, measure in (("idle_land", "idle_fee"), ("idle_land", "buy_back"), ("idle_factory", "public_let")):
        for figure in money(kind, measure).values():
            assert figure.form == "none", (measure, figure)
            assert figure.said("zh") == "无法计算"
            assert figure.as_json()["low"] is figure.as_json()["high"] is None


def test_a_building_that_earns_nothing_says_nothing_of_its_rent() -> None:
    told = money("idle_factory", "public_let", yearly_income_wan=0.0, market_value_wan=1000.0)
    assert told["rent"].amount.exact == 40


def test_a_known_rent_goes_before_an_estimated_one() -> None:
    known = money("idle_factory", "public_let", yearly_income_wan=30.0, market_value_wan=1000.0)["rent"]
    assert known.amount.exact == 30
    assert money("idle_factory", "public_let", market_value_wan=1000.0)["rent"].amount.exact == pytest.approx(40)
    assert not known.rule.confirmed, "the share is our own reading and is shown as such"


def test_waiting_costs_something_on_every_kind() -> None:
    for kind in ("unsupplied_land", "idle_land", "half_finished_project", "idle_factory"):
        waiting = [
            one for one in money(kind, "expert_review", market_value_wan=500.0).values() if one.rule.effect == "waiting"
        ]
        assert [one.amount.exact for one in waiting] == [pytest.approx(20.0)]


@pytest.mark.parametrize("nought", [-0.0, 0.0, -0.00001])
def test_nothing_is_told_without_a_minus_sign(nought: float) -> None:
    owed = money("half_finished_project", "debt_restructuring", debt_wan=nought)["debt_settled"]
    assert (owed.said("zh"), owed.filled.zh) == ("0 万元", "0")
    assert str(owed.as_json()["low"]) == str(owed.as_json()["high"]) == "0.0"


def with_money(tmp_path: Path, formula: str) -> str:
    text = NATIONAL.read_text(encoding="utf-8").replace('formula = "debt_wan"', f'formula = "{formula}"')
    assert formula in text
    return text


@pytest.mark.parametrize("formula", ["debt_wan +", "debts_wan", "holder_class", "param.nothing", "__import__('os')"])
def test_a_formula_that_is_none_is_named_by_its_place(tmp_path: Path, formula: str) -> None:
    with pytest.raises(RuleSetError) as error:
        check_conditions(read_ruleset(with_money(tmp_path, formula), "rules.toml"))
    assert "rules.toml:debt_settled:formula" in error.value.line("zh")


def test_a_division_by_nothing_gives_no_figure(tmp_path: Path) -> None:
    loaded = read_ruleset(with_money(tmp_path, "debt_wan / (debt_wan - debt_wan)"), "rules.toml")
    names = check_conditions(loaded).names
    sums = read_sums(loaded, names)
    values = {**parameters_as_ranges(loaded), **as_ranges({**dict.fromkeys(facts_needed(sums)), "debt_wan": 5.0})}
    titles = {name: known.queryable for name, known in names.items()}
    found = {one.rule.id: one for one in figures(sums, "half_finished_project", "debt_restructuring", values, titles)}
    assert found["debt_settled"].form == "none"


def test_an_explanation_has_the_money_of_its_measure(registry: Any) -> None:
    code = registry.add("idle_land", buy_back_funds=True, market_value_wan=800.0, land_cost_wan=700.0)
    registry.run()
    with transaction(registry.engine) as connection:
        why = explain(connection, code)
    assert why["measure"] == "buy_back"
    sums = {one["id"]: one for one in why["money"]}
    assert (sums["buy_back_base"]["low"], sums["buy_back_base"]["high"]) == (700, 700)
    assert sums["buy_back_base"]["formula"]["zh"] == "较低者(评估价值, 土地成本)"
