"""Counties, their administrative units, and the zones across them."""

from datetime import date, datetime

from geoalchemy2 import WKBElement
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    UniqueConstraint,
)
from sqlalchemy import Text as SqlText
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from gisreg.columns import token
from gisreg.db.base import Base
from gisreg.db.models.common import Stamped, boundary, county_code_column, recorded
from gisreg.vocab import (
    UnitLevel,
)


class County(Base):
    """A county and the numbers it hands out."""

    __tablename__ = "county"
    code: Mapped[str] = mapped_column(SqlText, primary_key=True)
    name: Mapped[str] = mapped_column(SqlText, nullable=False)
    name_en: Mapped[str | None] = mapped_column(SqlText)
    invented: Mapped[bool] = mapped_column(Boolean, server_default=sql("false"), nullable=False)
    """A demonstration county: its code is not checked against the administrative codes."""
    last_parcel_no: Mapped[int] = mapped_column(Integer, server_default=sql("0"), nullable=False)
    overlap_tolerance_m2: Mapped[float] = mapped_column(Double, server_default=sql("1.0"), nullable=False)
    __table_args__ = (CheckConstraint("code ~ '^[0-9]{6}$'", name="code_form"),)


class AdminUnit(Base):
    """A county, township or village for a span of time."""

    __tablename__ = "admin_unit"
    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = county_code_column()
    level: Mapped[str] = token("level", UnitLevel, "级别", "Level", nullable=False)
    code: Mapped[str] = mapped_column(SqlText, nullable=False)
    name: Mapped[str] = mapped_column(SqlText, nullable=False)
    name_en: Mapped[str | None] = mapped_column(SqlText)
    parent_code: Mapped[str | None] = mapped_column(SqlText)
    valid_from: Mapped[date] = mapped_column(Date, server_default=sql("'-infinity'"), nullable=False)
    valid_to: Mapped[date] = mapped_column(Date, server_default=sql("'infinity'"), nullable=False)
    area_m2: Mapped[float | None] = mapped_column(Double)
    boundary: Mapped[WKBElement | None] = boundary(nullable=True)
    __table_args__ = (
        CheckConstraint("valid_from < valid_to", name="span"),
        UniqueConstraint("county_code", "level", "code", "valid_from"),
        Index("ix_admin_unit_boundary", "boundary", postgresql_using="gist"),
        Index(
            "uq_admin_unit_now",
            "county_code",
            "level",
            "code",
            unique=True,
            postgresql_where=sql("valid_to = 'infinity'"),
        ),
    )


class UnitChangeUndo(Base):
    """A row of the cross-walk that was taken back."""

    __tablename__ = "unit_change_undo"
    change_id: Mapped[int] = mapped_column(ForeignKey("unit_change.id"), primary_key=True)
    county_code: Mapped[str] = county_code_column()
    reason: Mapped[str | None] = mapped_column(SqlText)
    recorded_at: Mapped[datetime] = recorded()[0]
    recorded_by: Mapped[str] = recorded()[1]


class Zone(Stamped, Base):
    """A development zone or park: a second dimension that overlaps townships."""

    __tablename__ = "zone"
    county_code: Mapped[str] = county_code_column(primary_key=True)
    code: Mapped[str] = mapped_column(SqlText, primary_key=True)
    name: Mapped[str] = mapped_column(SqlText, nullable=False)
    name_en: Mapped[str | None] = mapped_column(SqlText)
    boundary: Mapped[WKBElement | None] = boundary(nullable=True)
    __table_args__ = (Index("ix_zone_boundary", "boundary", postgresql_using="gist"),)


class UnitChange(Stamped, Base):
    """The cross-walk of codes: which unit became which, from which day. A merger and a split are several rows."""

    __tablename__ = "unit_change"
    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = county_code_column()
    level: Mapped[str] = token("level", UnitLevel, "级别", "Level", nullable=False)
    operation: Mapped[str] = mapped_column(SqlText, nullable=False)
    effective_on: Mapped[date] = mapped_column(Date, nullable=False)
    old_code: Mapped[str] = mapped_column(SqlText, nullable=False)
    old_name: Mapped[str] = mapped_column(SqlText, nullable=False)
    new_code: Mapped[str] = mapped_column(SqlText, nullable=False)
    new_name: Mapped[str] = mapped_column(SqlText, nullable=False)
    parcels: Mapped[int] = mapped_column(Integer, nullable=False)
    document_no: Mapped[str | None] = mapped_column(SqlText)
    __table_args__ = (
        CheckConstraint("operation IN ('merge', 'split', 'rename')", name="operation_known"),
        Index("ix_unit_change_old_code", "county_code", "level", "old_code"),
        Index("ix_unit_change_new_code", "county_code", "level", "new_code"),
    )
