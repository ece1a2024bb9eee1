"""Pages for people: Jinja templates, everything escaped."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from gisreg.text import Language, Text

HERE = Path(__file__).resolve().parent
STATIC_DIR = HERE / "static"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["number"] = _number
    return made


def _number(value: float | None, digits: int = 0) -> str:
    return "–" if value is None else f"{value:,.{digits}f}"


def render(template: str, values: Mapping[str, Any]) -> bytes:
    """The page as UTF-8."""
    return _environment().get_template(template).render(**values).encode()


def speaker(language: Language) -> Callable[..., str]:
    """``say("中文", "English")`` or ``say(text)`` for templates."""

    def say(wording: str | Text, english: str = "") -> str:
        both = wording if isinstance(wording, Text) else Text(wording, english)
        return both.say(language)

    return say
