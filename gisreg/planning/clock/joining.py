"""The clock's events beside the parcels that are labelled: one set-based join, cheap where events are few."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ColumnElement, Date, DateTime, FromClause, bindparam, select, text
from sqlalchemy.dialects.postgresql import DATEMULTIRANGE

from gisreg.db.sql import load

RESTART, PAUSED = "clock_restart_on", "clock_paused"
"""Columns that the facts of :mod:`gisreg.planning.facts` look for; a target without them has no events."""


def with_clock(
    target: FromClause, as_of: date, instant: datetime | None = None, *, parcel_key: ColumnElement[int] | None = None
) -> FromClause:
    """The target with what its clock events move, as agreed by a day and recorded before an instant (None: now).

    ``target.c.id`` is the parcel's key, unless all rows are variants of one parcel, which is then named. A statement
    that is kept gives day and instant when it is run, as ``as_of`` and ``instant``.
    """
    events = (
        text(load("gisreg.planning.clock", "events.sql"))
        .bindparams(bindparam("as_of", as_of, Date), bindparam("instant", instant, DateTime(timezone=True)))
        .columns(clock_parcel_id=BigInteger, clock_restart_on=Date, clock_paused=DATEMULTIRANGE)
        .subquery("clock")
    )
    key = target.c.id if parcel_key is None else parcel_key
    joined = target.outerjoin(events, events.c.clock_parcel_id == key)
    return select(*target.c, events.c[RESTART], events.c[PAUSED]).select_from(joined).subquery("clocked")
