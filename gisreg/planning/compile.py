"""A rule set becomes SQL over a table: one number for the rule, one for the finance option, masks for all the rest."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
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
    false,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
)
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects.postgresql import BIT
from sqlalchemy.sql.elements import Grouping
from sqlalchemy.types import TypeEngine

from gisreg.db.models import Parcel
from gisreg.filters import Compiled, FilterError, Known, compile_condition
from gisreg.filters.parse import Tree, parse
from gisreg.parcels.queryables import Queryable, QueryableType
from gisreg.planning.facts import facts_of, known_by
from gisreg.planning.money import read_sums
from gisreg.planning.ruleset import MAX_GATES, Gate, LoadedRuleSet, Parameter, Rule, RuleSetError, WhyNot
from gisreg.text import Text
from gisreg.vocab import Kind, Label

UNKNOWN = "unknown"
"""The word that some vocabularies have for what nobody knows yet."""
MAX_PLACES = 62
"""Bits of a mask of rules or facts: one bigint, its sign left alone."""
UNANSWERED = 1 << MAX_PLACES
"""The bit above the rules': a rule of the cascade is neither true nor false, and finance waits for its "no"."""
CASCADE = (Label.USE, Label.SELL, Label.LEASE)
"""The first that is possible is the label; finance is tested apart (rules §5)."""
PARAMETER_PREFIX = "param."
_STRETCH = 64
HOLDS = (1 << MAX_GATES) - 1
"""The lower half of a mask: gates that hold. The upper half: gates whose facts are unknown."""

Sql = ColumnElement[Any]
_FENCE: Sql = func.clock_timestamp().label("fence")
"""Nobody reads it: a volatile column keeps the planner from folding a query into the outer one, which would evaluate
conditions again for each mention of their result. Unlike OFFSET 0 it leaves all of the work to parallel workers."""


class RuleConditionError(RuleSetError):
    """A condition of a rule set is not a filter over the facts."""


@dataclass(frozen=True)
class CompiledWhyNot:
    """A wording for why a rule fails, and when it is said."""

    words: WhyNot
    condition: ColumnElement[bool]


@dataclass(frozen=True)
class CompiledRule:
    """A rule, its number in the run and its condition (none for a fallback)."""

    no: int
    rule: Rule
    condition: ColumnElement[bool] | None
    used: tuple[Queryable, ...]
    why_not: tuple[CompiledWhyNot, ...] = ()


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
        return self.gate.concerns(rule)

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

    def facts(self, as_of: Sql) -> dict[str, Known]:
        """The facts over the same table on another day, by the limits of the same set."""
        return facts_of(self.target, as_of, self.loaded.rules.limits)

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

    def order(self, kind: Kind) -> list[CompiledRule]:
        """All rules of a kind in the order of trial, the fallback last: a rule's place is its bit in ``open_rules``."""
        return [*self.cascade(kind), *self.finance(kind), self.fallback(kind)]

    def gates_for(self, kind: Kind) -> list[CompiledGate]:
        """The gates that concern a kind."""
        return [gate for gate in self.gates if kind in gate.gate.kinds]

    def spoken_of(self, kind: Kind) -> list[Queryable]:
        """The facts that the rules and gates of a kind speak of."""
        used = [rule.used for rule in self.order(kind)] + [gate.used for gate in self.gates_for(kind)]
        named = dict.fromkeys(item for items in used for item in items)
        return [item for item in named if not item.name.startswith(PARAMETER_PREFIX)]

    def needed(self, kind: Kind) -> list[Queryable]:
        """The facts by which it is judged how much is known: a fact's place is its bit in ``unknown_facts``.

        The same for every parcel of the kind, whatever its label: so a fact that becomes known never lowers the share
        of those that are.
        """
        named = dict.fromkeys(name for item in self.spoken_of(kind) for name in known_by(item.name))
        return [self.names[name].queryable for name in named]


def compile_rules(
    loaded: LoadedRuleSet,
    target: FromClause,
    as_of: Sql,
    *,
    kinds: Sequence[Kind] = tuple(Kind),
    facts: dict[str, Known] | None = None,
) -> CompiledRules:
    """Compile every condition of these kinds; the first faulty one is named by file, rule and field.

    ``facts`` are those of the target, where they are its columns already.
    """
    names = {**(facts or facts_of(target, as_of, loaded.rules.limits)), **parameters(loaded)}
    rules = tuple(
        _rule(loaded, no, rule, names) if rule.kind in kinds else CompiledRule(no, rule, None, ())
        for no, rule in enumerate(loaded.rules.rules, start=1)
    )
    gates = tuple(_gate(loaded, no, gate, names) for no, gate in enumerate(loaded.rules.gates))
    compiled = CompiledRules(loaded, target, names, rules, gates)
    _refuse_more_than_fit(compiled)
    return compiled


def _refuse_more_than_fit(compiled: CompiledRules) -> None:
    for kind in Kind:
        for field, things in (("rules", compiled.order(kind)), ("facts", compiled.needed(kind))):
            if len(things) > MAX_PLACES:
                raise RuleSetError(f"{compiled.loaded.file}:{field}", detail=f"{kind}: {len(things)} > {MAX_PLACES}")


def is_unknown(known: Known) -> ColumnElement[bool]:
    """Whether nobody knows a fact of a parcel: it has no value, or the word for it."""
    terms = known.queryable.terms
    if terms is not None and UNKNOWN in [str(term) for term in terms]:
        return func.coalesce(known.expression, UNKNOWN) == UNKNOWN
    return known.expression.is_(None)


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


def _rule(loaded: LoadedRuleSet, no: int, rule: Rule, names: dict[str, Known]) -> CompiledRule:
    if rule.when is None:
        return CompiledRule(no, rule, None, ())
    condition, used = _condition(rule.when, names, partial(loaded.place, rule.id, "when"))
    why_not = tuple(
        CompiledWhyNot(words, _condition(words.when, names, partial(loaded.place, rule.id, "why_not"))[0])
        for words in rule.why_not
    )
    return CompiledRule(no, rule, condition, used, why_not)


def _gate(loaded: LoadedRuleSet, no: int, gate: Gate, names: dict[str, Known]) -> CompiledGate:
    condition, used = _condition(gate.when, names, partial(loaded.place, gate.id, "when"))
    if gate.unknown_when is None:
        return CompiledGate(no, gate, condition, None, used)
    unknown, also = _condition(gate.unknown_when, names, partial(loaded.place, gate.id, "unknown_when"))
    return CompiledGate(no, gate, condition, unknown, tuple(dict.fromkeys((*used, *also))))


def _condition(
    source: str, names: dict[str, Known], where: Callable[[], str]
) -> tuple[ColumnElement[bool], tuple[Queryable, ...]]:
    try:
        compiled = compile_condition(tree_of(source), names)
    except FilterError:
        compiled = _faulty(source, names, where)
    return compiled.sql, compiled.used


@lru_cache(maxsize=1_024)
def tree_of(source: str) -> Tree:
    """Read only: the same tree for the same words, whatever table they are compiled over."""
    return parse(source)


def _faulty(source: str, names: dict[str, Known], where: Callable[[], str]) -> Compiled:
    """The same by its words, so that the fault has its place in them."""
    try:
        return compile_condition(source, names)
    except FilterError as error:
        raise RuleConditionError(where(), detail=Text(error.line("zh"), error.line("en"))) from None


def _big(value: int) -> Sql:
    return literal_column(str(value), BigInteger())


def _small(value: int) -> Sql:
    return literal_column(str(value), SmallInteger())


def first_of(rules: Sequence[CompiledRule], last: CompiledRule | None = None) -> Sql:
    """The number of the first rule whose condition is true, else that of ``last``."""
    whens = [(rule.condition, _small(rule.no)) for rule in rules if rule.condition is not None]
    otherwise = cast(null(), SmallInteger) if last is None else _small(last.no)
    return case(*whens, else_=otherwise) if whens else otherwise


def by_kind(target: FromClause, values: dict[Kind, Sql]) -> Sql:
    """One expression for each kind."""
    return case({str(kind): value for kind, value in values.items()}, value=target.c.kind)


def _mask(gates: Sequence[CompiledGate]) -> Sql:
    return _together([gate.mask for gate in gates])


def masks_of(compiled: CompiledRules, *where: ColumnElement[bool]) -> Select[Any]:
    """Gates alone, those of any measure: parcel_id, kind, mask."""
    target = compiled.target
    mask = by_kind(target, {kind: _mask(compiled.gates_for(kind)) for kind in Kind})
    return select(target.c.id.label("parcel_id"), target.c.kind, mask.label("mask")).where(*where)


def gates_of_measures(compiled: CompiledRules) -> list[tuple[str, str, str, int]]:
    """Kind, label and measure with the bits of the gates that concern the first rule that proposes it."""
    found: dict[tuple[str, str, str], int] = {}
    for rule in (one.rule for one in compiled.rules):
        bits = sum(1 << gate.no for gate in compiled.gates if gate.concerns(rule))
        found.setdefault((str(rule.kind), str(rule.label), rule.measure), bits)
    return [(*name, bits) for name, bits in found.items()]


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

    For many variants of one parcel: conditions past the first true one are not evaluated, and no reasons are told. The
    inner query evaluates each condition once; OFFSET 0 keeps the planner from folding it into the outer one, which
    would evaluate the cascade again for every mention of its result.
    """
    target, waiting = compiled.target, compiled.loaded.rules.finance_waits
    inner = (
        select(
            target.c.id.label("parcel_id"),
            by_kind(target, {kind: first_of(compiled.cascade(kind)) for kind in kinds}).label("main"),
            by_kind(target, {kind: first_of(compiled.finance(kind)) for kind in kinds}).label("finance"),
            *([by_kind(target, {kind: _waits(compiled, kind) for kind in kinds}).label("waits")] if waiting else []),
            by_kind(target, {kind: _small(compiled.fallback(kind).no) for kind in kinds}).label("fallback"),
            by_kind(target, {kind: _mask(compiled.gates_for(kind)) for kind in kinds}).label("mask"),
            *carry,
        )
        .where(*where)
        .offset(0)
        .subquery("labelled")
    )
    finance = case((inner.c.waits, cast(null(), SmallInteger)), else_=inner.c.finance) if waiting else inner.c.finance
    rule_no = func.coalesce(inner.c.main, finance, inner.c.fallback, type_=SmallInteger())
    return select(
        inner.c.parcel_id,
        rule_no.label("rule_no"),
        inner.c.finance.label("finance_rule_no"),
        *_scoped(compiled, inner.c.mask, rule_no),
        *[inner.c[column.key] for column in carry if column.key],
    )


def _waits(compiled: CompiledRules, kind: Kind) -> Sql:
    """Whether some rule of the cascade is not known to be false, for which finance waits."""
    ways = [rule.condition for rule in compiled.cascade(kind) if rule.condition is not None]
    return or_(*ways).is_not(false()) if ways else false()


def reasoned_query(compiled: CompiledRules, *where: ColumnElement[bool], carry: Sequence[Sql] = ()) -> Select[Any]:
    """Label every row of the target with its reasons, each condition evaluated once: parcel_id, rule_no,
    finance_rule_no, gates, unknown_gates, open_rules, unknown_facts and what is carried.

    The lowest bit of the mask of open rules is the first in the order of trial; the fallback's, the last, is always
    set. It is that of the label, unless finance waits for a "no": then the fallback is the label.
    """
    target = compiled.target
    seen = (
        select(
            target.c.id.label("parcel_id"),
            by_kind(target, {kind: _small(no) for no, kind in enumerate(Kind)}).label("kind_no"),
            by_kind(target, {kind: _open(compiled, kind) for kind in Kind}).label("open_rules"),
            by_kind(target, {kind: _big(_finance_bits(compiled, kind)) for kind in Kind}).label("finance_bits"),
            by_kind(target, {kind: _mask(compiled.gates_for(kind)) for kind in Kind}).label("mask"),
            by_kind(target, {kind: _unknown(compiled, kind) for kind in Kind}).label("unknown_facts"),
            *carry,
        )
        .where(*where)
        .add_columns(_FENCE)
        .subquery("seen")
    )
    numbers = _numbers(compiled)
    open_rules: Sql = seen.c.open_rules
    finance = _and(open_rules, seen.c.finance_bits)
    label: Sql = open_rules
    if compiled.loaded.rules.finance_waits:
        label = case((open_rules >= _big(UNANSWERED), open_rules - finance), else_=open_rules)
        open_rules = _and(open_rules, _big(UNANSWERED - 1))
    kept = [seen.c[column.key] for column in carry if column.key]
    ruled = (
        select(
            seen.c.parcel_id,
            numbers[_index(seen.c.kind_no, label)].label("rule_no"),
            case((finance != 0, numbers[_index(seen.c.kind_no, finance)])).label("finance_rule_no"),
            seen.c.mask,
            open_rules.label("open_rules"),
            seen.c.unknown_facts,
            *kept,
        )
        .add_columns(_FENCE)
        .subquery("ruled")
    )
    return select(
        ruled.c.parcel_id,
        ruled.c.rule_no,
        ruled.c.finance_rule_no,
        *_scoped(compiled, ruled.c.mask, ruled.c.rule_no),
        ruled.c.open_rules,
        ruled.c.unknown_facts,
        *[ruled.c[column.key] for column in kept],
    )


def _scoped(compiled: CompiledRules, mask: Sql, rule_no: Sql) -> tuple[Sql, Sql]:
    """The gates that hold and those whose facts are unknown, of the gates that concern the rule."""
    scoped = _and(mask, _scopes(compiled)[rule_no])
    unknown = scoped.op(">>", return_type=BigInteger())(literal(MAX_GATES, Integer()))
    return _and(scoped, _big(HOLDS)).label("gates"), unknown.label("unknown_gates")


def _and(one: Sql, other: Sql) -> Sql:
    return Grouping(one.op("&", return_type=BigInteger())(other))


def _or(one: Sql, other: Sql) -> Sql:
    return Grouping(one.op("|", return_type=BigInteger())(other))


def _open(compiled: CompiledRules, kind: Kind) -> Sql:
    """A bit for each rule whose condition is true, and the fallback's; where finance waits, one for what is unknown."""
    rules = compiled.order(kind)
    asked = compiled.cascade(kind) if compiled.loaded.rules.finance_waits else []
    bits = [
        _bit(rule.condition, 1 << place, unknown=UNANSWERED if rule in asked else 0)
        for place, rule in enumerate(rules)
        if rule.condition is not None
    ]
    return _together([*bits, _big(1 << (len(rules) - 1))])


def _bit(condition: Sql, bit: int, *, unknown: int) -> Sql:
    """The bit where the condition is true; the condition is evaluated once."""
    if not unknown:
        return case((condition, _big(bit)), else_=_big(0))
    return case({True: _big(bit), False: _big(0)}, value=condition, else_=_big(unknown))


def _finance_bits(compiled: CompiledRules, kind: Kind) -> int:
    finance = compiled.finance(kind)
    return sum(1 << place for place, rule in enumerate(compiled.order(kind)) if rule in finance)


def _unknown(compiled: CompiledRules, kind: Kind) -> Sql:
    """A bit for each needed fact that nobody knows."""
    needed = [compiled.names[item.name] for item in compiled.needed(kind)]
    return _together([case((is_unknown(known), _big(1 << place)), else_=_big(0)) for place, known in enumerate(needed)])


def _together(bits: Sequence[Sql]) -> Sql:
    """All bits in a balanced tree: hundreds of terms in a row would nest as deep."""
    if not bits:
        return _big(0)
    if len(bits) == 1:
        return bits[0]
    half = len(bits) // 2
    return _or(_together(bits[:half]), _together(bits[half:]))


def _numbers(compiled: CompiledRules) -> Sql:
    """The rule numbers by kind and place, a stretch of ``_STRETCH`` for each kind."""
    numbers = []
    for kind in Kind:
        places = [rule.no for rule in compiled.order(kind)]
        numbers += places + [0] * (_STRETCH - len(places))
    return Grouping(literal(numbers, ARRAY(SmallInteger)))


def _index(kind_no: Sql, mask: Sql) -> Sql:
    """Where ``_numbers`` has the rule of a mask's lowest bit: the bits below it are counted."""
    below = cast(_and(mask, -mask) - _big(1), BIT(_STRETCH))
    return cast(kind_no * _STRETCH + cast(func.bit_count(below), Integer) + 1, Integer)
