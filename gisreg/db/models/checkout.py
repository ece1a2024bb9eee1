"""Check-outs: who has which parcels, since when, and what became of it."""

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, Boolean, CheckConstraint, DateTime, Index, Integer, func
from sqlalchemy import Text as SqlText
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from gisreg.columns import token
from gisreg.db.base import Base
from gisreg.db.models.common import Stamped, county_code_column
from gisreg.vocab import CheckoutState


class Checkout(Stamped, Base):
    """One file that was handed out. Its states are versions: none is overwritten."""

    __tablename__ = "checkout"
    id: Mapped[str] = mapped_column(SqlText, primary_key=True)
    county_code: Mapped[str] = county_code_column()
    state: Mapped[str] = token("state", CheckoutState, "状态", "State", nullable=False, server_default=sql("'open'"))
    taken_by: Mapped[str] = mapped_column(SqlText, nullable=False)
    """Who has the file; ``recorded_by`` is who wrote the entry."""
    checked_out_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now(), nullable=False)
    filter: Mapped[str | None] = mapped_column(SqlText)
    kinds: Mapped[list[str]] = mapped_column(ARRAY(SqlText), server_default=sql("'{}'"), nullable=False)
    crs: Mapped[str] = mapped_column(SqlText, nullable=False)
    personal: Mapped[bool] = mapped_column(Boolean, server_default=sql("false"), nullable=False)
    """Whether the names of private holders were handed out."""
    rows: Mapped[int] = mapped_column(Integer, nullable=False)
    file_name: Mapped[str] = mapped_column(SqlText, nullable=False)
    file_sha256: Mapped[str | None] = mapped_column(SqlText)
    file_bytes: Mapped[int | None] = mapped_column(BigInteger)
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_by: Mapped[str | None] = mapped_column(SqlText)
    closed_reason: Mapped[str | None] = mapped_column(SqlText)
    __table_args__ = (
        CheckConstraint("id ~ '^[0-9a-f]{12}$'", name="id_form"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_when"),
        Index("ix_checkout_county_code_state", "county_code", "state", "checked_out_at"),
    )


class CheckoutParcel(Base):
    """A parcel that a file holds, at the version handed out.

    Without foreign keys: a check-out may hold a million parcels, and parcels are never deleted.
    """

    __tablename__ = "checkout_parcel"
    county_code: Mapped[str] = mapped_column(SqlText, nullable=False)
    checkout_id: Mapped[str] = mapped_column(SqlText, primary_key=True)
    parcel_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, nullable=False)
    __table_args__ = (Index("ix_checkout_parcel_parcel_id", "parcel_id"),)
