"""One parcel many times over: as it is, with one fact changed, and on later days; labelled by one statement.

The statement is the same for every parcel of a kind by one rule set, so it is written once and kept.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, Select, bindparam, case, cast, select, text
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.sql.expression import TextualSelect

from gisreg.db.models import Parcel
from gisreg.db.sql import load
from gisreg.filters.parse import Tree
from gisreg.planning.clock.joining import with_clock
from gisreg.planning.compile import CompiledRules, compile_rules, label_query
from gisreg.planning.money import Sum, facts_needed, read_sums
from gisreg.planning.recorded import known_before
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
    stored: Select[Any]
    """The parcel as it was recorded before an instant."""
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
    instant = bindparam("instant", type_=TIMESTAMP(timezone=True))
    parcel = bindparam("parcel_id", type_=BigInteger())
    known = known_before(instant)
    named = _changeable_facts(loaded, kind)
    trees = conditions(loaded.rules, kind)
    varied = _varied(known, parcel, {*named, *limited_facts(trees)})
    table = with_clock(varied, date.min, parcel_key=parcel)
    compiled = compile_rules(loaded, table, table.c.variant_day, kinds=(kind,))
    sums = read_sums(loaded, compiled.names)
    return Prepared(
        compiled=compiled,
        stored=select(known).where(known.c.id == parcel),
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


def _variants() -> TextualSelect:
    return text(load("gisreg.planning", "variants.sql")).columns(no=BigInteger, day=Date, fact=SqlText, value=SqlText)


def _varied(known: Any, parcel: Any, changing: Iterable[str]) -> Any:
    variant = _variants().subquery("variant")
    names = [col.name for col in Parcel.__table__.columns if col.name in known.c and col.name != "id"]
    columns = [_replaced(known, name, variant) if name in changing else known.c[name].label(name) for name in names]
    chosen: Select[Any] = select(variant.c.no.label("id"), variant.c.day.label("variant_day"), *columns)
    return chosen.select_from(known.join(variant, known.c.id == parcel)).offset(0).subquery("varied")


def _replaced(known: Any, name: str, variant: Any) -> Any:
    new = cast(variant.c.value, Parcel.__table__.columns[name].type)
    return case((variant.c.fact == name, new), else_=known.c[name]).label(name)


def _looked_at(compiled: CompiledRules, kind: Kind, sums: Iterable[Sum]) -> list[Any]:
    rules = [rule for rule in compiled.rules if rule.rule.kind == kind and rule.condition is not None]
    gates = compiled.gates_for(kind)
    columns = [rule.condition.label(f"rule:{rule.no}") for rule in rules if rule.condition is not None]
    columns += [why.condition.label(f"why:{rule.no}:{no}") for rule in rules for no, why in enumerate(rule.why_not)]
    columns += [gate.condition.label(f"gate:{gate.no}") for gate in gates]
    columns += [gate.unknown_when.label(f"unknown:{gate.no}") for gate in gates if gate.unknown_when is not None]
    names = {item.name for used in [*(rule.used for rule in rules), *(gate.used for gate in gates)] for item in used}
    names |= set(facts_needed(sums))
    return columns + [compiled.names[name].expression.label(f"fact:{name}") for name in sorted(names)]
