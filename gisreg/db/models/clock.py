"""What moves the idle clock of a parcel, and the dates on which steps of a procedure were served."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Identity, Index
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped, mapped_column

from gisreg.columns import day, text, token
from gisreg.db.base import Base
from gisreg.db.models.common import Stamped, county_code_column
from gisreg.vocab import ClockEventKind, IdleCause


class ClockEvent(Stamped, Base):
    """An agreement or a fact that moves the clock from the day it was agreed: added or withdrawn, never rewritten."""

    __tablename__ = "clock_event"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = county_code_column()
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), nullable=False)
    event: Mapped[str] = token("event", ClockEventKind, "事项", "Event", nullable=False)
    cause: Mapped[str | None] = token("cause", IdleCause, "原因", "Cause")
    agreed_on: Mapped[date] = mapped_column(Date, nullable=False)
    """From this day on it counts: an earlier as-of date does not see it."""
    from_on: Mapped[date | None] = day("起", "From")
    until_on: Mapped[date | None] = day("止", "Until")
    """The last day of a pause; open where unknown."""
    new_start_on: Mapped[date | None] = day("新约定动工日期", "New agreed start")
    document_no: Mapped[str | None] = text("文号", "Document number")
    reason: Mapped[str] = text("理由", "Reason", nullable=False)
    withdrawn_reason: Mapped[str | None] = mapped_column(SqlText)
    """Why it counts no longer; the row stays."""
    __table_args__ = (
        CheckConstraint("from_on <= until_on", name="span"),
        CheckConstraint(
            "(event IN ('extension', 'changed_conditions', 'temporary_use', 'swap')) = (new_start_on IS NOT NULL)",
            name="new_start_given",
        ),
        CheckConstraint("event NOT IN ('delivery_late', 'pause', 'resumed') OR from_on IS NOT NULL", name="from_given"),
        Index("ix_clock_event_parcel_id", "parcel_id"),
    )


class ProcedureDate(Stamped, Base):
    """A step of a procedure with the day on which it was served or done; which steps there are is data."""

    __tablename__ = "procedure_date"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = county_code_column()
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), nullable=False)
    step: Mapped[str] = mapped_column(SqlText, nullable=False)
    served_on: Mapped[date] = mapped_column(Date, nullable=False)
    document_no: Mapped[str | None] = text("文号", "Document number")
    note: Mapped[str | None] = text("说明", "Note")
    withdrawn_reason: Mapped[str | None] = mapped_column(SqlText)
    __table_args__ = (
        CheckConstraint("step ~ '^[a-z][a-z0-9_]{0,59}$'", name="step_form"),
        Index("ix_procedure_date_parcel_id", "parcel_id", "step"),
    )
