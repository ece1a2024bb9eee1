"""Clauses of law in English where nobody wrote them out: the name of the law is known, articles are counted."""

import re
from collections.abc import Mapping

from gisreg.text import Text

_DIGITS = {digit: number for number, digit in enumerate("〇一二三四五六七八九")} | {"零": 0}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_CLAUSE = re.compile(r"第([〇零一二三四五六七八九十百千]+)条(?:第\(([一二三四五六七八九十]+)\)项)?")
_LAWS = {"行政处罚法": "Administrative Penalties Law"}
"""Laws that procedures rest on and no rule set names."""
_UNSURE = ("(条文待核)", " (to be checked)")


def number_of(words: str) -> int:
    """A number in Chinese words, below ten thousand: 七百零五 is 705."""
    total = digit = 0
    for one in words:
        if one in _UNITS:
            total += (digit or 1) * _UNITS[one]
            digit = 0
        else:
            digit = _DIGITS[one]
    return total + digit


def in_english(basis: str, known: Mapping[str, str]) -> Text:
    """A basis part by part: as somebody wrote it, or the law's name with its articles; else as it is."""
    parts = [part.strip() for part in basis.split(";")]
    return Text(basis, "; ".join(known.get(part) or _counted(part, known) for part in parts))


def _counted(part: str, known: Mapping[str, str]) -> str:
    unsure = part.endswith(_UNSURE[0])
    plain = part.removesuffix(_UNSURE[0])
    first = _CLAUSE.search(plain)
    law = plain[: first.start()] if first else ""
    name = known.get(law) or _LAWS.get(law)
    if first is None or name is None:
        return part
    articles = ", ".join(_article(one) for one in _CLAUSE.finditer(plain))
    return f"{name}, {articles}{_UNSURE[1] if unsure else ''}"


def _article(found: re.Match[str]) -> str:
    item = f" ({number_of(found[2])})" if found[2] else ""
    return f"Art. {number_of(found[1])}{item}"
