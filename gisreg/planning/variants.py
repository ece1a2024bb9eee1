"""One parcel many times over: as it is, with one fact changed, and on later days; labelled by one statement.

The statement is the same for every parcel of a kind by one rule set, so it is written once and kept.
"""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Date,
    FromClause,
    Select,
    TextClause,
    bindparam,
    func,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import DATEMULTIRANGE, TIMESTAMP, aggregate_order_by, dialect, psycopg2

from gisreg.db.models import Parcel
from gisreg.db.sql import load
from gisreg.filters import Known
from gisreg.filters.parse import Tree
from gisreg.planning.clock.joining import EVENTS, PAUSED, RESTART
from gisreg.planning.compile import PARAMETER_PREFIX, CompiledRules, compile_rules, label_query
from gisreg.planning.facts import facts_of, known_by
from gisreg.planning.money import Sum, facts_needed, read_sums
from gisreg.planning.recorded import SHARED, Column
from gisreg.planning.ruleset import LoadedRuleSet
from gisreg.planning.thresholds import Change, conditions, limited_facts
from gisreg.vocab import Demand, IdleCause, Kind, OwnerIntent, Term

HORIZON_DAYS = 1_100
"""How far ahead the clock is looked at: three years."""
EVER = datetime(9999, 1, 1, tzinfo=UTC)
"""After all that was recorded."""
AS_IT_IS = 0
UNCHANGED = ("id", "kind", "variant_day")
"""Columns that every variant has beside its facts."""
LISTED = ("rule_no", "gates")
"""What is asked of all variants' labels."""
WORD = re.compile(r"\w+")
POINT_DIGITS = 6
"""Decimals of a degree: a decimetre."""
KEPT = 32
"""Rule sets, each with one kind, whose statements are kept."""

CHANGEABLE_TERMS: dict[str, type[Term]] = {"idle_cause": IdleCause, "demand": Demand, "owner_intent": OwnerIntent}
"""Token facts that work on a parcel may change; what it is and whose it is are taken as given."""
CHANGEABLE: tuple[str, ...] = tuple(
    name for name, col in Parcel.__table__.columns.items() if isinstance(col.type, Boolean)
) + tuple(CHANGEABLE_TERMS)


@dataclass(frozen=True)
class Written:
    """A statement as text, so that no connection writes it again, and the values that stand in it."""

    sql: str
    values: dict[str, Any]
    parameters: dict[str, Any]
    """Facts of its row that nobody need ask the database for."""

    def of(self, connection: Connection, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Its one row."""
        row = connection.exec_driver_sql(self.sql, {**self.values, **asked}).mappings().one()
        return {**row, **self.parameters}


@dataclass(frozen=True)
class Prepared:
    """The statements for the parcels of one kind by one rule set."""

    compiled: CompiledRules
    stored: TextClause
    """The parcel as it was recorded before an instant, without its shapes."""
    seen: Written
    """What each condition and fact of the parcel as it is comes to, and how its variants are labelled: the numbers of
    their rules, and their gates, as two lists."""
    values: tuple[Change, ...]
    """The changes of facts that are yes or no, or one of a few words."""
    trees: tuple[Tree, ...]
    """The rules' conditions, in which limits are sought."""
    sums: tuple[Sum, ...]


_prepared: dict[tuple[str, Kind], Prepared] = {}


def prepare(loaded: LoadedRuleSet, kind: Kind) -> Prepared:
    """The statements, written when they are first asked for."""
    key = (loaded.sha256, kind)
    found = _prepared.get(key)
    if found is None:
        found = _prepare(loaded, kind)
        for oldest in list(_prepared)[: max(len(_prepared) - KEPT + 1, 0)]:  # a copy: other threads write too
            _prepared.pop(oldest, None)
        _prepared[key] = found
    return found


def _prepare(loaded: LoadedRuleSet, kind: Kind) -> Prepared:
    named = _changeable_facts(loaded, kind)
    trees = conditions(loaded.rules, kind)
    varied = _varied({*named, *limited_facts(trees)})
    facts = facts_of(varied, varied.c.variant_day, loaded.rules.limits)
    table = _with_facts(varied, facts, _words(loaded, kind))
    compiled = compile_rules(loaded, table, table.c.variant_day, kinds=(kind,), facts=_columns(table, facts))
    sums = read_sums(loaded, compiled.names)
    return Prepared(
        compiled=replace(compiled, names={**compiled.names, **facts}),  # what a fact rests on is read from its SQL
        stored=_stored(),
        seen=_written(_seen(compiled, kind, sums), loaded),
        values=tuple(Change(fact, value) for fact in named for value in _values(fact)),
        trees=tuple(trees),
        sums=sums,
    )


def given(
    parcel_id: int, as_of: date, instant: datetime, changes: Sequence[Change] = (), horizon: int = 0
) -> dict[str, Any]:
    """What the statements are asked for: variant 0 is the parcel as it is, then one for each change, then the days."""
    return {
        "parcel_id": parcel_id, "as_of": as_of, "instant": instant, "changes": len(changes), "horizon": horizon,
        "facts": [change.fact for change in changes],
        "values": [None if change.value is None else str(change.value) for change in changes],
    }  # fmt: skip


def _changeable_facts(loaded: LoadedRuleSet, kind: Kind) -> list[str]:
    """Facts that conditions of this kind speak of. By their words: whether a name is used is decided when compiled."""
    words = " ".join(rule.when or "" for rule in loaded.rules.rules if rule.kind == kind)
    return [name for name in CHANGEABLE if name in words or name == "price_paid_in_full"]


def _values(fact: str) -> list[Any]:
    return [str(term) for term in CHANGEABLE_TERMS[fact]] if fact in CHANGEABLE_TERMS else [True, False]


def _known(columns: Iterable[str]) -> str:
    """One parcel as recorded before an instant: its key and these columns."""
    return load("gisreg.planning", "one_known.sql").format(columns=", ".join(columns))


def _asked(sql: str) -> TextClause:
    return text(sql).bindparams(
        bindparam("parcel_id", type_=BigInteger), bindparam("instant", type_=TIMESTAMP(timezone=True))
    )


def _stored() -> TextClause:
    return _asked(_known(one.name for one in SHARED if not isinstance(one.type, Geometry)))


def _varied(changing: Iterable[str]) -> FromClause:
    """Written as text: put together from expressions, its columns, many times fifty, take as long as the rest of an
    explanation."""
    columns = [one.name for one in SHARED]
    varied = ", ".join(_replaced(one) if one.name in changing else f"known.{one.name}" for one in SHARED)
    filled = load("gisreg.planning", "variants.sql").format(varied=varied, known=_known(columns), events=EVENTS)
    types = {one.name: one.type for one in SHARED} | {RESTART: Date(), PAUSED: DATEMULTIRANGE()}
    return _asked(filled).columns(id=BigInteger(), variant_day=Date(), **types).subquery("clocked")


def _replaced(column: Column) -> str:
    name, kind = column.name, column.type.compile(dialect())  # type: ignore[no-untyped-call] # SQLAlchemy's
    return f"CASE WHEN variant.fact = '{name}' THEN CAST(variant.value AS {kind}) ELSE known.{name} END AS {name}"


def _with_facts(varied: FromClause, facts: Mapping[str, Known], words: Set[str]) -> FromClause:
    """The variants with the facts that are spoken of, each worked out once.

    Written into every condition that mentions it, a derived fact makes statements many times as long: to write, send
    and plan them takes longer than to answer them.
    """
    asked = [known.expression.label(name) for name, known in facts.items() if name in words and name not in UNCHANGED]
    return select(*[varied.c[name] for name in UNCHANGED], *asked).cte("known")


def _columns(table: FromClause, facts: Mapping[str, Known]) -> dict[str, Known]:
    return {name: Known(one.queryable, table.c[name]) for name, one in facts.items() if name in table.c}


def _words(loaded: LoadedRuleSet, kind: Kind) -> set[str]:
    """All words in conditions and formulas of the kind, and the facts by which it is told what is known."""
    rules = [rule for rule in loaded.rules.rules if rule.kind == kind]
    said = [rule.when for rule in rules] + [why.when for rule in rules for why in rule.why_not]
    said += [one for gate in loaded.rules.gates for one in (gate.when, gate.unknown_when)]
    said += [one.formula for one in loaded.rules.money]
    words = {word for one in said if one for word in WORD.findall(one)}
    return words | {name for word in words for name in known_by(word)}


def _seen(compiled: CompiledRules, kind: Kind, sums: Iterable[Sum]) -> Select[Any]:
    """One statement for all: a condition is evaluated once a variant, and the labels come of the answers."""
    known = compiled.target
    answers = select(*[known.c[name] for name in UNCHANGED], *_answers(compiled, kind)).cte("answers")
    labels = label_query(_answered(compiled, answers), kinds=(kind,)).subquery("labels")
    lists = select(*[_in_order(labels.c[name], labels.c.parcel_id) for name in LISTED]).subquery("lists")
    whole = known.join(answers, answers.c.id == known.c.id).join(lists, true())
    return (
        select(*list(answers.c)[len(UNCHANGED) :], *_looked_at(compiled, kind, sums), *lists.c)
        .select_from(whole)
        .where(known.c.id == AS_IT_IS)
    )


def _written(statement: Select[Any], loaded: LoadedRuleSet) -> Written:
    compiled = statement.compile(dialect=psycopg2.dialect(), compile_kwargs={"render_postcompile": True})  # type: ignore[no-untyped-call] # SQLAlchemy's
    parameters = {f"fact:{PARAMETER_PREFIX}{name}": one.value for name, one in loaded.rules.parameters.items()}
    return Written(compiled.string, dict(compiled.params), parameters)


def _in_order(value: ColumnElement[Any], place: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.array_agg(aggregate_order_by(value, place), type_=ARRAY(value.type)).label(value.key)


def _answers(compiled: CompiledRules, kind: Kind) -> list[ColumnElement[Any]]:
    """What each condition of a rule or gate comes to."""
    gates = compiled.gates_for(kind)
    asked = {f"rule:{rule.no}": rule.condition for rule in compiled.rules if rule.rule.kind == kind}
    asked |= {f"gate:{gate.no}": gate.condition for gate in gates}
    asked |= {f"unknown:{gate.no}": gate.unknown_when for gate in gates}
    return [condition.label(name) for name, condition in asked.items() if condition is not None]


def _answered(compiled: CompiledRules, answers: FromClause) -> CompiledRules:
    """The same rules over the answers to their conditions."""
    found = answers.c
    rules = (replace(one, condition=found.get(f"rule:{one.no}")) for one in compiled.rules)
    gates = (
        replace(one, condition=found.get(f"gate:{one.no}", one.condition), unknown_when=found.get(f"unknown:{one.no}"))
        for one in compiled.gates
    )
    return replace(compiled, target=answers, rules=tuple(rules), gates=tuple(gates))


def _looked_at(compiled: CompiledRules, kind: Kind, sums: Iterable[Sum]) -> list[ColumnElement[Any]]:
    """What is told of the parcel as it is: why rules fail, and its facts."""
    rules = [rule for rule in compiled.rules if rule.rule.kind == kind and rule.condition is not None]
    columns = [why.condition.label(f"why:{rule.no}:{no}") for rule in rules for no, why in enumerate(rule.why_not)]
    used = [*(rule.used for rule in rules), *(gate.used for gate in compiled.gates_for(kind)), compiled.needed(kind)]
    names = {item.name for items in used for item in items} | set(facts_needed(sums))
    facts = sorted(name for name in names if not name.startswith(PARAMETER_PREFIX))
    return columns + [_told(compiled.names[name]).label(f"fact:{name}") for name in facts]


def _told(known: Known) -> ColumnElement[Any]:
    """A fact's value; of a boundary a point in it, in degrees: corners are neither JSON nor for reading."""
    if known.queryable.type != "geometry":
        return known.expression
    return func.ST_AsText(func.ST_PointOnSurface(known.expression), POINT_DIGITS)
