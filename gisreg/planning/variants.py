"""One parcel many times over: as it is, with one fact changed, and on later days; labelled by one statement.

The statement is the same for every parcel of a kind by one rule set, so it is written once and kept.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, Boolean, Date, FromClause, Select, TextClause, bindparam, select, text
from sqlalchemy.dialects.postgresql import DATEMULTIRANGE, TIMESTAMP, dialect
from sqlalchemy.sql.expression import TextualSelect

from gisreg.db.models import Parcel
from gisreg.db.sql import load
from gisreg.filters.parse import Tree
from gisreg.planning.clock.joining import EVENTS, PAUSED, RESTART
from gisreg.planning.compile import CompiledRules, compile_rules, label_query
from gisreg.planning.money import Sum, facts_needed, read_sums
from gisreg.planning.recorded import SHARED, Column
from gisreg.planning.ruleset import LoadedRuleSet
from gisreg.planning.thresholds import Change, conditions, limited_facts
from gisreg.vocab import Demand, IdleCause, Kind, OwnerIntent, Term

HORIZON_DAYS = 1_100
"""How far ahead the clock is looked at: three years."""
AS_IT_IS = 0
KEPT = 32
"""Rule sets, each with one kind, whose statements are kept."""

CHANGEABLE_TERMS: dict[str, type[Term]] = {"idle_cause": IdleCause, "demand": Demand, "owner_intent": OwnerIntent}
"""Token facts that work on a parcel may change; what it is and whose it is are taken as given."""
CHANGEABLE: tuple[str, ...] = tuple(
    name for name, col in Parcel.__table__.columns.items() if isinstance(col.type, Boolean)
) + tuple(CHANGEABLE_TERMS)


@dataclass(frozen=True)
class Prepared:
    """The statements for the parcels of one kind by one rule set."""

    compiled: CompiledRules
    stored: TextualSelect
    """The parcel as it was recorded before an instant, without its shapes."""
    seen: Select[Any]
    """What each condition and fact of the variants is."""
    labelled: Select[Any]
    """How the variants are labelled."""
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
        while len(_prepared) >= KEPT:
            _prepared.pop(next(iter(_prepared)), None)
        _prepared[key] = found
    return found


def _prepare(loaded: LoadedRuleSet, kind: Kind) -> Prepared:
    named = _changeable_facts(loaded, kind)
    trees = conditions(loaded.rules, kind)
    table = _varied({*named, *limited_facts(trees)})
    compiled = compile_rules(loaded, table, table.c.variant_day, kinds=(kind,))
    sums = read_sums(loaded, compiled.names)
    return Prepared(
        compiled=compiled,
        stored=_stored(),
        seen=select(*_looked_at(compiled, kind, sums)).where(table.c.id == AS_IT_IS),
        labelled=label_query(compiled, kinds=(kind,)).order_by("parcel_id"),
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


def _stored() -> TextualSelect:
    plain = [one for one in SHARED if not isinstance(one.type, Geometry)]
    return _asked(_known(one.name for one in plain)).columns(Parcel.__table__.c.id, *plain)


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


def _looked_at(compiled: CompiledRules, kind: Kind, sums: Iterable[Sum]) -> list[Any]:
    rules = [rule for rule in compiled.rules if rule.rule.kind == kind and rule.condition is not None]
    gates = compiled.gates_for(kind)
    columns = [rule.condition.label(f"rule:{rule.no}") for rule in rules if rule.condition is not None]
    columns += [why.condition.label(f"why:{rule.no}:{no}") for rule in rules for no, why in enumerate(rule.why_not)]
    columns += [gate.condition.label(f"gate:{gate.no}") for gate in gates]
    columns += [gate.unknown_when.label(f"unknown:{gate.no}") for gate in gates if gate.unknown_when is not None]
    names = {item.name for used in [*(rule.used for rule in rules), *(gate.used for gate in gates)] for item in used}
    names |= {item.name for item in compiled.needed(kind)} | set(facts_needed(sums))
    return columns + [compiled.names[name].expression.label(f"fact:{name}") for name in sorted(names)]
