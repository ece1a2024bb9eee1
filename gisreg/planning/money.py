"""Money of a measure: fee, price, income, cost of waiting; every figure with its formula, unknown facts as a range."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gisreg.columns import unit_words
from gisreg.filters import Known
from gisreg.parcels.queryables import Queryable
from gisreg.planning.formula import ANYTHING, NOT_NEGATIVE, SHOWN, Formula, FormulaError, Range, read_formula
from gisreg.planning.ruleset import LoadedRuleSet, MoneyRule, RuleSetError
from gisreg.text import Language, Text
from gisreg.vocab import Kind

PARAMETER_PREFIX = "param."
NUMERIC = ("number", "integer")
MAY_BE_NEGATIVE = ("yearly_income_wan",)
"""Facts that can be less than nothing; of all others an unknown one is at least that."""
DECIMALS = 2
WAN, YUAN_PER_WAN = "万元", 10_000
"""English counts in yuan."""
RANGES = {
    "exact": Text("{high} {unit}", "{high} {unit}"),
    "most": Text("至多 {high} {unit}", "at most {high} {unit}"),
    "least": Text("至少 {low} {unit}", "at least {low} {unit}"),
    "between": Text("{low}–{high} {unit}", "{low} to {high} {unit}"),
    "none": Text("无法计算", "no figure"),
}


@dataclass(frozen=True)
class Sum:
    """A money rule with its formula read."""

    rule: MoneyRule
    formula: Formula

    def concerns(self, kind: Kind | str, measure: str) -> bool:
        """Whether it says something about this measure on a parcel of this kind."""
        return kind in self.rule.kinds and (not self.rule.measures or measure in self.rule.measures)


@dataclass(frozen=True)
class Figure:
    """What a sum comes to for one parcel."""

    rule: MoneyRule
    amount: Range
    formula: Text
    """In words, with the titles of the facts."""
    filled: Text
    """The same with the values seen."""
    unknown: tuple[str, ...]
    """Names of the facts for want of which it is not exact."""

    @property
    def form(self) -> str:
        """``exact``, ``most``, ``least``, ``between``, or ``none`` where nothing can be said."""
        if self.amount.exact is not None:
            return "exact"
        if not self.amount.bounded:
            return "none"
        if not self.amount.high < float("inf"):
            return "least"
        return "between" if self.amount.low > 0 else "most"

    def said(self, language: Language) -> str:
        """The amount for readers."""
        times, unit = (YUAN_PER_WAN, "yuan") if (language, self.rule.unit) == ("en", WAN) else (1, None)
        words = {"low": _shown(self.amount.low * times), "high": _shown(self.amount.high * times)}
        return RANGES[self.form].say(language, **words, unit=unit or unit_words(self.rule.unit).say(language))

    def as_json(self) -> dict[str, Any]:
        """For machines: ``low`` and ``high`` are null where there is no such bound."""
        bounded = {"exact": (True, True), "most": (False, True), "least": (True, False), "between": (True, True)}
        has_low, has_high = bounded.get(self.form, (False, False))
        return {
            "id": self.rule.id, "title": self.rule.title.text._asdict(), "effect": self.rule.effect,
            "per": self.rule.per, "unit": self.rule.unit, "form": self.form,
            "low": round(self.amount.low, DECIMALS) + 0.0 if has_low else None,
            "high": round(self.amount.high, DECIMALS) + 0.0 if has_high else None,
            "said": {"zh": self.said("zh"), "en": self.said("en")}, "formula": self.formula._asdict(),
            "filled": self.filled._asdict(), "unknown": list(self.unknown), "basis": self.rule.basis,
            "confirmed": self.rule.confirmed,
        }  # fmt: skip


def read_sums(loaded: LoadedRuleSet, names: Mapping[str, Known]) -> tuple[Sum, ...]:
    """The money rules of a set, with every name looked up among the facts and parameters that rules may use.

    Raises:
        RuleSetError: a formula is none, or speaks of what is unknown or no number.
    """
    found = []
    for rule in loaded.rules.money:
        where = f"{loaded.file}:{rule.id}:formula"
        try:
            formula = read_formula(rule.formula, where)
        except FormulaError as error:
            raise RuleSetError(where, detail=Text(error.say_what("zh"), error.say_what("en"))) from None
        for name in formula.names:
            if name not in names or names[name].queryable.type not in NUMERIC:
                detail = Text(f"{name} 不是数值事实或参数", f"{name} is no numeric fact or parameter")
                raise RuleSetError(where, detail=detail)
        found.append(Sum(rule, formula))
    return tuple(found)


def facts_needed(sums: Iterable[Sum]) -> list[str]:
    """Names of the stored and derived facts that the formulas speak of; parameters left out."""
    names = dict.fromkeys(name for one in sums for name in one.formula.names)
    return [name for name in names if not name.startswith(PARAMETER_PREFIX)]


def parameters_as_ranges(loaded: LoadedRuleSet) -> dict[str, Range]:
    """The set's numbers, by the names that formulas use."""
    return {
        PARAMETER_PREFIX + name: Range.exactly(float(parameter.value))
        for name, parameter in loaded.rules.parameters.items()
        if isinstance(parameter.value, int | float) and not isinstance(parameter.value, bool)
    }


def as_ranges(facts: Mapping[str, float | None]) -> dict[str, Range]:
    """What each fact can be: its value, or where it is unknown anything that such a fact may be."""
    return {
        name: unknown_range(name) if value is None else Range.exactly(float(value)) for name, value in facts.items()
    }


def unknown_range(name: str) -> Range:
    """All that a fact may be."""
    return ANYTHING if name in MAY_BE_NEGATIVE else NOT_NEGATIVE


def figures(
    sums: Sequence[Sum], kind: Kind | str, measure: str, values: Mapping[str, Range], titles: Mapping[str, Queryable]
) -> list[Figure]:
    """All that can be said in money of a measure on a parcel; ``values`` has facts and parameters."""
    return [_figure(one, values, titles) for one in sums if one.concerns(kind, measure)]


def _figure(one: Sum, values: Mapping[str, Range], titles: Mapping[str, Queryable]) -> Figure:
    amount_seen = one.formula.value(values)
    missing = () if amount_seen.exact is not None else one.formula.names
    unknown = tuple(name for name in missing if values[name].exact is None)
    by_title = {language: _in_words(one.formula, language, _titled(titles, language)) for language in ("zh", "en")}
    filled = {language: _in_words(one.formula, language, _valued(values)) for language in ("zh", "en")}
    if one.rule.unit == WAN and set(filled["en"]) & set(" ("):  # the amount is told in yuan, its facts are not
        filled["en"] = f"{YUAN_PER_WAN:,} yuan × ({filled['en']})"
    return Figure(one.rule, amount_seen, Text(**by_title), Text(**filled), unknown)


def _in_words(formula: Formula, language: Any, shown: Any) -> str:
    return formula.words(shown, lambda function: SHOWN[function].say(language))


def _titled(titles: Mapping[str, Queryable], language: Any) -> Any:
    return lambda name: titles[name].titles.say(language)


def _valued(values: Mapping[str, Range]) -> Any:
    def shown(name: str) -> str:
        exact = values[name].exact
        return "?" if exact is None else _shown(exact)

    return shown


def _shown(value: float) -> str:
    """With thousands apart and no needless noughts."""
    if not abs(value) < float("inf"):
        return "∞"
    # a nought with a minus sign is a nought: adding one takes the sign away
    rounded = round(Decimal(repr(value)), 4 if abs(value) < 1 else DECIMALS) + 0
    return f"{rounded.normalize():,f}"
