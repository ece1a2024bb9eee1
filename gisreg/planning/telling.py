"""Words and values as the JSON of explanations has them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from gisreg.text import Text
from gisreg.vocab import Term


def both(words: Text) -> dict[str, str]:
    """Wording in both languages."""
    return {"zh": words.zh, "en": words.en}


def plain(value: Any) -> Any:
    """A value, a day as text."""
    return value.isoformat() if isinstance(value, date) else value


def titled(terms: type[Term] | None, value: Any) -> dict[str, str] | None:
    """The title of a token of a vocabulary; none of anything else."""
    return next((both(term.titles) for term in terms or () if term == value), None)


def dated(value: Any) -> Any:
    """The same for all that a structure holds."""
    if isinstance(value, Mapping):
        return {name: dated(one) for name, one in value.items()}
    if isinstance(value, list):
        return [dated(one) for one in value]
    return plain(value)
