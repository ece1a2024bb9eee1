"""What a rule set is made of: parameters, measures, gates, rules and sums. How its text is read: `ruleset`."""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gisreg.planning import finance_label
from gisreg.planning.clauses import in_english
from gisreg.planning.clock.limits import Limits, limits_of
from gisreg.text import Text
from gisreg.vocab import Kind, Label

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Words = Annotated[str, Field(min_length=1)]


class Strict(BaseModel):
    """No field but those that are named here; nothing is changed once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Bilingual(Strict):
    """Wording in both languages."""

    zh: Words
    en: Words

    @property
    def text(self) -> Text:
        """As the rest of the registry holds it."""
        return Text(self.zh, self.en)


class Step(Bilingual):
    """One step of a measure; its days are counted from the end of the step before."""

    agency: Words
    days: Annotated[int, Field(ge=1, le=3650)]
    counted: Literal["calendar", "working"] = "calendar"
    basis: Words | None = None


class Measure(Bilingual):
    """A way of disposing of a parcel."""

    closes: bool = True
    """Whether the parcel can be closed out by it; a fee, an extension or a place in the reserve is not enough."""
    steps: tuple[Step, ...] = ()
    documents: tuple[Words, ...] = ()
    """Papers that the measure needs, in Chinese; English by :meth:`RuleSet.worded`."""


class Heading(Strict):
    """Which rule set this is."""

    name: Identifier
    version: Words
    title: Bilingual
    valid_from: date
    notes: Bilingual | None = None
    extends: Identifier | None = None
    """Another set that this one changes: what it does not name stays as it is there."""
    based_on: str | None = None
    """Name and version of the set that was extended, in the text of both put together."""


class Parameter(Strict):
    """A number, date or word that a county may change; ``confirmed`` is false for readings and memory (◊, [m])."""

    value: bool | int | float | date | str
    title: Bilingual
    unit: str | None = None
    source: Words
    confirmed: bool


class Gate(Strict):
    """What holds action on a parcel, and never erases its label."""

    id: Identifier
    title: Bilingual
    when: Words
    unknown_when: str | None = None
    """Says in addition when the fact is unknown, for facts whose vocabulary has a word for that."""
    basis: Words
    kinds: tuple[Kind, ...] = tuple(Kind)
    labels: tuple[Label, ...] = ()
    """Concerns only these labels; empty for all."""
    measures: tuple[Identifier, ...] = ()
    """Concerns only these measures; empty for all."""
    except_measures: tuple[Identifier, ...] = ()
    """And of all these not."""

    def concerns(self, rule: "Rule") -> bool:
        """Whether the gate has a say about what a rule proposes."""
        return (
            rule.kind in self.kinds
            and (not self.labels or rule.label in self.labels)
            and (not self.measures or rule.measure in self.measures)
            and rule.measure not in self.except_measures
        )


class WhyNot(Bilingual):
    """What to say where a way out is closed because of ``when``."""

    when: Words


class Rule(Strict):
    """One way out: when it is open, and what it rests on."""

    id: Identifier
    kind: Kind
    label: Label
    measure: Identifier
    when: str | None = None
    fallback: bool = False
    """Applies where no other rule does."""
    reason: Bilingual
    basis: Words
    source: str | None = None
    agency: Words
    days: Annotated[int, Field(ge=1, le=3650)] | None = None
    end_use: tuple[Identifier, ...] = ()
    """What becomes of a building, by the tokens of ``[end_uses]``."""
    why_not: tuple[WhyNot, ...] = ()
    """Where the rule fails: a wording for each condition that fails it."""

    @model_validator(mode="after")
    def _condition_or_fallback(self) -> Self:
        if self.fallback == bool(self.when):
            raise ValueError("needs either `when` or `fallback = true`")
        return self


class MoneyRule(Strict):
    """A sum that a measure brings or costs, in 10,000 yuan unless another unit is named."""

    id: Identifier
    title: Bilingual
    effect: Literal["income", "cost", "waiting"]
    """What the county or the holder gets, has to spend, or loses by waiting a year."""
    per: Literal["once", "year"] = "once"
    measures: tuple[Identifier, ...] = ()
    """Of these measures only; empty for all."""
    kinds: tuple[Kind, ...] = tuple(Kind)
    formula: Words
    unit: str = "万元"
    basis: Words
    confirmed: bool = True


class RuleSet(Strict):
    """A whole rule set. Order of rules within a kind and label is the order in which they are tried."""

    ruleset: Heading
    parameters: dict[Identifier, Parameter] = {}
    measures: dict[Identifier, Measure]
    english: dict[Words, Words] = {}
    """Agencies, documents, and legal bases part by part, in English."""
    end_uses: dict[Identifier, Bilingual] = {}
    gates: tuple[Gate, ...] = ()
    money: tuple[MoneyRule, ...] = ()
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]

    @property
    def title(self) -> str:
        """Name and version, as stamped on every label."""
        return f"{self.ruleset.name} {self.ruleset.version}"

    @property
    def limits(self) -> Limits:
        """The periods and shares by which the clock goes."""
        return limits_of(self._values)

    @property
    def finance_waits(self) -> bool:
        """Whether finance is no label while it is unknown if use, sell or lease is possible."""
        return finance_label.waits_for_a_no(self._values)

    @property
    def _values(self) -> dict[str, Any]:
        return {name: parameter.value for name, parameter in self.parameters.items()}

    def worded(self, words: str) -> Text:
        """An agency or a legal basis in both languages; a part without English stays as it is."""
        whole = self.english.get(words)
        return Text(words, whole) if whole else in_english(words, self.english)
