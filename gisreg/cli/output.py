"""Shared by all commands: settings, language, JSON, tables, progress."""

import contextlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import asdict, dataclass, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, ClassVar

import typer

from gisreg.errors import SetupError
from gisreg.settings import Settings
from gisreg.text import Language, Text

JsonFlag = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序使用 · print JSON for programs")]


class BadSettingError(SetupError):
    """A GISREG_… variable holds something unusable."""

    what: ClassVar[Text] = Text("设置 {name} 无效：{reason}", "the setting {name} is not valid: {reason}")
    mend: ClassVar[Text] = Text("请更正环境变量 {name}", "correct the environment variable {name}")


@dataclass(frozen=True)
class Context:
    """What every command needs to know."""

    settings: Settings
    language: Language

    def say(self, text: Text, **params: object) -> str:
        """Wording in the language of this run."""
        return text.say(self.language, **params)


_chosen_language: ContextVar[Language | None] = ContextVar("chosen_language", default=None)


def choose_language(language: Language | None) -> None:
    """``--lang`` of this run."""
    _chosen_language.set(language)


def context() -> Context:
    """Settings and language of this run; ``--lang`` wins over GISREG_LANGUAGE."""
    settings = read_settings()
    return Context(settings, _chosen_language.get() or settings.language)


def read_settings() -> Settings:
    """The settings from the environment; the first bad one is named in one line."""
    from pydantic import ValidationError  # noqa: PLC0415 - pydantic costs start-up time, --help needs none of it

    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "GISREG_" + str(first["loc"][0]).upper()
        raise BadSettingError(name=name, reason=first["msg"]) from None


def print_json(value: object) -> None:
    """One JSON document on stdout; Chinese stays readable."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=jsonable) + "\n")


def jsonable(value: object) -> object:
    """How types that JSON lacks are written."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def print_line(text: str) -> None:
    """One line for people on stdout, at once: a pipe would hold it back until the command ends."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def print_aside(text: str) -> None:
    """One line for people on stderr: what they should know beside the answer."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def print_table(headings: Sequence[str], rows: Iterable[Sequence[object]], title: str | None = None) -> None:
    """A table for people; numbers stand right. Values are shown as they are, never read as markup."""
    from rich.console import Console  # noqa: PLC0415 - rich is slow to import and only tables need it
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text as Plain  # noqa: PLC0415

    listed = [list(row) for row in rows]
    table = Table(title=title, title_justify="left")
    for place, heading in enumerate(headings):
        numbers = all(isinstance(row[place], int | float | Decimal | None) for row in listed)
        table.add_column(heading, justify="right" if listed and numbers else "left")
    for row in listed:
        table.add_row(*(Plain("" if cell is None else _cell(cell)) for cell in row))
    # A pipe has no width of its own: never cut what a script reads.
    Console(width=None if sys.stdout.isatty() else 200).print(table)


def _cell(value: object) -> str:
    if isinstance(value, float | Decimal):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


@contextlib.contextmanager
def progress(what: str, total: float | None = None) -> Iterator[Callable[[float], None]]:
    """A bar on stderr, only on a terminal. Yields a function to be called with the amount done so far."""
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich import progress as bars  # noqa: PLC0415 - rich is slow to import and only a terminal needs it
    from rich.console import Console  # noqa: PLC0415

    columns = (
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TimeElapsedColumn(),
    )
    with bars.Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(what, total=total)
        yield lambda done: shown.update(task, completed=done)
