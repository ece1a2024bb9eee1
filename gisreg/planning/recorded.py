"""What the registry knew at an instant: live rows and superseded versions as one table to compile rules against."""

from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, FromClause, literal, select, union_all
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.sql.elements import KeyedColumnElement

from gisreg.db.models import Parcel, ParcelVersion

Column = KeyedColumnElement[Any]
_OF_THE_RECORD = ("id", "recorded_by", "recorded_from")
SHARED: tuple[Column, ...] = tuple(one for one in Parcel.__table__.columns if one.name not in _OF_THE_RECORD)
"""The live table's columns that superseded versions have too, under the same names."""


def known_before(instant: datetime | BindParameter[datetime] | None) -> FromClause:
    """Parcels as recorded before an instant, which may also be given later; the live table for None."""
    live, old = Parcel.__table__, ParcelVersion.__table__
    if instant is None:
        return live
    moment = instant if isinstance(instant, BindParameter) else literal(instant, TIMESTAMP(timezone=True))
    now = select(live.c.id, *SHARED).where(live.c.recorded_at < moment)
    then = select(old.c.parcel_id, *[old.c[one.name] for one in SHARED]).where(
        old.c.recorded_at < moment, old.c.superseded_at >= moment
    )
    return union_all(now, then).subquery("known")
