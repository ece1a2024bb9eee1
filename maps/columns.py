"""Many rows as columns: each repeated value is written once."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from gisreg.text import Text

Json = Any
"""Whatever json.dumps takes."""


def packed(values: Iterable[Json]) -> dict[str, list[Json]]:
    """Distinct values, and for each row which of them."""
    distinct: dict[str, int] = {}
    kept: list[Json] = []
    places = []
    for value in values:
        key = json.dumps(value, ensure_ascii=False)
        if key not in distinct:
            distinct[key] = len(kept)
            kept.append(value)
        places.append(distinct[key])
    return {"values": kept, "rows": places}


def pair(text: Text | None) -> list[str] | None:
    """Chinese and English as the pages' scripts take them."""
    return None if text is None else [text.zh, text.en]


def rounded(values: Iterable[float | None], digits: int = 2) -> list[float | None]:
    """Numbers at the precision that is shown."""
    return [None if value is None else round(value, digits) for value in values]


def flags(values: Sequence[bool]) -> str:
    """Yes and no as a string of 1 and 0."""
    return "".join("1" if value else "0" for value in values)


def as_json(value: Json) -> str:
    """JSON that can stand inside a script element: no ``<`` in it, so no tag can end or begin there."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
