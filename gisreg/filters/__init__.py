"""The filter language: CQL2, as text or JSON, over the queryables, to bound SQL.

    statement = select(parcel_current).where(compile_filter("kind = 'idle_land' AND area_mu > 10"))

SQL's three-valued logic holds: a condition on an unknown fact is neither true nor false.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause

from gisreg.db.models import STORAGE_SRID
from gisreg.filters.errors import FilterError, place
from gisreg.filters.parse import parse
from gisreg.filters.values import Known
from gisreg.filters.walk import Walker, used_queryables
from gisreg.parcels.current import parcel_current
from gisreg.parcels.queryables import QUERYABLES, Queryable

__all__ = ["Compiled", "FilterError", "Known", "compile_condition", "compile_filter", "names_of"]


@dataclass(frozen=True)
class Compiled:
    """A filter as SQL and the names it looks at."""

    sql: ColumnElement[bool]
    used: tuple[Queryable, ...]


def names_of(target: FromClause = parcel_current) -> dict[str, Known]:
    """The stored queryables that a table or view has, by name."""
    return {name: Known(item, target.c[name]) for name, item in QUERYABLES.items() if name in target.c}


def compile_filter(
    source: str | dict[str, Any],
    *,
    target: FromClause = parcel_current,
    extra: Mapping[str, Known] | None = None,
    srid: int = STORAGE_SRID,
) -> ColumnElement[bool]:
    """The condition of a filter (CQL2 text, CQL2 JSON text, or JSON already read).

    ``target`` is what the names are columns of; ``extra`` adds names (or replaces some) with their own SQL; ``srid`` is
    the CRS of geometry literals that name none. Raises :class:`FilterError`.
    """
    return compile_condition(source, {**names_of(target), **(extra or {})}, srid=srid).sql


def compile_condition(
    source: str | dict[str, Any], names: Mapping[str, Known], *, srid: int = STORAGE_SRID, north_first: bool = False
) -> Compiled:
    """As :func:`compile_filter`, over exactly these names; tells also which of them were used.

    ``north_first`` says that geometry literals have latitude or northing in front, as EPSG orders them.
    """
    walker = Walker(names, srid, north_first=north_first)
    try:
        condition = walker.condition(parse(source))
    except FilterError as error:
        raise _placed(error, source) from None
    return Compiled(condition, used_queryables(walker))


def _placed(error: FilterError, source: str | dict[str, Any]) -> FilterError:
    """The error with the place of the name or value it is about, where the text shows it."""
    if error.where or not isinstance(source, str):
        return error
    for word in ("value", "name"):
        found = source.find(str(error.params[word])) if word in error.params else -1
        if found >= 0:
            return type(error)(place(found + 1), **{**error.params, "position": found + 1})
    return error
