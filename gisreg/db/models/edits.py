"""The journal of edits, and which parcel came from which."""

from datetime import date, datetime

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Date, DateTime, ForeignKey, Identity, Index, Integer, func
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped, mapped_column

from gisreg.db.base import Base
from gisreg.db.models.common import ACTOR, SOURCE, county_code_column


class ParcelEdit(Base):
    """One edit: all parcels that it changed or made in one transaction. Undoing it undoes them together."""

    __tablename__ = "parcel_edit"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = county_code_column()
    operation: Mapped[str] = mapped_column(SqlText, nullable=False)
    reason: Mapped[str | None] = mapped_column(SqlText)
    parcel_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), nullable=False)
    versions: Mapped[list[int]] = mapped_column(ARRAY(Integer), nullable=False)
    """The version that each of them got, in the same order."""
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("parcel_edit.id"), unique=True)
    """The edit that this one takes back; none is taken back twice."""
    happened_on: Mapped[date | None] = mapped_column(Date)
    """The day on which a step of the close-out took place, where no book beside the parcel has it."""
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now(), nullable=False)
    """The transaction's time, as on the versions that it wrote: how a version finds its edit."""
    recorded_by: Mapped[str] = mapped_column(SqlText, server_default=ACTOR, nullable=False)
    recorded_from: Mapped[str] = mapped_column(SqlText, server_default=SOURCE, nullable=False)
    __table_args__ = (Index("ix_parcel_edit_recorded_at", "county_code", "recorded_at"),)


class ParcelLineage(Base):
    """A successor that came from a predecessor by an edit; none where a parcel was struck off without one."""

    __tablename__ = "parcel_lineage"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = county_code_column()
    edit_id: Mapped[int] = mapped_column(ForeignKey("parcel_edit.id"), nullable=False)
    predecessor_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), nullable=False)
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("parcel.id"))
    __table_args__ = (
        CheckConstraint("predecessor_id <> successor_id", name="two_parcels"),
        Index("ix_parcel_lineage_predecessor_id", "predecessor_id"),
        Index("ix_parcel_lineage_successor_id", "successor_id"),
        Index("ix_parcel_lineage_edit_id", "edit_id"),
    )
