"""Filters of the query string, handed to the registry's own filter language."""

from typing import ClassVar, Literal

from sqlalchemy import ColumnElement, FromClause

from gisreg.errors import InputError
from gisreg.text import Text

FilterLanguage = Literal["cql2-text", "cql2-json"]


class WrongFilterLanguage(InputError):
    """The filter is written in the other encoding than the one named."""

    what: ClassVar[Text] = Text("filter 的写法与 filter-lang={named} 不符", "the filter is not written in {named}")
    mend: ClassVar[Text] = Text("请改 filter-lang，或改条件的写法", "change filter-lang, or how the filter is written")


def compiled(given: str | None, language: FilterLanguage, source: FromClause) -> ColumnElement[bool] | None:
    """The condition on ``source``, or None where no filter is given.

    Raises:
        WrongFilterLanguage: CQL2 JSON is an object, CQL2 text never begins with a brace.
    """
    if given is None or not given.strip():
        return None
    if given.lstrip().startswith("{") != (language == "cql2-json"):
        raise WrongFilterLanguage(where="filter", named=language)
    from gisreg.filters import compile_filter  # noqa: PLC0415 - the CQL2 parser is loaded by the first filter

    return compile_filter(given, target=source)
