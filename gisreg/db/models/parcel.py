"""The parcel: one wide, typed table, its superseded versions, and where two kinds share ground."""

from datetime import datetime

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
)
from sqlalchemy import Text as SqlText
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from gisreg.columns import Meaning
from gisreg.db.base import Base
from gisreg.db.models.common import SOURCE, boundary, county_code_column, recorded
from gisreg.db.parcel_facts import ParcelFacts
from gisreg.text import Text
from gisreg.vocab import SUBKINDS

_SUBKIND_RULE = " OR ".join(
    f"(kind = '{kind}' AND subkind IN ({', '.join(repr(str(s)) for s in subs)}))"
    for kind, subs in SUBKINDS.items()
    if subs
)


class ParcelShapes:
    """The boundary, and the survey's own as it came: what the live row and its superseded versions share too."""

    survey_boundary: Mapped[WKBElement | None] = mapped_column(
        Geometry(geometry_type=None, srid=-1, spatial_index=False)
    )
    boundary: Mapped[WKBElement | None] = boundary(nullable=True)


class Parcel(ParcelFacts, ParcelShapes, Base):
    """One piece of land, or one building with its land: the live version."""

    __tablename__ = "parcel"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    version: Mapped[int] = mapped_column(
        Integer, server_default=sql("1"), nullable=False, info={"meaning": Meaning(Text("版本", "Version"))}
    )
    recorded_at: Mapped[datetime] = recorded()[0]
    recorded_by: Mapped[str] = recorded()[1]
    recorded_from: Mapped[str] = mapped_column(SqlText, server_default=SOURCE, nullable=False)
    """The way in: an import's batch, a screen, a program."""

    __table_args__ = (
        CheckConstraint(
            "translate(parcel_code, '0123456789', '9999999999') = '999999-9999999'", name="parcel_code_form"
        ),
        CheckConstraint(f"subkind IS NULL OR {_SUBKIND_RULE}", name="subkind_of_kind"),
        CheckConstraint("(land_use_code IS NULL) = (land_use_scheme IS NULL)", name="land_use_scheme_given"),
        CheckConstraint(
            "(official_area_m2 IS NULL) = (official_area_source IS NULL)", name="official_area_source_given"
        ),
        CheckConstraint("state <> 'suspected' OR kind = 'idle_land'", name="suspected_only_idle_land"),
        Index("uq_parcel_parcel_code", "parcel_code", unique=True),  # no constraint: a large load sets indexes aside
        Index("ix_parcel_boundary", "boundary", postgresql_using="gist"),
        Index("uq_parcel_source_code", "county_code", "kind", "source_code", unique=True,
              postgresql_where=sql("source_code IS NOT NULL")),
        Index("ix_parcel_source_hash", "county_code", "kind", "source_hash",
              postgresql_where=sql("source_code IS NULL")),
        Index("ix_parcel_township_code", "county_code", "township_code", "kind", "state"),
        Index("ix_parcel_cadastral_code", "cadastral_code", postgresql_where=sql("cadastral_code IS NOT NULL")),
        Index("ix_parcel_approval_no", "approval_no", postgresql_where=sql("approval_no IS NOT NULL")),
        Index("ix_parcel_batch_id", "batch_id"),
        Index("ix_parcel_recorded_at", "county_code", "recorded_at"),
    )  # fmt: skip


class ParcelVersion(ParcelFacts, ParcelShapes, Base):
    """A superseded version of a parcel, written only by the database's own trigger."""

    __tablename__ = "parcel_version"
    parcel_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)
    recorded_by: Mapped[str] = mapped_column(SqlText, nullable=False)
    recorded_from: Mapped[str] = mapped_column(SqlText, nullable=False)
    superseded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)
    superseded_by: Mapped[str] = mapped_column(SqlText, nullable=False)
    __table_args__ = (
        Index("ix_parcel_version_parcel_code", "parcel_code"),
        Index("ix_parcel_version_span", "county_code", "recorded_at", "superseded_at"),
    )


class ParcelOverlap(Base):
    """Two parcels of different kinds on the same ground: lawful, linked, deducted once from totals (rules §1, §4)."""

    __tablename__ = "parcel_overlap"
    county_code: Mapped[str] = county_code_column()
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), primary_key=True)
    area_m2: Mapped[float] = mapped_column(Double, nullable=False)
    __table_args__ = (
        CheckConstraint("parcel_id < other_id", name="ordered"),
        Index("ix_parcel_overlap_other_id", "other_id"),
    )
