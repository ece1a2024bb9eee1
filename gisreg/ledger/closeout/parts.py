"""What a close-out in part is: one place says it, for queries written in Python and for those in SQL files."""

from typing import Any

from sqlalchemy import ColumnElement, and_, func
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import aliased

from gisreg.db.models import CloseOut
from gisreg.ledger.closeout.words import CloseOutStatus

PLACE = ":in_part"
"""Where a statement of a file, in which ``close_out`` is ``c``, has the condition."""


def in_part(close_out: Any = CloseOut) -> ColumnElement[bool]:
    """Quotas that were taken back while the parcel, with all its land, stays: booked, and of no land. The area of what
    closes a parcel is above 0, or unknown."""
    return func.coalesce(and_(close_out.status == CloseOutStatus.ACCEPTED, close_out.area_m2 == 0), False)


def with_in_part(statement: str) -> str:
    """The statement with the condition in its place."""
    written = in_part(aliased(CloseOut, name="c")).compile(
        dialect=postgresql.dialect(),  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no types
        compile_kwargs={"literal_binds": True},
    )
    return statement.replace(PLACE, str(written))
