"""``CREATE TEMPORARY TABLE … AS`` with bound parameters: PostgreSQL runs its query in parallel, not so an INSERT's."""

from typing import Any

from sqlalchemy import ClauseElement, Executable, Select
from sqlalchemy.ext.compiler import compiles


class TemporaryTableAs(Executable, ClauseElement):
    """A table of the query's rows that goes away with the transaction."""

    inherit_cache = False

    def __init__(self, name: str, query: Select[Any]) -> None:
        self.name = name
        self.query = query


@compiles(TemporaryTableAs)
def _render(element: TemporaryTableAs, compiler: Any, **kw: Any) -> str:
    name = compiler.preparer.quote(element.name)
    return f"CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS {compiler.process(element.query, **kw)}"
