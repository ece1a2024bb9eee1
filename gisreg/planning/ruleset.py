"""A rule set as data: TOML with parameters, measures, gates and rules. Reading it and saying what is wrong with it."""

import hashlib
import tomllib
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gisreg.errors import InputError
from gisreg.settings import PROJECT_DIR
from gisreg.text import Text
from gisreg.vocab import Kind, Label

NATIONAL = PROJECT_DIR / "data" / "rules" / "national.toml"
MAX_GATES = 31
"""Two bits a gate (holds, unknown) in one 63-bit mask."""
MAX_BYTES = 2_000_000

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Words = Annotated[str, Field(min_length=1)]


class RuleSetError(InputError):
    """A rule set that cannot be used; ``where`` is file, rule and field."""

    what: ClassVar[Text] = Text("规则集有误:{detail}", "the rule set is wrong: {detail}")
    mend: ClassVar[Text] = Text(
        "请更正规则文件,可用 gisreg plan lint 检查", "correct the file; gisreg plan lint checks it"
    )


class RuleSetUnreadable(InputError):
    """The file is missing or is not TOML."""

    what: ClassVar[Text] = Text("规则集读不出来:{detail}", "the rule set cannot be read: {detail}")
    mend: ClassVar[Text] = Text("请给出一个 UTF-8 编码的 TOML 文件", "name a TOML file in UTF-8")


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bilingual(_Model):
    """Wording in both languages."""

    zh: Words
    en: Words

    @property
    def text(self) -> Text:
        """As the rest of the registry holds it."""
        return Text(self.zh, self.en)


class Measure(Bilingual):
    """A way of disposing of a parcel."""

    closes: bool = True
    """Whether the parcel can be closed out by it; a fee, an extension or a place in the reserve is not enough."""


class Heading(_Model):
    """Which rule set this is."""

    name: Identifier
    version: Words
    title: Bilingual
    valid_from: date
    notes: Bilingual | None = None


class Parameter(_Model):
    """A number, date or word that a county may change; ``confirmed`` is false for readings and memory (◊, [m])."""

    value: bool | int | float | date | str
    title: Bilingual
    unit: str | None = None
    source: Words
    confirmed: bool


class Gate(_Model):
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


class Rule(_Model):
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

    @model_validator(mode="after")
    def _condition_or_fallback(self) -> Self:
        if self.fallback == bool(self.when):
            raise ValueError("needs either `when` or `fallback = true`")
        return self


class MoneyRule(_Model):
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


class RuleSet(_Model):
    """A whole rule set. Order of rules within a kind and label is the order in which they are tried."""

    ruleset: Heading
    parameters: dict[Identifier, Parameter] = {}
    measures: dict[Identifier, Measure]
    english: dict[Words, Words] = {}
    """Agencies, and legal bases part by part, in English."""
    gates: tuple[Gate, ...] = ()
    money: tuple[MoneyRule, ...] = ()
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]

    @property
    def title(self) -> str:
        """Name and version, as stamped on every label."""
        return f"{self.ruleset.name} {self.ruleset.version}"

    def worded(self, words: str) -> Text:
        """An agency or a legal basis in both languages; a part without English stays as it is."""
        parts = [part.strip() for part in words.split(";")]
        return Text(words, self.english.get(words) or "; ".join(self.english.get(part, part) for part in parts))


class LoadedRuleSet(_Model):
    """A rule set with the very text it came from."""

    rules: RuleSet
    toml: str
    sha256: str
    file: str


def load_ruleset(path: Path = NATIONAL) -> LoadedRuleSet:
    """Read and check a file."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise RuleSetUnreadable(str(path), detail=error.strerror or str(error)) from None
    if len(raw) > MAX_BYTES:
        raise RuleSetUnreadable(str(path), detail=f"{len(raw)} > {MAX_BYTES} bytes")
    try:
        return read_ruleset(raw.decode("utf-8"), path.name)
    except UnicodeDecodeError as error:
        raise RuleSetUnreadable(str(path), detail=f"UTF-8, byte {error.start}") from None


@lru_cache(maxsize=8)
def read_ruleset(toml: str, file: str = "rules.toml") -> LoadedRuleSet:
    """Check a rule set's text: form, references, one fallback a kind. Conditions are checked when they are compiled."""
    try:
        data = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise RuleSetUnreadable(file, detail=str(error)) from None
    try:
        rules = RuleSet.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        raise RuleSetError(_place(file, data, first["loc"]), detail=first["msg"]) from None
    _check_references(rules, file)
    return LoadedRuleSet(rules=rules, toml=toml, sha256=hashlib.sha256(toml.encode()).hexdigest(), file=file)


def _place(file: str, data: dict[str, object], location: tuple[int | str, ...]) -> str:
    """``file:rule id:field`` instead of list numbers."""
    parts, node = [file], data
    for step in location:
        try:
            node = node[step]  # type: ignore[index,assignment] # whatever TOML holds, walked by its own path
        except (KeyError, IndexError, TypeError):
            parts.append(str(step))
            continue
        named = node.get("id") if isinstance(node, dict) and isinstance(step, int) else None
        parts.append(str(named or step))
    return ":".join(parts)


def _check_references(rules: RuleSet, file: str) -> None:
    _refuse_twice([gate.id for gate in rules.gates], f"{file}:gates")
    _refuse_twice([rule.id for rule in rules.rules], f"{file}:rules")
    _refuse_twice([rule.id for rule in rules.money], f"{file}:money")
    if len(rules.gates) > MAX_GATES:
        raise RuleSetError(f"{file}:gates", detail=f"{len(rules.gates)} > {MAX_GATES}")
    for rule in rules.rules:
        if rule.measure not in rules.measures:
            raise RuleSetError(f"{file}:{rule.id}:measure", detail=f"[measures.{rule.measure}] ?")
    used = {rule.measure for rule in rules.rules}
    concerned: tuple[Gate | MoneyRule, ...] = (*rules.gates, *rules.money)
    for one in concerned:
        for measure in one.measures:
            if measure not in used:
                raise RuleSetError(f"{file}:{one.id}:measures", detail=f"{measure} ?")
    for kind in Kind:
        fallbacks = [rule.id for rule in rules.rules if rule.kind == kind and rule.fallback]
        if len(fallbacks) != 1:
            raise RuleSetError(f"{file}:rules", detail=f"{kind}: fallback = true × {len(fallbacks)} ≠ 1 {fallbacks}")


def _refuse_twice(names: list[str], where: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise RuleSetError(where, detail=f"id × 2: {', '.join(twice)}")
