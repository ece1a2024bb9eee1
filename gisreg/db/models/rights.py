"""Parties, rights, encumbrances, contracts and documents of a parcel (LADM, ISO 19152)."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
)
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped, mapped_column

from gisreg.columns import day, number, text, token
from gisreg.db.base import Base
from gisreg.db.models.common import county_code_column, recorded
from gisreg.vocab import (
    HolderClass,
)


class Party(Base):
    """A person or organisation (LA_Party); personal data stay here, away from the parcel."""

    __tablename__ = "party"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = county_code_column()
    name: Mapped[str] = text("名称", "Name", nullable=False, personal=True)
    holder_class: Mapped[str | None] = token("holder_class", HolderClass, "类别", "Class")
    id_no: Mapped[str | None] = text("证件号", "Identity number", personal=True)
    phone: Mapped[str | None] = text("电话", "Telephone", personal=True)
    __table_args__ = (Index("ix_party_county_code_name", "county_code", "name"),)


class LandRight(Base):
    """A right in land or building with its share and term (LA_Right)."""

    __tablename__ = "land_right"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = county_code_column()
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), nullable=False)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"), nullable=False)
    right_type: Mapped[str] = text("权利类型", "Right type", nullable=False, code_list="right_type")
    right_nature: Mapped[str | None] = text("权利性质", "Right nature", code_list="right_nature")
    share: Mapped[float | None] = number("share", "份额", "Share", "1", maximum=1)
    certificate_no: Mapped[str | None] = text("证号", "Certificate number")
    starts_on: Mapped[date | None] = day("起始日期", "From")
    ends_on: Mapped[date | None] = day("终止日期", "To")
    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="term"),
        Index("ix_land_right_parcel_id", "parcel_id"),
        Index("ix_land_right_party_id", "party_id"),
    )


class Encumbrance(Base):
    """A mortgage, seizure or lease that lies on a parcel (LA_Restriction)."""

    __tablename__ = "encumbrance"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = county_code_column()
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), nullable=False)
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    encumbrance_type: Mapped[str] = mapped_column(SqlText, nullable=False)
    rank: Mapped[int | None] = mapped_column(SmallInteger)
    amount_wan: Mapped[float | None] = number("amount_wan", "金额", "Amount", "万元")
    starts_on: Mapped[date | None] = day("起始日期", "From")
    ends_on: Mapped[date | None] = day("终止日期", "To")
    __table_args__ = (
        CheckConstraint("encumbrance_type IN ('mortgage', 'seizure', 'lease')", name="type_known"),
        Index("ix_encumbrance_parcel_id", "parcel_id"),
    )


class Contract(Base):
    """A grant contract or allocation decision."""

    __tablename__ = "contract"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = county_code_column()
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), nullable=False)
    contract_no: Mapped[str] = text("合同编号", "Contract number", nullable=False)
    supervision_no: Mapped[str | None] = text("电子监管号", "Supervision number")
    signed_on: Mapped[date | None] = day("签订日期", "Signed on")
    price_wan: Mapped[float | None] = number("price_wan", "价款", "Price", "万元")
    area_m2: Mapped[float | None] = number("area_m2", "合同面积", "Contract area", "m²")
    __table_args__ = (Index("ix_contract_parcel_id", "parcel_id"), Index("ix_contract_contract_no", "contract_no"))


class Document(Base):
    """A file of a parcel: its name, hash and size; the bytes lie in the data directory by hash."""

    __tablename__ = "document"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = county_code_column()
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), nullable=False)
    document_type: Mapped[str] = mapped_column(SqlText, nullable=False)
    file_name: Mapped[str] = mapped_column(SqlText, nullable=False)
    file_sha256: Mapped[str] = mapped_column(SqlText, nullable=False)
    file_bytes: Mapped[int] = mapped_column(BigInteger, nullable=False)
    recorded_at: Mapped[datetime] = recorded()[0]
    recorded_by: Mapped[str] = recorded()[1]
    __table_args__ = (Index("ix_document_parcel_id", "parcel_id"),)
