"""The registry as it was recorded at 24:00 of a day, Asia/Shanghai (rules §6)."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Date, DateTime, FromClause, bindparam, text

from gisreg.db.engine import TIME_ZONE
from gisreg.db.sql import load
from gisreg.parcels.current import parcel_current


def today() -> date:
    """Today in the county."""
    return datetime.now(ZoneInfo(TIME_ZONE)).date()


def end_of(day: date) -> datetime:
    """The first instant after ``day`` in the county's time."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(TIME_ZONE))


def current_at(as_of: date | None = None) -> FromClause:
    """The read model now (the view), or as recorded at the end of ``as_of``; the same columns either way."""
    if as_of is None:
        return parcel_current
    statement = text(load("gisreg.parcels", "current_at.sql")).bindparams(
        bindparam("as_of", as_of, Date), bindparam("until", end_of(as_of), DateTime(timezone=True))
    )
    return statement.columns(*parcel_current.columns).subquery("parcel_current")
