"""What the registry knew at an instant: live rows and superseded versions as one table to compile rules against."""

from datetime import datetime

from sqlalchemy import BindParameter, FromClause, literal, select, union_all
from sqlalchemy.dialects.postgresql import TIMESTAMP

from gisreg.db.models import Parcel, ParcelVersion

_OWN = ("id", "version", "recorded_at", "recorded_by", "recorded_from")


def known_before(instant: datetime | BindParameter[datetime] | None) -> FromClause:
    """Parcels as recorded before an instant, which may also be given later; the live table for None."""
    live, old = Parcel.__table__, ParcelVersion.__table__
    if instant is None:
        return live
    moment = instant if isinstance(instant, BindParameter) else literal(instant, TIMESTAMP(timezone=True))
    shared = [column.name for column in live.columns if column.name not in _OWN]
    now = select(live.c.id, live.c.version, live.c.recorded_at, *[live.c[name] for name in shared]).where(
        live.c.recorded_at < moment
    )
    then = select(old.c.parcel_id, old.c.version, old.c.recorded_at, *[old.c[name] for name in shared]).where(
        old.c.recorded_at < moment, old.c.superseded_at >= moment
    )
    return union_all(now, then).subquery("known")
