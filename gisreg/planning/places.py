"""Where in a rule file something stands: TOML's own reader keeps no lines, people need them to find their fault."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"""\s*([A-Za-z0-9_-]+(?:\s*\.\s*[A-Za-z0-9_-]+)*|"[^"]*")\s*=""")
_LONG_QUOTES = ('"""', "'''")

Path = tuple[int | str, ...]


@lru_cache(maxsize=8)
def lines_of(toml: str) -> dict[Path, int]:
    """The line of each table and key, by its path; tables of a list are numbered from 0."""
    found: dict[Path, int] = {}
    counted: dict[str, int] = {}
    table: Path = ()
    inside: str | None = None
    for number, line in enumerate(toml.splitlines(), start=1):
        if inside is not None:
            inside = None if line.count(inside) % 2 else inside
            continue
        header, key = _HEADER.match(line), _KEY.match(line)
        if header and not (key and key.start(1) < header.start(2)):
            table = _table(header[1], header[2], counted)
            found.setdefault(table, number)
        elif key:
            found.setdefault((*table, *_parts(key[1])), number)
        inside = next((quotes for quotes in _LONG_QUOTES if line.count(quotes) % 2), None)
    return found


def _table(brackets: str, name: str, counted: dict[str, int]) -> Path:
    if brackets == "[":
        return _parts(name)
    counted[name] = counted.get(name, -1) + 1
    return (*_parts(name), counted[name])


def _parts(name: str) -> tuple[str, ...]:
    if name.startswith('"'):
        return (name.strip('"'),)
    return tuple(part.strip() for part in name.split("."))


def line_of(toml: str, path: Sequence[int | str]) -> int | None:
    """The line of the nearest thing on the way to ``path``."""
    return nearest_line(lines_of(toml), tuple(path))


def nearest_line(lines: Mapping[Path, int], path: Path) -> int | None:
    """The same where the lines are known."""
    shorter = (path[:length] for length in range(len(path), 0, -1))
    return next((lines[part] for part in shorter if part in lines), None)


def path_of(data: Mapping[str, Any], thing: str, field: str = "") -> Path | None:
    """The path of a rule, gate or sum by its id, or of a parameter, measure or end use by its name."""
    for group in ("rules", "gates", "money"):
        listed = data.get(group)
        for number, item in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(item, dict) and item.get("id") == thing:
                return (group, number, field) if field else (group, number)
    for group in ("parameters", "measures", "end_uses", "english"):
        named = data.get(group)
        if isinstance(named, dict) and thing in named:
            return (group, thing, field) if field else (group, thing)
    return ("ruleset", field) if thing == "ruleset" else None
