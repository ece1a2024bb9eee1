"""The clock's events beside the parcels that are labelled: one set-based join, cheap where events are few."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, DateTime, FromClause, bindparam, select, text
from sqlalchemy.dialects.postgresql import DATEMULTIRANGE

from gisreg.db.sql import load

RESTART, PAUSED = "clock_restart_on", "clock_paused"
"""Columns that the facts of :mod:`gisreg.planning.facts` look for; a target without them has no events."""


EVENTS = load("gisreg.planning.clock", "events.sql")
"""What the events move, by ``clock_parcel_id``; asks for ``as_of`` and ``instant``."""


def with_clock(target: FromClause, as_of: date, instant: datetime | None = None) -> FromClause:
    """The target with what its clock events move, as agreed by a day and recorded before an instant (None: now).

    ``target.c.id`` is the parcel's key.
    """
    events = (
        text(EVENTS)
        .bindparams(bindparam("as_of", as_of, Date), bindparam("instant", instant, DateTime(timezone=True)))
        .columns(clock_parcel_id=BigInteger, clock_restart_on=Date, clock_paused=DATEMULTIRANGE)
        .subquery("clock")
    )
    joined = target.outerjoin(events, events.c.clock_parcel_id == target.c.id)
    return select(*target.c, events.c[RESTART], events.c[PAUSED]).select_from(joined).subquery("clocked")
