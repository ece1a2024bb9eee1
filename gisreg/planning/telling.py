"""Words and values as the JSON of explanations has them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from gisreg.parcels.queryables import Queryable
from gisreg.planning.compile import PARAMETER_PREFIX
from gisreg.planning.factsources import source_of_fact, sureness_of
from gisreg.planning.seeing import Json, Looked
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


def fact_told(of: Looked, item: Queryable) -> Json:
    """A fact or parameter with the value that a parcel has."""
    value = of.seen[f"fact:{item.name}"]
    shown: Json = {"fact": item.name, "title": both(item.titles), "value": plain(value), "unit": item.unit}
    title = titled(item.terms, value)
    if title is not None:
        shown["value_title"] = title
    if item.name.startswith(PARAMETER_PREFIX):
        parameter = of.rules.parameters[item.name.removeprefix(PARAMETER_PREFIX)]
        return shown | {"parameter": True, "source": parameter.source, "confirmed": parameter.confirmed}
    known = of.compiled.names[item.name]
    sure = sureness_of(known, value)
    return shown | {"source": both(source_of_fact(known).words), "sureness": None if sure is None else str(sure)}
