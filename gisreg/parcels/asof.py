"""The registry as it was recorded at 24:00 of a day, Asia/Shanghai (rules §6)."""

from datetime import date, datetime
from typing import cast

from sqlalchemy import BigInteger, Date, DateTime, Double, FromClause, Table, bindparam, select, text

from gisreg.days import end_of, require_come
from gisreg.db.models import Parcel, ParcelOverlap
from gisreg.db.sql import load
from gisreg.parcels.current import parcel_current


def current_at(as_of: date | None = None, until: datetime | None = None) -> FromClause:
    """The read model now (the view), or as recorded at the end of ``as_of``; the same columns either way.

    ``until`` is the first instant of that day that is not seen any more, where it is not the whole day.

    Raises:
        DayInFuture: nobody knows yet what will be recorded by then; whatever reads a day's registry comes through here.
    """
    if as_of is None:
        return parcel_current
    require_come("as_of", as_of)
    own = (column.name for column in parcel_current.columns if column.name in Parcel.__table__.columns)
    recorded = load("gisreg.parcels", "current_at.sql").format(columns=", ".join(name for name in own if name != "id"))
    statement = text(recorded).bindparams(
        bindparam("as_of", as_of, Date), bindparam("until", until or end_of(as_of), DateTime(timezone=True))
    )
    return statement.columns(*parcel_current.columns).subquery("parcel_current")


def overlaps_at(county: str, as_of: date | None = None) -> FromClause:
    """Pairs of parcels of different kinds that share ground, now (the links kept) or as at the end of ``as_of``.

    Columns ``parcel_id``, ``other_id`` and ``area_m2``; to be joined with :func:`current_at` of the same day, which
    knows which parcels there were.
    """
    if as_of is None:
        links = cast(Table, ParcelOverlap.__table__)
        return select(links).where(links.c.county_code == county).subquery("overlap")
    statement = text(load("gisreg.parcels", "overlaps_at.sql")).bindparams(
        bindparam("county", county), bindparam("until", end_of(as_of), DateTime(timezone=True))
    )
    return statement.columns(parcel_id=BigInteger, other_id=BigInteger, area_m2=Double).subquery("overlap")
