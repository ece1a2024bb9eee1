"""What tiles are made of: parcels in Web Mercator with what a map shows of them. It can be made again at any time."""

from datetime import datetime
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import REAL, BigInteger, Boolean, DateTime, Index, Integer, SmallInteger
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped, mapped_column

from gisreg.db.base import Base

WEB_MERCATOR_SRID = 3857
_UNLOGGED = {"prefixes": ["UNLOGGED"]}


class ParcelDrawn(Base):
    """A parcel that is in use and on the map. Its columns are called as those of the read model are."""

    __tablename__ = "parcel_drawn"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    county_code: Mapped[str] = mapped_column(SqlText, nullable=False)
    version: Mapped[int] = mapped_column(Integer, nullable=False)
    """The parcel's, which tells whether the copy is still right."""
    parcel_code: Mapped[str] = mapped_column(SqlText, nullable=False)
    kind: Mapped[str] = mapped_column(SqlText, nullable=False)
    state: Mapped[str] = mapped_column(SqlText, nullable=False)
    township_code: Mapped[str | None] = mapped_column(SqlText)
    label: Mapped[str | None] = mapped_column(SqlText)
    gated: Mapped[bool] = mapped_column(Boolean, nullable=False)
    is_left: Mapped[bool] = mapped_column(Boolean, nullable=False)
    is_public: Mapped[bool] = mapped_column(Boolean, nullable=False)
    land_dm2: Mapped[int] = mapped_column(BigInteger, nullable=False)
    x: Mapped[int] = mapped_column(Integer, nullable=False)
    y: Mapped[int] = mapped_column(Integer, nullable=False)
    size_m: Mapped[float] = mapped_column(REAL, nullable=False)
    corners: Mapped[int] = mapped_column(Integer, nullable=False)
    boundary: Mapped[Any] = mapped_column(
        Geometry("MULTIPOLYGON", WEB_MERCATOR_SRID, spatial_index=False), nullable=False
    )
    __table_args__ = (Index("ix_parcel_drawn_boundary", "boundary", postgresql_using="gist"), _UNLOGGED)


class ParcelDrawnSum(Base):
    """How many there are in a cell of the map, or in a township (level 0)."""

    __tablename__ = "parcel_drawn_sum"
    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    x: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    y: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    county_code: Mapped[str] = mapped_column(SqlText, primary_key=True)
    township_code: Mapped[str] = mapped_column(SqlText, primary_key=True)
    kind: Mapped[str] = mapped_column(SqlText, primary_key=True)
    is_closed: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    label: Mapped[str] = mapped_column(SqlText, primary_key=True)
    is_left: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    is_public: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    parcels: Mapped[int] = mapped_column(Integer, nullable=False)
    land_dm2: Mapped[int] = mapped_column(BigInteger, nullable=False)
    sum_x: Mapped[int] = mapped_column(BigInteger, nullable=False)
    sum_y: Mapped[int] = mapped_column(BigInteger, nullable=False)
    __table_args__ = (_UNLOGGED,)


class ParcelDrawnState(Base):
    """How far the copy has followed a county."""

    __tablename__ = "parcel_drawn_state"
    county_code: Mapped[str] = mapped_column(SqlText, primary_key=True)
    version: Mapped[str] = mapped_column(SqlText, nullable=False)
    seen_from: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """What was written before this is in it; null: look at everything."""
    run_id: Mapped[int | None] = mapped_column(Integer)
    """The run in force."""
    units: Mapped[int] = mapped_column(BigInteger, nullable=False)
    """A fingerprint of the townships."""
    __table_args__ = (_UNLOGGED,)
