"""Approvals, projects and enterprises, which are counted by themselves (rules §1), and the parcels of each."""

from datetime import date

from sqlalchemy import (
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
from sqlalchemy.orm import Mapped, mapped_column

from gisreg.db.base import Base
from gisreg.db.models.common import Stamped, county_code_column


class Approval(Stamped, Base):
    """A batch of land approved (批准文号)."""

    __tablename__ = "approval"
    county_code: Mapped[str] = county_code_column(primary_key=True)
    approval_no: Mapped[str] = mapped_column(SqlText, primary_key=True)
    name: Mapped[str | None] = mapped_column(SqlText)
    approved_on: Mapped[date | None] = mapped_column(Date)
    authority: Mapped[str | None] = mapped_column(SqlText)
    approved_area_m2: Mapped[float | None] = mapped_column(Double)
    supplied_area_m2: Mapped[float | None] = mapped_column(Double)
    withdrawn_area_m2: Mapped[float | None] = mapped_column(Double)
    remark: Mapped[str | None] = mapped_column(SqlText)
    __table_args__ = (
        CheckConstraint("approved_area_m2 >= 0 AND approved_area_m2 < 'infinity'", name="approved_area_m2_range"),
        CheckConstraint("supplied_area_m2 >= 0 AND supplied_area_m2 < 'infinity'", name="supplied_area_m2_range"),
        CheckConstraint("withdrawn_area_m2 >= 0 AND withdrawn_area_m2 < 'infinity'", name="withdrawn_area_m2_range"),
    )


class Project(Stamped, Base):
    """A project (项)."""

    __tablename__ = "project"
    county_code: Mapped[str] = county_code_column(primary_key=True)
    project_code: Mapped[str] = mapped_column(SqlText, primary_key=True)
    name: Mapped[str] = mapped_column(SqlText, nullable=False)


class Enterprise(Stamped, Base):
    """An enterprise (户)."""

    __tablename__ = "enterprise"
    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = county_code_column()
    credit_code: Mapped[str | None] = mapped_column(SqlText)
    name: Mapped[str] = mapped_column(SqlText, nullable=False)
    __table_args__ = (UniqueConstraint("county_code", "credit_code"),)


class ParcelApproval(Stamped, Base):
    """Parcels of an approval."""

    __tablename__ = "parcel_approval"
    county_code: Mapped[str] = county_code_column()
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), primary_key=True)
    approval_no: Mapped[str] = mapped_column(SqlText, primary_key=True)
    area_m2: Mapped[float | None] = mapped_column(Double)
    """How much of the parcel the approval covers, where it is not all of it."""
    __table_args__ = (
        CheckConstraint("area_m2 > 0 AND area_m2 < 'infinity'", name="area_m2_range"),
        Index("ix_parcel_approval_approval_no", "county_code", "approval_no"),
    )


class ParcelProject(Stamped, Base):
    """Parcels of a project."""

    __tablename__ = "parcel_project"
    county_code: Mapped[str] = county_code_column()
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), primary_key=True)
    project_code: Mapped[str] = mapped_column(SqlText, primary_key=True)


class ParcelEnterprise(Stamped, Base):
    """Parcels of an enterprise."""

    __tablename__ = "parcel_enterprise"
    county_code: Mapped[str] = county_code_column()
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), primary_key=True)
