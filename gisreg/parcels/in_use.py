"""Numbers out of use stay in the history; lists, pages and files show them to those who ask for states by name."""

from sqlalchemy import ColumnElement, FromClause
from sqlalchemy.sql import visitors

from gisreg.vocab import State


def in_use(source: FromClause, where: ColumnElement[bool] | None) -> list[ColumnElement[bool]]:
    """The condition that leaves out split, merged and struck-off parcels, whose ground others hold now.

    Nothing where the compiled filter ``where`` speaks of states itself.
    """
    if where is not None and any(getattr(part, "key", None) == "state" for part in visitors.iterate(where)):
        return []
    return [source.c.state != State.REMOVED]
