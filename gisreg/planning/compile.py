"""A rule set becomes SQL over a table: one number for the rule, one for the finance option, one mask for the gates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    Double,
    FromClause,
    Integer,
    Select,
    SmallInteger,
    case,
    cast,
    func,
    literal,
    null,
    select,
)
from sqlalchemy import Text as SqlText
from sqlalchemy.sql.elements import Grouping
from sqlalchemy.types import TypeEngine

from gisreg.db.models import Parcel
from gisreg.filters import FilterError, Known, compile_condition
from gisreg.parcels.queryables import Queryable, QueryableType
from gisreg.planning.facts import facts_of
from gisreg.planning.money import read_sums
from gisreg.planning.ruleset import MAX_GATES, Gate, LoadedRuleSet, Parameter, Rule, RuleSetError
from gisreg.vocab import Kind, Label

CASCADE = (Label.USE, Label.SELL, Label.LEASE)
"""The first that is possible is the label; finance is tested apart (rules §5)."""
PARAMETER_PREFIX = "param."
HOLDS = (1 << MAX_GATES) - 1
"""The lower half of a mask: gates that hold. The upper half: gates whose facts are unknown."""

Sql = ColumnElement[Any]


class RuleConditionError(RuleSetError):
    """A condition of a rule set is not a filter over the facts."""


@dataclass(frozen=True)
class CompiledRule:
    """A rule, its number in the run and its condition (none for a fallback)."""

    no: int
    rule: Rule
    condition: ColumnElement[bool] | None
    used: tuple[Queryable, ...]


@dataclass(frozen=True)
class CompiledGate:
    """A gate, its bit and its condition."""

    no: int
    gate: Gate
    condition: ColumnElement[bool]
    unknown_when: ColumnElement[bool] | None
    used: tuple[Queryable, ...]

    def concerns(self, rule: Rule) -> bool:
        """Whether the gate has a say about what the rule proposes."""
        gate = self.gate
        return (
            rule.kind in gate.kinds
            and (not gate.labels or rule.label in gate.labels)
            and (not gate.measures or rule.measure in gate.measures)
        )

    @property
    def mask(self) -> Sql:
        """The gate's bit where it holds, its upper bit where that is unknown; the condition is evaluated once."""
        holds, unknown = 1 << self.no, 1 << (self.no + MAX_GATES)
        bits = case({True: _big(holds), False: _big(0)}, value=self.condition, else_=_big(unknown))
        return bits if self.unknown_when is None else case((self.unknown_when, _big(unknown)), else_=bits)


@dataclass(frozen=True)
class CompiledRules:
    """A rule set over one table and one as-of date."""

    loaded: LoadedRuleSet
    target: FromClause
    names: dict[str, Known]
    rules: tuple[CompiledRule, ...]
    gates: tuple[CompiledGate, ...]

    def cascade(self, kind: Kind) -> list[CompiledRule]:
        """The rules of a kind in the order in which they are tried; finance and fallback left out."""
        ruled = [rule for rule in self.rules if rule.rule.kind == kind and not rule.rule.fallback]
        return [rule for label in CASCADE for rule in ruled if rule.rule.label == label]

    def finance(self, kind: Kind) -> list[CompiledRule]:
        """The finance rules of a kind."""
        return [
            rule
            for rule in self.rules
            if rule.rule.kind == kind and rule.rule.label == Label.FINANCE and not rule.rule.fallback
        ]

    def fallback(self, kind: Kind) -> CompiledRule:
        """What applies where nothing else does."""
        return next(rule for rule in self.rules if rule.rule.kind == kind and rule.rule.fallback)

    def gates_for(self, kind: Kind) -> list[CompiledGate]:
        """The gates that concern a kind."""
        return [gate for gate in self.gates if kind in gate.gate.kinds]


def compile_rules(loaded: LoadedRuleSet, target: FromClause, as_of: Sql) -> CompiledRules:
    """Compile every condition; the first faulty one is named by file, rule and field."""
    names = {**facts_of(target, as_of), **parameters(loaded)}
    rules = tuple(_rule(loaded.file, no, rule, names) for no, rule in enumerate(loaded.rules.rules, start=1))
    gates = tuple(_gate(loaded.file, no, gate, names) for no, gate in enumerate(loaded.rules.gates))
    return CompiledRules(loaded, target, names, rules, gates)


def check_conditions(loaded: LoadedRuleSet) -> CompiledRules:
    """Compile against the live table, only to see that every condition and formula is sound."""
    compiled = compile_rules(loaded, Parcel.__table__, literal(loaded.rules.ruleset.valid_from, Date()))
    read_sums(loaded, compiled.names)
    return compiled


def parameters(loaded: LoadedRuleSet) -> dict[str, Known]:
    """The rule set's parameters as names with bound values."""
    return {
        PARAMETER_PREFIX + name: _parameter(PARAMETER_PREFIX + name, parameter)
        for name, parameter in loaded.rules.parameters.items()
    }


def _parameter(name: str, parameter: Parameter) -> Known:
    kinds: tuple[tuple[type, QueryableType, TypeEngine[Any]], ...] = (
        (bool, "boolean", Boolean()),
        (int, "integer", Integer()),
        (float, "number", Double()),
        (date, "date", Date()),
        (str, "string", SqlText()),
    )
    kind, sql_type = next((kind, sql) for python, kind, sql in kinds if isinstance(parameter.value, python))
    return Known(Queryable(name, kind, parameter.title.text, parameter.unit), literal(parameter.value, sql_type))


def _rule(file: str, no: int, rule: Rule, names: dict[str, Known]) -> CompiledRule:
    if rule.when is None:
        return CompiledRule(no, rule, None, ())
    condition, used = _condition(rule.when, names, f"{file}:{rule.id}:when")
    return CompiledRule(no, rule, condition, used)


def _gate(file: str, no: int, gate: Gate, names: dict[str, Known]) -> CompiledGate:
    condition, used = _condition(gate.when, names, f"{file}:{gate.id}:when")
    if gate.unknown_when is None:
        return CompiledGate(no, gate, condition, None, used)
    unknown, also = _condition(gate.unknown_when, names, f"{file}:{gate.id}:unknown_when")
    return CompiledGate(no, gate, condition, unknown, tuple(dict.fromkeys((*used, *also))))


def _condition(source: str, names: dict[str, Known], where: str) -> tuple[ColumnElement[bool], tuple[Queryable, ...]]:
    try:
        compiled = compile_condition(source, names)
    except FilterError as error:
        raise RuleConditionError(where, detail=error.line("zh")) from None
    return compiled.sql, compiled.used


def _big(value: int) -> Sql:
    return literal(value, BigInteger())


def _small(value: int) -> Sql:
    return literal(value, SmallInteger())


def first_of(rules: Sequence[CompiledRule], last: CompiledRule | None = None) -> Sql:
    """The number of the first rule whose condition is true, else that of ``last``."""
    whens = [(rule.condition, _small(rule.no)) for rule in rules if rule.condition is not None]
    otherwise = cast(null(), SmallInteger) if last is None else _small(last.no)
    return case(*whens, else_=otherwise) if whens else otherwise


def by_kind(target: FromClause, values: dict[Kind, Sql]) -> Sql:
    """One expression for each kind."""
    return case({str(kind): value for kind, value in values.items()}, value=target.c.kind)


def _mask(gates: Sequence[CompiledGate]) -> Sql:
    total = _big(0)
    for gate in gates:
        total = total + gate.mask
    return total


def _scopes(compiled: CompiledRules) -> Sql:
    """By rule number, the bits of the gates that concern it: looked up, not evaluated, per parcel."""
    masks = []
    for rule in compiled.rules:
        bits = [gate.no for gate in compiled.gates if gate.concerns(rule.rule)]
        masks.append(sum((1 << bit) + (1 << (bit + MAX_GATES)) for bit in bits))
    return Grouping(literal(masks, ARRAY(BigInteger)))  # in brackets, because a cast array cannot be subscripted


def label_query(
    compiled: CompiledRules,
    *where: ColumnElement[bool],
    carry: Sequence[Sql] = (),
    kinds: Sequence[Kind] = tuple(Kind),
) -> Select[Any]:
    """Label every row of the target: parcel_id, rule_no, finance_rule_no, gates, unknown_gates and what is carried.

    The inner query evaluates each condition once; OFFSET 0 keeps the planner from folding it into the outer one, which
    would evaluate the cascade again for every mention of its result.
    """
    target = compiled.target
    inner = (
        select(
            target.c.id.label("parcel_id"),
            by_kind(target, {kind: first_of(compiled.cascade(kind)) for kind in kinds}).label("main"),
            by_kind(target, {kind: first_of(compiled.finance(kind)) for kind in kinds}).label("finance"),
            by_kind(target, {kind: _small(compiled.fallback(kind).no) for kind in kinds}).label("fallback"),
            by_kind(target, {kind: _mask(compiled.gates_for(kind)) for kind in kinds}).label("mask"),
            *carry,
        )
        .where(*where)
        .offset(0)
        .subquery("labelled")
    )
    rule_no = func.coalesce(inner.c.main, inner.c.finance, inner.c.fallback, type_=SmallInteger())
    scoped = inner.c.mask.op("&", return_type=BigInteger())(_scopes(compiled)[rule_no])
    return select(
        inner.c.parcel_id,
        rule_no.label("rule_no"),
        inner.c.finance.label("finance_rule_no"),
        scoped.op("&", return_type=BigInteger())(_big(HOLDS)).label("gates"),
        scoped.op(">>", return_type=BigInteger())(literal(MAX_GATES, Integer())).label("unknown_gates"),
        *[inner.c[column.key] for column in carry if column.key],
    )
