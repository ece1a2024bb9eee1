"""Shared by the commands on books beside the parcels: one transaction, typed pairs, an entry as a table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from gisreg.cli.database import actor, open_engine
from gisreg.cli.output import Context, context, print_json, print_line, print_table
from gisreg.cli.parcels_edit import PairUnreadable
from gisreg.cli.wording import title_of, word_for
from gisreg.counties import choose_county
from gisreg.db.engine import transaction
from gisreg.text import Text

if TYPE_CHECKING:
    from sqlalchemy import Connection

T = TypeVar("T")
Code = Annotated[str, typer.Argument(help="宗地编号 · parcel code")]
County = Annotated[str | None, typer.Option(help="县级代码 · county code")]
BasedOn = Annotated[int, typer.Option(help="依据的版本 · the version that the change is based on", min=1)]
Set = Annotated[
    list[str] | None, typer.Option("--set", help="字段=值,可重复;空值为未知 · field=value; empty is unknown")
]
Limit = Annotated[int, typer.Option(min=1, max=1_000_000, help="最多列出 · at most")]

DONE = Text("{thing} {key}:第 {version} 版", "{thing} {key}: version {version}")
TOTAL = Text("共 {total} 条,列出 {shown} 条", "{total} in all, {shown} listed")
FIELD = Text("字段|值", "field|value")
VERSIONS = Text("版本|时间|经手|来源|内容", "version|when|who|from|content")
NONE = Text("没有", "none")
PLACES = ("longitude", "latitude")


def write(work: Callable[["Connection", str], T], county: str | None = None) -> T:
    """A use case in one transaction, in the county named or the only one."""
    now = context()
    with open_engine(now.settings) as engine, transaction(engine, actor(now.settings)) as connection:
        return work(connection, choose_county(connection, county or now.settings.county))


def read(work: Callable[["Connection", str], T], county: str | None = None) -> T:
    """The same, only looking."""
    now = context()
    with open_engine(now.settings) as engine, transaction(engine) as connection:
        return work(connection, choose_county(connection, county or now.settings.county))


def change(work: Callable[["Connection"], T]) -> T:
    """A use case on a parcel, whose number tells its county."""
    now = context()
    with open_engine(now.settings) as engine, transaction(engine, actor(now.settings)) as connection:
        return work(connection)


def look(work: Callable[["Connection"], T]) -> T:
    """The same, only looking."""
    now = context()
    with open_engine(now.settings) as engine, transaction(engine) as connection:
        return work(connection)


def pairs(given: Sequence[str] | None) -> dict[str, str]:
    """The values of ``--set``.

    Raises:
        PairUnreadable.
    """
    values = {}
    for pair in given or ():
        name, equals, value = pair.partition("=")
        if not equals:
            raise PairUnreadable(where="--set", value=pair[:80], form="name=value")
        values[name.strip()] = value
    return values


def show_entry(row: Mapping[str, Any], thing: Text, key: str, *, json: bool) -> None:
    """What was written, or one entry."""
    now = context()
    if json:
        print_json(row)
        return
    print_line(now.say(DONE, thing=thing.say(now.language), key=plain(now, row[key], key), version=row["version"]))
    hidden = {"id", "version", "county_code", "parcel_id"}
    shown = [
        (now.say(title_of(name)), plain(now, value, name))
        for name, value in row.items()
        if name not in hidden and value is not None
    ]
    print_table(now.say(FIELD).split("|"), shown)


def show_rows(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str], headings: Text, *, json: bool, total: int | None = None
) -> None:
    """A list; ``headings`` are divided by bars."""
    now = context()
    if json:
        print_json({"total": len(rows) if total is None else total, "items": rows})
        return
    print_table(now.say(headings).split("|"), [[plain(now, row[name], name) for name in columns] for row in rows])
    if total is not None:
        print_line(now.say(TOTAL, total=f"{total:,}", shown=f"{len(rows):,}"))


def show_history(versions: Sequence[Mapping[str, Any]], *, json: bool) -> None:
    """All versions of an entry."""
    now = context()
    if json:
        print_json({"versions": versions})
        return
    rows = [
        (one["version"], f"{one['recorded_at']:%Y-%m-%d %H:%M}", one["recorded_by"], one["recorded_from"],
         ", ".join(f"{now.say(title_of(name))}={plain(now, value, name)}" for name, value in _known(one["content"])))
        for one in versions
    ]  # fmt: skip
    print_table(now.say(VERSIONS).split("|"), rows)


def _known(content: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in content.items() if value is not None]


def plain(now: Context, value: Any, column: str = "") -> Any:
    """A value as a cell shows it; tokens and codes of a known column in words."""
    word = word_for(column, value)
    if isinstance(word, Text):
        return now.say(word)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if column in PLACES and value is not None:
        return f"{value:.6f}"
    named = column == "id" or column.endswith("_id")  # a number that is a name has no thousands
    return str(value) if named and isinstance(value, int) else _plain(now, word)


def _plain(now: Context, value: Any) -> Any:
    if isinstance(value, bool):
        return now.say(Text("是", "yes") if value else Text("否", "no"))
    if hasattr(value, "titles"):
        return value.titles.say(now.language)
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    if isinstance(value, dict) and "name" in value:
        return value["name"]
    if is_dataclass(value) and not isinstance(value, type):
        return str(asdict(value))
    return value
