"""What can be asked of a parcel: name, type, unit, titles, source. Filters, rules, exports and the API share it."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ARRAY, Boolean, Column, Date, Double, Integer
from sqlalchemy import Text as SqlText

from gisreg.columns import Meaning
from gisreg.parcels.current import parcel_current
from gisreg.parcels.sources import LEDGER, Source, source_of
from gisreg.text import Text
from gisreg.vocab import Term

QueryableType = Literal["string", "number", "integer", "boolean", "date", "array", "geometry"]
Terms = type[Term]


@dataclass(frozen=True)
class Queryable:
    """One name that a CQL2 filter may use."""

    name: str
    type: QueryableType
    titles: Text
    unit: str | None = None
    terms: Terms | None = None
    personal: bool = False
    source: Source = LEDGER
    """Where it comes from, and how sure it is before anybody looks at a parcel."""


def _type_of(column: Column[object]) -> QueryableType:
    kinds: tuple[tuple[type, QueryableType], ...] = (
        (ARRAY, "array"),
        (Boolean, "boolean"),
        (Date, "date"),
        (Integer, "integer"),
        (Double, "number"),
        (SqlText, "string"),
    )
    return next((name for kind, name in kinds if isinstance(column.type, kind)), "geometry")


def _queryable(column: Column[object], meaning: Meaning) -> Queryable:
    return Queryable(
        column.name, _type_of(column), meaning.title, meaning.unit, meaning.terms,
        personal=meaning.personal, source=source_of(column.name),
    )  # fmt: skip


QUERYABLES: dict[str, Queryable] = {
    column.name: _queryable(column, column.info["meaning"])
    for column in parcel_current.columns
    if "meaning" in column.info
}
"""All stored queryables by name. Facts that depend on the as-of date are added by :mod:`gisreg.planning`."""
