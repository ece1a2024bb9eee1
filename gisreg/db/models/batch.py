"""Imports."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
)
from sqlalchemy import Text as SqlText
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gisreg.columns import token
from gisreg.db.base import Base
from gisreg.db.models.common import county_code_column, recorded
from gisreg.vocab import (
    Kind,
)


class Batch(Base):
    """One import of one layer: where its rows came from."""

    __tablename__ = "batch"
    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = county_code_column()
    kind: Mapped[str] = token("kind", Kind, "类型", "Kind", nullable=False)
    file_name: Mapped[str] = mapped_column(SqlText, nullable=False)
    file_sha256: Mapped[str] = mapped_column(SqlText, nullable=False)
    file_bytes: Mapped[int] = mapped_column(BigInteger, nullable=False)
    layer: Mapped[str | None] = mapped_column(SqlText)
    crs: Mapped[str] = mapped_column(SqlText, nullable=False)
    encoding: Mapped[str | None] = mapped_column(SqlText)
    mapping: Mapped[dict[str, Any]] = mapped_column(JSONB, nullable=False)
    rows_read: Mapped[int] = mapped_column(Integer, nullable=False)
    rows_loaded: Mapped[int] = mapped_column(Integer, nullable=False)
    rows_repaired: Mapped[int] = mapped_column(Integer, nullable=False)
    rows_refused: Mapped[int] = mapped_column(Integer, nullable=False)
    rows_unchanged: Mapped[int] = mapped_column(Integer, nullable=False)
    rows_warned: Mapped[int] = mapped_column(Integer, nullable=False)
    rows_left_out: Mapped[int] = mapped_column(Integer, server_default=sql("0"), nullable=False)
    """Rows of the file that were not chosen, which ``rows_read`` does not count."""
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=sql("'[]'"), nullable=False)
    """The first thousand findings; the report file holds all of them."""
    recorded_at: Mapped[datetime] = recorded()[0]
    recorded_by: Mapped[str] = recorded()[1]
    __table_args__ = (
        CheckConstraint("rows_read = rows_loaded + rows_repaired + rows_refused + rows_unchanged", name="reconciled"),
        Index("ix_batch_county_code_file_sha256", "county_code", "file_sha256"),
    )


class BatchUndo(Base):
    """A batch that was taken back."""

    __tablename__ = "batch_undo"
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), primary_key=True)
    county_code: Mapped[str] = county_code_column()
    parcels_removed: Mapped[int] = mapped_column(Integer, nullable=False)
    """Parcels that the batch had brought: their numbers go out of use."""
    parcels_restored: Mapped[int] = mapped_column(Integer, nullable=False)
    """Parcels that the batch had changed: they are as before."""
    reason: Mapped[str | None] = mapped_column(SqlText)
    recorded_at: Mapped[datetime] = recorded()[0]
    recorded_by: Mapped[str] = recorded()[1]
