"""One parcel many times over: as it is, with one fact changed, and on later days; labelled by one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, Boolean, Date, FromClause, Integer, Select, case, cast, column, func, literal, select
from sqlalchemy import Text as SqlText

from gisreg.db.models import Parcel
from gisreg.planning.clock.joining import with_clock
from gisreg.planning.compile import CompiledRules, compile_rules
from gisreg.planning.recorded import known_before
from gisreg.planning.ruleset import LoadedRuleSet
from gisreg.vocab import Demand, IdleCause, OwnerIntent, Term

HORIZON_DAYS = 1_100
"""How far ahead the clock is looked at: three years."""
AS_IT_IS = 0

CHANGEABLE_TERMS: dict[str, type[Term]] = {"idle_cause": IdleCause, "demand": Demand, "owner_intent": OwnerIntent}
"""Token facts that work on a parcel may change; what it is and whose it is are taken as given."""
CHANGEABLE: tuple[str, ...] = tuple(
    name for name, col in Parcel.__table__.columns.items() if isinstance(col.type, Boolean)
) + tuple(CHANGEABLE_TERMS)


@dataclass(frozen=True)
class Variant:
    """What is different; neither fact nor later day in the first one, the parcel as it is."""

    no: int
    day: date
    fact: str | None = None
    value: str | None = None

    @property
    def python_value(self) -> bool | str | None:
        """The changed value as people and JSON see it."""
        return {"true": True, "false": False}.get(self.value or "", self.value)


def variants_of(as_of: date, facts: Sequence[str]) -> list[Variant]:
    """The parcel as it is, each of these facts at each of its values, and each day up to the horizon."""
    changes: list[tuple[str | None, str | None, date]] = [(None, None, as_of)]
    changes += [(fact, value, as_of) for fact in facts for value in _values(fact)]
    changes += [(None, None, as_of + timedelta(days=ahead)) for ahead in range(1, HORIZON_DAYS + 1)]
    return [Variant(no, day, fact, value) for no, (fact, value, day) in enumerate(changes)]


def _values(fact: str) -> list[str]:
    return [str(term) for term in CHANGEABLE_TERMS[fact]] if fact in CHANGEABLE_TERMS else ["true", "false"]


def compile_variants(
    loaded: LoadedRuleSet, parcel_id: int, instant: datetime, variants: Sequence[Variant]
) -> CompiledRules:
    """The rule set over the variants of one parcel as known before an instant; ``id`` is the variant's number.

    What moved the clock is what was agreed by the day of the first one, the parcel as it is.
    """
    varied = _varied(known_before(instant), parcel_id, variants)
    table = with_clock(varied, variants[AS_IT_IS].day, instant, parcel_id=parcel_id)
    return compile_rules(loaded, table, table.c.variant_day)


def _varied(known: FromClause, parcel_id: int, variants: Sequence[Variant]) -> FromClause:
    given = func.unnest(
        literal([variant.no for variant in variants], ARRAY(Integer)),
        literal([variant.day for variant in variants], ARRAY(Date)),
        literal([variant.fact for variant in variants], ARRAY(SqlText)),
        literal([variant.value for variant in variants], ARRAY(SqlText)),
    ).table_valued(
        column("no", Integer), column("day", Date), column("fact", SqlText), column("value", SqlText), name="variant"
    )
    given = given.render_derived()
    names = [col.name for col in Parcel.__table__.columns if col.name in known.c and col.name != "id"]
    columns = [_replaced(known, name, given) if name in CHANGEABLE else known.c[name].label(name) for name in names]
    chosen: Select[Any] = select(given.c.no.label("id"), given.c.day.label("variant_day"), *columns)
    return chosen.select_from(known.join(given, known.c.id == parcel_id)).offset(0).subquery("varied")


def _replaced(known: FromClause, name: str, given: FromClause) -> Any:
    new = given.c.value if name in CHANGEABLE_TERMS else cast(given.c.value, Boolean)
    return case((given.c.fact == name, new), else_=known.c[name]).label(name)
