"""What is asked of a collection: read from the words of a request and made ready to be looked up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, ClassVar, cast

from sqlalchemy import ColumnElement, FromClause, Table, func

from gisreg.db.models import Parcel
from gisreg.errors import InputError
from gisreg.features.box import Box
from gisreg.features.collections import GEOMETRY, Collection
from gisreg.features.crs import CRS84, Crs
from gisreg.features.moment import Moment
from gisreg.features.numerals import integer_of, number_of
from gisreg.features.profile import PLAIN, Profile
from gisreg.features.reader import EVERYTHING, Reader
from gisreg.parcels.queryables import Queryable
from gisreg.parcels.sorting import MOST_KEYS, UNSORTABLE, SortKey, SortTooLong
from gisreg.text import Text
from gisreg.vocab import LEFT_STATES, NOT_CLOSED_STATES

PARCEL = cast(Table, Parcel.__table__)
MU_PER_M2 = 0.0015
MAX_WORDS = 200
Columns = Mapping[str, ColumnElement[Any]]


class PropertyUnknown(InputError):
    """The collection has no such property."""

    what: ClassVar[Text] = Text("要素集 {collection} 没有属性 {name}", "{collection} has no property {name}")
    mend: ClassVar[Text] = Text(
        "可用属性见 /ogc/collections/{collection}/queryables", "/ogc/collections/{collection}/queryables lists them"
    )


class NotSortable(InputError):
    """A geometry or a list has no order."""

    what: ClassVar[Text] = Text("不能按 {name} 排序", "there is no sorting by {name}")
    mend: ClassVar[Text] = Text("请换一个数值、文字或日期属性", "sort by a number, a text or a date")


@dataclass(frozen=True)
class Asked:
    """What of a collection is wanted, and how it is to be written."""

    collection: Collection
    source: FromClause
    columns: Columns
    """The columns of ``source`` by the names that features have them under, ``id`` among them."""
    reader: Reader = EVERYTHING
    moment: Moment | None = None
    box: Box | None = None
    where: ColumnElement[bool] | None = None
    sort: tuple[SortKey, ...] = ()
    limit: int = 100
    cursor: str | None = None
    crs: Crs = CRS84
    properties: tuple[str, ...] | None = None
    """None for all of them."""
    profile: Profile = PLAIN

    def rows(self) -> list[ColumnElement[bool]]:
        """What restricts the list, wherever a page of it begins."""
        found = self.rows_anywhere()
        return found if self.box is None else [*found, self.box.touches(self.columns[GEOMETRY])]

    def rows_anywhere(self) -> list[ColumnElement[bool]]:
        """The same without the box."""
        return self.collection.rows(self.source, self.reader, self.where)


@dataclass(frozen=True)
class Condition:
    """A filter in words: CQL2, the system its literals are in, and properties that equal a value."""

    cql2: str | None = None
    crs: Crs = CRS84
    equal: tuple[tuple[str, str], ...] = ()


NOTHING = Condition()


def asked_of(
    collection: Collection,
    *,
    condition: Condition = NOTHING,
    sort: tuple[SortKey, ...] = (),
    moment: Moment | None = None,
    **how: Any,
) -> Asked:
    """The question, on the narrow table where nothing else is needed to choose the rows.

    Raises:
        FilterError.
    """
    source = collection.source_at(moment)
    columns: Any = source.c  # to be looked into by name, as a dictionary is
    asked = Asked(collection, source, columns, moment=moment, sort=sort, **how)
    where, used = _compiled(condition, collection, asked.columns)
    if moment is None and collection.is_narrow and {*used, *(key.name for key in sort)} <= narrow_columns().keys():
        where, _ = _compiled(condition, collection, narrow_columns())
        return replace(asked, source=PARCEL, columns=narrow_columns(), where=where)
    return replace(asked, where=where)


@cache
def narrow_columns() -> dict[str, ColumnElement[Any]]:
    """What can be said of a parcel without looking at its label or its township."""
    c = PARCEL.c
    land = func.coalesce(c.official_area_m2, c.area_m2, type_=c.area_m2.type)
    return {
        **{column.name: column for column in PARCEL.columns},
        "land_area_m2": land,
        "area_mu": land * MU_PER_M2,
        "area_is_official": c.official_area_m2.is_not(None),
        "is_left": c.state.in_(LEFT_STATES),
        "is_not_closed": c.state.in_(NOT_CLOSED_STATES),
    }


def _compiled(
    condition: Condition, collection: Collection, columns: Columns
) -> tuple[ColumnElement[bool] | None, list[str]]:
    """The condition as SQL, and the names it looks at."""
    if condition == NOTHING:
        return None, []
    from gisreg.filters import Known, compile_condition  # noqa: PLC0415 - the CQL2 parser is loaded by the first filter

    names = {name: Known(field, columns[name]) for name, field in collection.fields.items() if name in columns}
    parts: list[ColumnElement[bool]] = []
    used: list[str] = []
    trees: list[Any] = [] if condition.cql2 is None else [condition.cql2]
    trees += [_equality(collection.fields[name], value) for name, value in condition.equal]
    for tree in trees:
        made = compile_condition(tree, names, srid=condition.crs.srid, north_first=condition.crs.north_first)
        parts.append(made.sql)
        used += [queryable.name for queryable in made.used]
    return parts[0] if len(parts) == 1 else _all(parts), used


def _all(parts: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    from sqlalchemy import and_  # noqa: PLC0415 - used here alone

    return and_(*parts)


def _equality(field: Queryable, value: str) -> dict[str, Any]:
    """``name=value`` of an address as CQL2."""
    typed: Any = value
    if field.type == "date":
        typed = {"date": value}
    elif field.type in ("number", "integer"):
        number = number_of(value) if field.type == "number" else integer_of(value)
        typed = value if number is None else number  # told by the filter language as any other value of a wrong type
    elif field.type == "boolean":
        typed = {"true": True, "false": False}.get(value, value)
    elif field.type == "array":
        return {"op": "a_contains", "args": [{"property": field.name}, [value]]}
    return {"op": "=", "args": [{"property": field.name}, typed]}


def sort_of(given: str | None, collection: Collection) -> tuple[SortKey, ...]:
    """The keys of ``-area_mu,kind``.

    Raises:
        PropertyUnknown, NotSortable, SortTooLong.
    """
    parts = [part.strip() for part in (given or "").split(",")] if given else []
    keys = tuple(SortKey(part.lstrip("+-"), part.startswith("-")) for part in parts)
    for key in keys:
        field = collection.fields.get(key.name)
        if field is None:
            raise PropertyUnknown(where="sortby", collection=collection.name, name=key.name[:100] or "''")
        if field.type in UNSORTABLE:
            raise NotSortable(where="sortby", name=key.name)
    if len(keys) > MOST_KEYS or len({key.name for key in keys}) < len(keys):
        raise SortTooLong(where="sortby", given=(given or "")[:MAX_WORDS], most=MOST_KEYS)
    return keys


def properties_of(given: str | None, collection: Collection) -> tuple[str, ...] | None:
    """The properties of ``kind,area_mu`` in the collection's own order; None where none are named.

    Raises:
        PropertyUnknown.
    """
    if given is None:
        return None
    names = {name.strip() for name in given.split(",")} if given else set()
    for name in sorted(names):
        if name not in collection.fields:
            raise PropertyUnknown(where="properties", collection=collection.name, name=name[:100] or "''")
    return tuple(name for name in collection.properties if name in names)
