"""The order of a list: queryable names, each up or down, the parcel code last so that the order is whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, FromClause

from gisreg.errors import InputError
from gisreg.parcels.queryables import QUERYABLES
from gisreg.parcels.suggesting import did_you_mean
from gisreg.text import Text

MOST_KEYS = 3
UNSORTABLE = ("geometry", "array")


class SortUnknown(InputError):
    """No such name can be sorted by."""

    what: ClassVar[Text] = Text("不能按 {name} 排序", "there is no sorting by {name}")
    mend: ClassVar[Text] = Text(
        "{nearest}全部名称见 gisreg parcels queryables(接口为 /queryables);降序在名称前加 -",
        "{nearest}gisreg parcels queryables (over HTTP: /queryables) lists all names; "
        "a leading - turns the order round",
    )


class SortTooLong(InputError):
    """More names than any reader could follow, or one twice."""

    what: ClassVar[Text] = Text("排序字段过多或重复:{given}", "too many names to sort by, or one twice: {given}")
    mend: ClassVar[Text] = Text("最多 {most} 个,各不相同", "give at most {most}, each once")


class SortedAfter(InputError):
    """Continuing behind a parcel code goes by parcel codes."""

    what: ClassVar[Text] = Text("after 不能与 sort 同用", "after and sort do not go together")
    mend: ClassVar[Text] = Text(
        "请改用 offset(命令行:加大 --limit)", "use offset instead (on the command line: a larger --limit)"
    )


@dataclass(frozen=True)
class SortKey:
    """One name and its direction."""

    name: str
    descending: bool = False


def read_sort(given: str | None) -> tuple[SortKey, ...]:
    """The keys of ``-area_mu,kind``.

    Raises:
        SortUnknown, SortTooLong.
    """
    parts = [part.strip() for part in (given or "").split(",")]
    if parts == [""]:
        return ()
    keys = tuple(SortKey(part.lstrip("+-").strip(), part.startswith("-")) for part in parts)
    for key in keys:
        queryable = QUERYABLES.get(key.name)
        if queryable is None or queryable.type in UNSORTABLE:
            raise SortUnknown("sort", name=key.name or "''", nearest=_nearest(key.name))
    if len(keys) > MOST_KEYS or len({key.name for key in keys}) < len(keys):
        raise SortTooLong("sort", given=given, most=MOST_KEYS)
    return keys


def _nearest(name: str) -> Text:
    sortable = [known for known, queryable in QUERYABLES.items() if queryable.type not in UNSORTABLE]
    return did_you_mean(name, sortable)


def ordering(source: FromClause, keys: Sequence[SortKey]) -> list[ColumnElement[Any]]:
    """The ORDER BY; what is unknown stands last in either direction."""
    chosen = [(source.c[key.name].desc() if key.descending else source.c[key.name].asc()).nulls_last() for key in keys]
    return [*chosen, source.c.parcel_code.asc()]
