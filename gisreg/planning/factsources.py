"""Where the facts that rules use come from: stored ones as the queryables tell, derived ones from what they rest on."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnClause, Date, literal
from sqlalchemy.sql import visitors

from gisreg.db.models import Parcel
from gisreg.filters import Known
from gisreg.parcels.queryables import QUERYABLES
from gisreg.parcels.sources import Source, Sureness, derived_from
from gisreg.planning.facts import FACTS, facts_of
from gisreg.text import Text

DERIVED = frozenset(fact.name for fact in FACTS)
CLOCK = Text("时钟事项", "What moves the clock")
"""What a fact rests on that no stored fact tells."""
_derived: dict[str, Source] = {}
"""What was found already: the same over any table."""


def source_of_fact(known: Known) -> Source:
    """The source of a fact, by the stored facts that its expression speaks of where it is derived."""
    name = known.queryable.name
    if name not in DERIVED:
        return known.queryable.source
    if name in _derived:
        return _derived[name]
    parts = [part for part in visitors.iterate(known.expression) if isinstance(part, ColumnClause)]
    named = dict.fromkeys(str(part.name) for part in parts if part.name in QUERYABLES)
    return _derived.setdefault(name, derived_from([QUERYABLES[one].titles for one in named] or [CLOCK]))


def sureness_of(known: Known, value: Any) -> Sureness | None:
    """How sure a parcel's own value is; none where it is unknown."""
    return None if value in (None, "unknown") else source_of_fact(known).sure


def derived_facts() -> list[dict[str, Any]]:
    """The derived facts with type, unit, titles, source and sureness, for lists."""
    names = facts_of(Parcel.__table__, literal(date(2000, 1, 1), Date()))
    listed = []
    for fact in FACTS:
        source = source_of_fact(names[fact.name])
        listed.append(
            {
                "name": fact.name, "type": fact.type, "title": fact.titles._asdict(), "unit": fact.unit,
                "source": source.words._asdict(), "sureness": str(source.sure),
            }
        )  # fmt: skip
    return listed
