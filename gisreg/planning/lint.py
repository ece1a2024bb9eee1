"""``plan lint``: all that is wrong with a rule set at once, each finding with line, rule, what and mend. No database.

An *error* keeps a set from being used or makes it say what no law says; a *warning* is likely a mistake; a *note* is
what a lawyer should know. Whether a set is used does not depend on warnings and notes.
"""

import ast
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, ClassVar, Literal

from sqlalchemy import Date, literal

from gisreg.days import today
from gisreg.db.models import Parcel
from gisreg.errors import GisregError, InputError
from gisreg.filters import FilterError, Known, compile_condition
from gisreg.filters.parse import Tree, parse
from gisreg.planning import finance_label
from gisreg.planning.clock.limits import NAMES, NATIONAL_LIMITS, Limits, fault_of
from gisreg.planning.compile import CASCADE, PARAMETER_PREFIX, parameters
from gisreg.planning.facts import facts_of
from gisreg.planning.formula import Formula, FormulaError, read_formula
from gisreg.planning.lint_values import cannot_be_negative, odd_values
from gisreg.planning.lint_words import FINDINGS
from gisreg.planning.logic import Domain, implies, limits_in, put_in, search
from gisreg.planning.money import NUMERIC
from gisreg.planning.named import SOURCES_FILE
from gisreg.planning.places import lines_of, nearest_line, path_of
from gisreg.planning.ruleset import (
    NATIONAL,
    Gate,
    LoadedRuleSet,
    MoneyRule,
    Parameter,
    Rule,
    faults_of,
    load_ruleset,
)
from gisreg.planning.sources import Citation, citations
from gisreg.text import Language, Text
from gisreg.vocab import Kind, Label

Level = Literal["error", "warning", "note"]
LEVELS: dict[Level, Text] = {
    "error": Text("错误", "error"), "warning": Text("警告", "warning"), "note": Text("提示", "note"),
}  # fmt: skip
LANGUAGES: tuple[Language, ...] = ("zh", "en")
NOT_YET_VALID = "not_yet_valid"
Ordered = Sequence[tuple[Rule, Tree]]


class RuleSetUnsound(InputError):
    """The labels in force stay: no county is labelled by a set with errors."""

    what: ClassVar[Text] = Text("规则集有 {count} 处错误,不能使用:{first}", "the rule set has {count} errors: {first}")
    mend: ClassVar[Text] = Text("{how};gisreg plan lint 列出全部", "{how}; gisreg plan lint lists all")


class RuleSetFaulty(InputError):
    """The check found errors; they are listed before this line."""

    what: ClassVar[Text] = Text("规则集有 {count} 处错误", "the rule set has {count} errors")
    mend: ClassVar[Text] = Text("请按所列行号更正后再检查", "correct the lines listed and check again")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or worth knowing."""

    level: Level
    code: str
    file: str
    line: int | None
    thing: str
    """The rule, gate, sum, parameter, measure or end use."""
    field: str
    what: Text
    mend: Text

    @property
    def place(self) -> str:
        """``file:line:rule:field``."""
        parts = (self.file, str(self.line or ""), self.thing, self.field)
        return ":".join(part for part in parts if part)

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "level": self.level, "code": self.code, "file": self.file, "line": self.line, "thing": self.thing,
            "field": self.field, "what": self.what._asdict(), "mend": self.mend._asdict(),
        }  # fmt: skip


@dataclass(frozen=True)
class Report:
    """What a check found; ``loaded`` is None where the file cannot be read as a rule set at all."""

    file: str
    loaded: LoadedRuleSet | None
    findings: tuple[Finding, ...]

    def count(self, level: Level) -> int:
        """How many findings of a level."""
        return sum(finding.level == level for finding in self.findings)

    @property
    def clean(self) -> bool:
        """Whether nothing keeps the set from being used."""
        return not self.count("error")

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        found = {"file": self.file, "clean": self.clean, "findings": [finding.as_json() for finding in self.findings]}
        if self.loaded is None:
            return found
        rules = self.loaded.rules
        unconfirmed = [name for name, parameter in rules.parameters.items() if not parameter.confirmed]
        return found | {
            "ruleset": rules.title, "sha256": self.loaded.sha256, "rules": len(rules.rules), "gates": len(rules.gates),
            "measures": len(rules.measures), "unconfirmed": unconfirmed,
        }  # fmt: skip


def lint(path: Path) -> Report:
    """Check a file: its form, then what it names and says; all that is wrong is told at once.

    Raises:
        PathUnusable: there is no such file.
    """
    try:
        loaded, wrong = faults_of(path)
    except InputError as error:
        return Report(path.name, None, tuple(_form(path, error)))
    check = _Check(loaded)
    order = {level: number for number, level in enumerate(LEVELS)}
    named = [one for error in wrong for one in _form(path, error)]
    found = [*named, *check.all(), *_other_text(check, path)]
    return Report(path.name, loaded, tuple(sorted(found, key=lambda one: (order[one.level], one.line or 0))))


def require_sound(loaded: LoadedRuleSet, as_of: date | None = None, *, early: bool = False) -> None:
    """Refuse a set with errors, before anything is labelled by it as of a day (today).

    It must be valid by that day, or by today where the day is past: what the rules of today say about an earlier day
    may be asked. ``early``: it need not be valid yet.

    The text that the registry brings is taken as it is: a test holds that it has none.

    Raises:
        RuleSetUnsound: where the first error is, and its mend.
    """
    if loaded.sha256 == load_ruleset(NATIONAL).sha256:
        return
    day = max(as_of or today(), today())
    found = [one for one in _Check(loaded, day).all() if one.level == "error"]
    errors = sorted((one for one in found if not (early and one.code == NOT_YET_VALID)), key=lambda one: one.line or 0)
    if errors:
        first = errors[0]
        raise RuleSetUnsound(first.place, count=len(errors), first=first.what, how=first.mend)


def _form(path: Path, error: GisregError) -> Iterator[Finding]:
    """What keeps the file from being read: every fault of form, not the first one only."""
    faults = error.params.get("faults")
    for where, detail in faults if isinstance(faults, list) else [(error.where, error.params.get("detail"))]:
        told = type(error)(where, **{**error.params, "detail": detail})
        inside = where.removeprefix(str(path.parent)).removeprefix("/")
        parts = inside.removeprefix(path.name).removeprefix(":").split(":") if inside.startswith(path.name) else []
        line = int(parts.pop(0)) if parts and parts[0].isdigit() else None
        field = parts.pop() if len(parts) > 1 else ""
        yield Finding("error", told.code, path.name, line, ":".join(parts), field, *_said(told))


def _said(error: GisregError) -> tuple[Text, Text]:
    what = Text(*(error.say_what(language) for language in LANGUAGES))
    return what, Text(*(error.say_mend(language) for language in LANGUAGES))


def _other_text(check: "_Check", path: Path) -> Iterator[Finding]:
    """Other files of the same name and version that say something else: the one finding names them all."""
    others = [file for file in _beside(path) if _says_otherwise(file, check)]
    if others:
        named = Text(
            "、".join(_named(file, path).zh for file in others), ", ".join(_named(file, path).en for file in others)
        )
        taken = {"file": path.name, "other": named, "ruleset": check.rules.title}
        yield check.find("error", "version_taken", "ruleset", "version", **taken)


def _named(file: Path, path: Path) -> Text:
    """Another file by its name; one that lies elsewhere may be called like the one that is checked."""
    if file.parent == path.parent.resolve():
        return Text(file.name, file.name)
    return Text(f"本库的 {file.name}", f"the registry's {file.name}")


def _beside(path: Path) -> list[Path]:
    """The rule sets of the same folder, and those that the registry brings."""
    beside = {file.resolve() for folder in (path.parent, NATIONAL.parent) for file in folder.glob("*.toml")}
    by_name = sorted(beside - {path.resolve()}, key=lambda file: (file.name, file))
    return [file for file in by_name if file.name != SOURCES_FILE]


def _says_otherwise(file: Path, check: "_Check") -> bool:
    """The same name and version with another text; what is no rule set, or a faulty one, its own check names."""
    try:
        other = load_ruleset(file)
    except GisregError:
        return False
    return other.rules.title == check.rules.title and other.sha256 != check.loaded.sha256


class _Check:
    """The checks of one rule set that could be read."""

    def __init__(self, loaded: LoadedRuleSet, valid_by: date | None = None) -> None:
        self.loaded = loaded
        self.valid_by = valid_by or today()
        self.rules = loaded.rules
        self.text = loaded.written or loaded.toml
        self.data: dict[str, Any] = tomllib.loads(self.text)
        self.lines = lines_of(self.text)
        day = literal(date(2026, 1, 1), Date())  # any: only names and types count
        self.names: dict[str, Known] = {**facts_of(Parcel.__table__, day, _limits(loaded)), **parameters(loaded)}
        self.values = {PARAMETER_PREFIX + name: _plain(one) for name, one in loaded.rules.parameters.items()}
        self.trees: dict[str, Tree] = {}
        """Sound conditions of rules and gates by ``id:field``, with the parameters' values put in."""
        self.spoken_of = {PARAMETER_PREFIX + name for name in (*NAMES, finance_label.NAME)}
        """What the clock and the cascade go by, and all that conditions and formulas name."""

    def all(self) -> Iterator[Finding]:
        """Every finding, in no order."""
        yield from self._conditions()
        yield from self._formulas()
        yield from self._clauses()
        yield from self._values()
        yield from self._unused()
        yield from self._coverage()
        yield from self._details()
        yield from self._reach()

    def find(self, level: Level, code: str, thing: str, field: str, **params: object) -> Finding:
        """A finding at its line."""
        what, mend = (Text(*(_worded(words, said, params) for said in LANGUAGES)) for words in FINDINGS[code])
        return self._placed(level, code, thing, field, (what, mend))

    def _placed(self, level: Level, code: str, thing: str, field: str, said: tuple[Text, Text]) -> Finding:
        path = path_of(self.data, thing, field) or ()
        line = nearest_line(self.lines, path)
        return Finding(level, code, self.loaded.file, line, thing, field, *said)

    def _conditions(self) -> Iterator[Finding]:
        """Compiled as a run would, each by itself."""
        for gate in self.rules.gates:
            yield from self._condition(gate.id, "when", gate.when)
            if gate.unknown_when is not None:
                yield from self._condition(gate.id, "unknown_when", gate.unknown_when)
        for rule in self.rules.rules:
            if rule.when is not None:
                yield from self._condition(rule.id, "when", rule.when)
            for why in rule.why_not:
                yield from self._condition(rule.id, "why_not", why.when)

    def _condition(self, thing: str, field: str, source: str) -> Iterator[Finding]:
        try:
            compiled = compile_condition(source, self.names)
        except FilterError as error:
            what, mend = _said(error)
            if error.place:
                what = Text(f"{what.zh} [{error.say_where()}]", f"{what.en} [{error.say_where('en')}]")
            yield self._placed("error", error.code, thing, field, (what, mend))
            return
        tree = put_in(parse(source), self.values)
        self.spoken_of |= {item.name for item in compiled.used}
        self.trees[f"{thing}:{field}"] = tree
        if _divides_by_nothing(tree):
            yield self.find("error", "division_by_zero", thing, field)

    def _formulas(self) -> Iterator[Finding]:
        for one in self.rules.money:
            try:
                formula = read_formula(one.formula)
            except FormulaError as error:
                yield self._placed("error", error.code, one.id, "formula", _said(error))
                continue
            self.spoken_of |= set(formula.names)
            yield from self._formula_names(one.id, formula)
            if any(self._nothing(divisor) for divisor in _divisors(formula.tree)):
                yield self.find("error", "division_by_zero", one.id, "formula")

    def _formula_names(self, thing: str, formula: Formula) -> Iterator[Finding]:
        for name in formula.names:
            if name not in self.names or self.names[name].queryable.type not in NUMERIC:
                yield self.find("error", "formula_name", thing, "formula", name=name)

    def _nothing(self, node: ast.expr) -> bool:
        """Whether a divisor is zero whatever the facts are: by its numbers and parameters, or a thing less itself."""
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
            return ast.dump(node.left) == ast.dump(node.right)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            return self._nothing(node.left) or self._nothing(node.right)
        if isinstance(node, ast.Constant):
            return node.value == 0
        return self.values.get(ast.unparse(node)) == 0

    def _clauses(self) -> Iterator[Finding]:
        """Each clause of each basis has its source."""
        cited: tuple[Gate | Rule | MoneyRule, ...] = (*self.rules.gates, *self.rules.rules, *self.rules.money)
        for one in cited:
            yield from self._basis(one.id, one.basis)
        for token, measure in self.rules.measures.items():
            for step in measure.steps:
                yield from self._basis(token, step.basis or "")

    def _basis(self, thing: str, basis: str) -> Iterator[Finding]:
        for cited in citations(basis):
            wrong = _wrong_with(cited)
            if wrong is not None:
                level, code = wrong
                yield self.find(level, code, thing, "basis", words=cited.words, clause=cited.missing_clause)

    def _values(self) -> Iterator[Finding]:
        """Dates and numbers that cannot be meant."""
        for one in odd_values(self.rules, self.trees, self.names, self.valid_by):
            yield self.find("error", one.code, one.thing, one.field, **one.params)

    def _unused(self) -> Iterator[Finding]:
        """What is there and of no use."""
        measures = {rule.measure for rule in self.rules.rules}
        end_uses = {token for rule in self.rules.rules for token in rule.end_use}
        idle = [
            ("unused_parameter", one) for one in self.rules.parameters if PARAMETER_PREFIX + one not in self.spoken_of
        ]
        idle += [("unused_measure", one) for one in self.rules.measures if one not in measures]
        idle += [("unused_end_use", one) for one in self.rules.end_uses if one not in end_uses]
        for code, name in idle:
            yield self.find("warning", code, name, "", name=name)
        for gate in self.rules.gates:
            if not any(gate.concerns(rule) for rule in self.rules.rules):
                yield self.find("warning", "gate_idle", gate.id, "measures")

    def _coverage(self) -> Iterator[Finding]:
        for kind in Kind:
            ruled = [rule for rule in self.rules.rules if rule.kind == kind and not rule.fallback]
            last = next((rule for rule in self.rules.rules if rule.kind == kind and rule.fallback), None)
            if last is None:
                continue  # told among the references
            if not ruled:
                yield self.find("error", "kind_not_covered", last.id, "kind", kind_zh=kind.zh, kind_en=kind.en)
                continue
            for label in Label:
                if not any(rule.label == label for rule in ruled):
                    words = {"kind_zh": kind.zh, "kind_en": kind.en, "label_zh": label.zh, "label_en": label.en}
                    yield self.find("warning", "label_not_covered", last.id, "kind", **words)

    def _details(self) -> Iterator[Finding]:
        for rule in self.rules.rules:
            measure = self.rules.measures.get(rule.measure)
            total = sum(step.days for step in measure.steps) if measure else 0
            if rule.days is not None and total > rule.days:
                yield self.find("warning", "steps_too_long", rule.id, "days", total=total, days=rule.days)
            if rule.label == Label.FINANCE and not rule.fallback and not rule.why_not:
                yield self.find("warning", "no_why_not", rule.id, "when")

    def _reach(self) -> Iterator[Finding]:
        """Can each rule fire at all, and before the ones that are tried earlier?"""
        domains = self._domains()
        for kind in Kind:
            ruled = [rule for rule in self.rules.rules if rule.kind == kind and f"{rule.id}:when" in self.trees]
            cascade = [rule for label in CASCADE for rule in ruled if rule.label == label]
            finance = [rule for rule in ruled if rule.label == Label.FINANCE]
            for order in (cascade, finance):
                told = [(rule, self.trees[f"{rule.id}:when"]) for rule in order]
                for number, (rule, tree) in enumerate(told):
                    yield from self._reached(rule, tree, told[:number], domains)

    def _reached(self, rule: Rule, tree: Tree, earlier: Ordered, domains: Mapping[str, Domain]) -> Iterator[Finding]:
        covering = next((other.id for other, its in earlier if implies(tree, its)), None)
        if not search(tree, [], domains).found:
            yield self.find("error", "never_true", rule.id, "when")
            return
        if covering is not None:
            yield self.find("error", "unreachable", rule.id, "when", by=f" ({covering})")
            return
        found = search(tree, [its for _, its in earlier], domains)
        if found.found:
            yield from self._overlaps(rule, tree, earlier, domains)
        elif found.complete:
            yield self.find("error", "unreachable", rule.id, "when", by="")
        else:
            yield self.find("warning", "unreachable_likely", rule.id, "when")

    def _overlaps(self, rule: Rule, tree: Tree, earlier: Ordered, domains: Mapping[str, Domain]) -> Iterator[Finding]:
        """Rules of one label that can both be true: the earlier one wins, which their author should have meant."""
        rivals = [(other, its) for other, its in earlier if other.label == rule.label]
        both = [other.id for other, its in rivals if search({"op": "and", "args": [tree, its]}, [], domains).found]
        if both:
            yield self.find("note", "overlap", rule.id, "when", others=", ".join(both))

    def _domains(self) -> dict[str, Domain]:
        found = {
            name: Domain(
                known.queryable.type,
                tuple(str(term) for term in known.queryable.terms or ()),
                floor=0 if cannot_be_negative(name, self.names) else None,
            )
            for name, known in self.names.items()
        }
        for tree in self.trees.values():
            for name, limit in limits_in(tree):
                if name in found and not isinstance(limit, bool):
                    found[name].limits.add(limit)
        return found


def _limits(loaded: LoadedRuleSet) -> Limits:
    """The set's own; the national ones where some of them cannot be, which is told by itself."""
    sound = not any(fault_of(name, one.value) for name, one in loaded.rules.parameters.items())
    return loaded.rules.limits if sound else NATIONAL_LIMITS


def _worded(words: Text, language: Language, params: Mapping[str, object]) -> str:
    said = {name: value.say(language) if isinstance(value, Text) else value for name, value in params.items()}
    return words.say(language, **said)


def _plain(parameter: Parameter) -> Any:
    return parameter.value.isoformat() if isinstance(parameter.value, date) else parameter.value


def _wrong_with(cited: Citation) -> tuple[Level, str] | None:
    if cited.missing_clause is not None:
        return "error", "clause_unknown"
    if not cited.found:
        return "error", "no_source"
    return None if cited.confirmed or cited.says_unsure else ("note", "unconfirmed_clause")


def _divides_by_nothing(node: Tree) -> bool:
    if isinstance(node, list):
        return any(_divides_by_nothing(item) for item in node)
    if not isinstance(node, dict):
        return False
    if node.get("op") in ("/", "div", "%") and node["args"][1:] == [0]:
        return True
    return any(_divides_by_nothing(value) for value in node.values())


def _divisors(tree: ast.expr) -> list[ast.expr]:
    return [node.right for node in ast.walk(tree) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)]
