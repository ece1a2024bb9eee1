"""Formulas of money: what they come to, with all facts known or with some unknown, and what is none."""

import contextlib
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisreg.errors import GisregError
from gisreg.planning.formula import ANYTHING, NO_FIGURE, NOT_NEGATIVE, FormulaError, Range, read_formula
from gisreg.planning.formula_arrays import Ranges, values

KNOWN = Range.exactly


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("0.2 * price", 240.0),
        ("param.share * price", 240.0),
        ("min(value, cost)", 800.0),
        ("max(value, cost) - value", 200.0),
        ("-(value - cost) / 2 + 1", 101.0),
        ("first(price, value)", 1200.0),
        ("price - value - 100", 300.0),
        ("price / 4 / 3", 100.0),
    ],
)
def test_with_all_facts_known_it_is_arithmetic(source: str, expected: float) -> None:
    facts = {"price": KNOWN(1200), "value": KNOWN(800), "cost": KNOWN(1000), "param.share": KNOWN(0.2)}
    assert read_formula(source).value(facts).exact == pytest.approx(expected)


def test_an_unknown_fact_gives_a_range_and_never_zero() -> None:
    facts = {"value": KNOWN(800), "cost": NOT_NEGATIVE}
    assert read_formula("min(value, cost)").value(facts) == Range(0, 800)
    assert read_formula("max(value, cost)").value(facts) == Range(800, math.inf)
    assert read_formula("value + cost").value(facts) == Range(800, math.inf)
    nothing_known = read_formula("0.2 * cost").value(facts)
    assert nothing_known.exact is None
    assert not nothing_known.bounded
    assert read_formula("first(cost, value)").value(facts).exact == 800


@pytest.mark.parametrize(("income", "rent"), [(30.0, 30.0), (0.0, 40.0), (-0.0, 40.0), (-12.5, 40.0), (None, 40.0)])
def test_what_is_nothing_or_less_says_nothing_of_what_is_asked(income: float | None, rent: float) -> None:
    facts = {"income": ANYTHING if income is None else KNOWN(income), "value": KNOWN(1000)}
    assert read_formula("first(positive(income), 0.04 * value)").value(facts).exact == pytest.approx(rent)
    assert read_formula("positive(income)").value({"income": Range(-3.0, 5.0)}) == Range(0.0, 5.0)


@pytest.mark.parametrize("source", ["value / 0", "value / (value - value)", "0 / 0", "value / nought"])
def test_a_division_by_nothing_gives_no_figure(source: str) -> None:
    result = read_formula(source).value({"value": KNOWN(800), "nought": KNOWN(0)})
    assert result.nothing
    assert result.exact is None
    assert not result.bounded


@pytest.mark.parametrize(
    "source",
    [
        "", "1 +", "__import__('os')", "price.__class__", "open('x')", "price ** 2", "price if price else 1", "[1]",
        "positive()", "positive(price, value)",
        "min()", "min(price, key=1)", "'a'", "True", "price > 1", "lambda: 1", "1e999", "9" * 400,
        "param.a.b", "other.name",
        "(" * 500, "-" * 300 + "1", "1+" * 5000 + "1", "price; price", "f'{price}'", "price\x00",
    ],
)  # fmt: skip
def test_what_is_no_arithmetic_is_refused_in_one_line(source: str) -> None:
    with pytest.raises(FormulaError) as error:
        read_formula(source, "rules.toml:fee")
    assert "rules.toml:fee" in error.value.line("zh")
    assert "\n" not in error.value.line("en")


def test_it_is_told_in_words() -> None:
    formula = read_formula("param.rate * (value - cost) + min(value, 3) / 2 - (1 + 2)")
    assert formula.names == ("param.rate", "value", "cost")
    said = formula.words(
        {"param.rate": "利率", "value": "估值", "cost": "成本"}.__getitem__, lambda f: {"min": "较低者"}[f]
    )
    assert said == "利率 × (估值 − 成本) + 较低者(估值, 3) ÷ 2 − (1 + 2)"


NUMBERS = st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: round(x, 3))
LEAVES = st.one_of(st.sampled_from(["a", "b", "param.c"]), st.integers(0, 99).map(str))
FORMULAS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
        inner.map(lambda one: f"-{one}"),
    ),
    max_leaves=8,
)


@given(FORMULAS, NUMBERS, NUMBERS, NUMBERS, st.sets(st.sampled_from(["a", "b", "param.c"])))
def test_whatever_an_unknown_fact_is_the_range_holds_the_result(source, a, b, c, hidden) -> None:
    values = {"a": a, "b": b, "param.c": c}
    formula = read_formula(source)
    truth = formula.value({name: KNOWN(value) for name, value in values.items()})
    seen = formula.value({name: ANYTHING if name in hidden else KNOWN(value) for name, value in values.items()})
    if truth.exact is None or seen.nothing:
        return
    slack = 1e-6 * max(1.0, abs(truth.exact))
    assert seen.low - slack <= truth.exact <= seen.high + slack


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(GisregError):
        assert read_formula(text).source == text.strip()


FORMULAS = st.recursive(
    st.sampled_from(["a", "b", "c", "param.d", "0", "2", "0.5"]),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner),
        st.builds("{}({}, {})".format, st.sampled_from(["min", "max", "first"]), inner, inner),
        st.builds("-({})".format, inner),
        st.builds("positive({})".format, inner),
    ),
    max_leaves=6,
)
KNOWN_OR_NOT = st.one_of(
    st.just(NOT_NEGATIVE), st.just(ANYTHING), st.just(NO_FIGURE), st.sampled_from([-3.0, 0.0, 1.0, 8.0]).map(KNOWN),
    st.just(Range(-2.0, 5.0)), st.just(Range(0.0, 4.0)),
)  # fmt: skip


@given(source=FORMULAS, facts=st.lists(st.tuples(*[KNOWN_OR_NOT] * 4), min_size=1, max_size=6))
def test_many_at_once_come_to_what_each_comes_to(source: str, facts: list[tuple[Range, ...]]) -> None:
    names = ("a", "b", "c", "param.d")
    formula = read_formula(source)
    one_by_one = [formula.value(dict(zip(names, one, strict=True))) for one in facts]
    columns = {
        name: Ranges(
            np.array([one[place].low for one in facts]),
            np.array([one[place].high for one in facts]),
            np.array([one[place].nothing for one in facts]),
        )
        for place, name in enumerate(names)
    }
    found = values(formula, columns, len(facts))
    # a difference of what has no bound has none either, whichever way it is written
    told = [(one.low, one.high, one.nothing) for one in one_by_one]
    assert repr(list(zip(found.low + 0.0, found.high + 0.0, found.nothing, strict=True))) == repr(
        [(np.float64(low + 0.0), np.float64(high + 0.0), np.bool_(nothing)) for low, high, nothing in told]
    )


def test_what_is_not_known_is_no_number_among_many() -> None:
    found = Ranges.of([3.0, None], ANYTHING)
    assert (found.exact.tolist(), found.low[1], found.high[1]) == ([True, False], -math.inf, math.inf)
