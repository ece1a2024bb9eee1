"""Parties, rights, encumbrances, contracts and documents of a parcel (LADM, ISO 19152)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    UniqueConstraint,
)
from sqlalchemy import Text as SqlText
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gisreg.columns import day, number, text, token
from gisreg.db.base import Base
from gisreg.db.models.common import Stamped, county_code_column
from gisreg.rights.words import CleanUp, ContractClass, PartyType, TitleField, TitleStep
from gisreg.vocab import (
    HolderClass,
)


class Party(Stamped, Base):
    """A person or organisation (LA_Party); personal data stay here, away from the parcel."""

    __tablename__ = "party"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = county_code_column()
    name: Mapped[str] = text("名称", "Name", nullable=False, personal=True)
    party_type: Mapped[str] = token(
        "party_type", PartyType, "主体", "Type", nullable=False, server_default=sql("'organisation'")
    )
    holder_class: Mapped[str | None] = token("holder_class", HolderClass, "类别", "Class")
    id_no: Mapped[str | None] = text("证件号", "Identity number", personal=True)
    phone: Mapped[str | None] = text("电话", "Telephone", personal=True)
    __table_args__ = (Index("ix_party_county_code_name", "county_code", "name"),)


class LandRight(Stamped, Base):
    """A right in land or building with its share and term (LA_Right)."""

    __tablename__ = "land_right"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = county_code_column()
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), nullable=False)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"), nullable=False)
    right_type: Mapped[str] = text("权利类型", "Right type", nullable=False, code_list="right_type")
    right_nature: Mapped[str | None] = text("权利性质", "Right nature", code_list="right_nature")
    share: Mapped[float | None] = number("share", "份额", "Share", "1", maximum=1)
    """The share as a number, for reading; where the fraction is given, that is exact."""
    share_numerator: Mapped[int | None] = mapped_column(Integer)
    share_denominator: Mapped[int | None] = mapped_column(Integer)
    certificate_no: Mapped[str | None] = text("证号", "Certificate number")
    starts_on: Mapped[date | None] = day("起始日期", "From")
    ends_on: Mapped[date | None] = day("终止日期", "To")
    cancelled_on: Mapped[date | None] = day("注销日期", "Cancelled on")
    """From this day on the right is no longer there."""
    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="term"),
        CheckConstraint("cancelled_on >= starts_on", name="cancelled_after"),
        CheckConstraint(
            "(share_numerator IS NULL) = (share_denominator IS NULL)"
            " AND share_numerator BETWEEN 1 AND share_denominator"
            " AND abs(share - share_numerator::float8 / share_denominator) < 1e-9",
            name="share_fraction",
        ),
        Index("ix_land_right_parcel_id", "parcel_id"),
        Index("ix_land_right_party_id", "party_id"),
    )


class Encumbrance(Stamped, Base):
    """A mortgage, seizure or lease that lies on a parcel (LA_Restriction)."""

    __tablename__ = "encumbrance"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = county_code_column()
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), nullable=False)
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    encumbrance_type: Mapped[str] = mapped_column(SqlText, nullable=False)
    right_id: Mapped[int | None] = mapped_column(ForeignKey("land_right.id"))
    """The right that it lies on, where it lies on one of several."""
    rank: Mapped[int | None] = mapped_column(SmallInteger)
    certificate_no: Mapped[str | None] = text("证明号", "Certificate number")
    amount_wan: Mapped[float | None] = number("amount_wan", "金额", "Amount", "万元")
    starts_on: Mapped[date | None] = day("起始日期", "From")
    ends_on: Mapped[date | None] = day("终止日期", "To")
    released_on: Mapped[date | None] = day("解除日期", "Released on")
    """From this day on it no longer lies there. A mortgage lies until it is released, whatever its term."""
    __table_args__ = (
        CheckConstraint("encumbrance_type IN ('mortgage', 'seizure', 'lease')", name="type_known"),
        CheckConstraint("starts_on <= ends_on", name="term"),
        CheckConstraint("released_on >= starts_on", name="released_after"),
        CheckConstraint("rank >= 1", name="rank_positive"),
        Index("ix_encumbrance_parcel_id", "parcel_id"),
        Index("ix_encumbrance_right_id", "right_id"),
    )


class Contract(Stamped, Base):
    """A grant contract, allocation decision, or a lease or contracting-out of collective assets, and its clean-up."""

    __tablename__ = "contract"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = county_code_column()
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), nullable=False)
    contract_no: Mapped[str] = text("合同编号", "Contract number", nullable=False)
    supervision_no: Mapped[str | None] = text("电子监管号", "Supervision number")
    signed_on: Mapped[date | None] = day("签订日期", "Signed on")
    price_wan: Mapped[float | None] = number("price_wan", "价款", "Price", "万元")
    area_m2: Mapped[float | None] = number("area_m2", "合同面积", "Contract area", "m²")
    contract_class: Mapped[str | None] = token("contract_class", ContractClass, "合同类别", "Class")
    """Unknown where nobody said."""
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    """The other side."""
    starts_on: Mapped[date | None] = day("起始日期", "From")
    ends_on: Mapped[date | None] = day("终止日期", "To")
    problem: Mapped[str | None] = text("存在问题", "What is wrong with it")
    clean_up: Mapped[str | None] = token("clean_up", CleanUp, "清理方式", "Way of clean-up")
    cleaned_on: Mapped[date | None] = day("清理完成日期", "Cleaned up on")
    clean_up_basis: Mapped[str | None] = text("清理依据", "Basis of the clean-up")
    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="term"),
        CheckConstraint("clean_up IS NOT NULL OR cleaned_on IS NULL", name="cleaned_some_way"),
        Index("ix_contract_parcel_id", "parcel_id"),
        Index("ix_contract_contract_no", "contract_no"),
    )


class Document(Stamped, Base):
    """A file of a parcel: its name, hash and size; the bytes lie in the data directory by hash."""

    __tablename__ = "document"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = county_code_column()
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), nullable=False)
    document_type: Mapped[str] = mapped_column(SqlText, nullable=False)
    file_name: Mapped[str] = mapped_column(SqlText, nullable=False)
    file_sha256: Mapped[str] = mapped_column(SqlText, nullable=False)
    file_bytes: Mapped[int] = mapped_column(BigInteger, nullable=False)
    media_type: Mapped[str | None] = mapped_column(SqlText)
    """What the content is, told from its first bytes."""
    taken_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str | None] = mapped_column(SqlText)
    withdrawn_reason: Mapped[str | None] = mapped_column(SqlText)
    """Why it is no longer shown; the file stays."""
    __table_args__ = (
        Index("ix_document_parcel_id", "parcel_id"),
        Index("ix_document_file_sha256", "file_sha256"),
    )


class TitleEvent(Stamped, Base):
    """A step on the way to a clear title (确权 → 登记 → 流转), a dispute or its end: added, never changed."""

    __tablename__ = "title_event"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = county_code_column()
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), nullable=False)
    step: Mapped[str] = token("step", TitleStep, "步骤", "Step", nullable=False)
    done_on: Mapped[date] = mapped_column(Date, nullable=False)
    document_no: Mapped[str | None] = text("文号", "Document number")
    note: Mapped[str | None] = text("说明", "Note")
    __table_args__ = (Index("ix_title_event_parcel_id", "parcel_id"),)


class TitleDecision(Stamped, Base):
    """What a person decided about a parcel's title against what follows from the books; ended, never deleted."""

    __tablename__ = "title_decision"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = county_code_column()
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), nullable=False)
    field: Mapped[str] = token("field", TitleField, "字段", "Field", nullable=False)
    value: Mapped[str | None] = mapped_column(SqlText)
    reason: Mapped[str] = mapped_column(SqlText, nullable=False)
    ended_on: Mapped[date | None] = mapped_column(Date)
    __table_args__ = (
        Index(
            "uq_title_decision_standing", "parcel_id", "field", unique=True,
            postgresql_where=sql("ended_on IS NULL"),
        ),
    )  # fmt: skip


class AssetCard(Stamped, Base):
    """A card of a state unit's asset books (资产卡片); parcels are what it should be found as (账卡相符)."""

    __tablename__ = "asset_card"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = county_code_column()
    card_no: Mapped[str] = text("卡片编号", "Card number", nullable=False)
    unit_name: Mapped[str | None] = text("使用单位", "Unit")
    asset_name: Mapped[str | None] = text("资产名称", "Asset")
    parcel_code: Mapped[str | None] = text("宗地编号", "Parcel code")
    cadastral_code: Mapped[str | None] = text("宗地代码", "Cadastral code")
    real_estate_unit_code: Mapped[str | None] = text("不动产单元代码", "Real estate unit code")
    area_m2: Mapped[float | None] = number("area_m2", "土地面积", "Land area", "m²")
    floor_area_m2: Mapped[float | None] = number("floor_area_m2", "建筑面积", "Floor area", "m²")
    book_value_wan: Mapped[float | None] = number("book_value_wan", "账面价值", "Book value", "万元")
    booked_on: Mapped[date | None] = day("入账日期", "Booked on")
    struck_on: Mapped[date | None] = day("核销日期", "Struck off on")
    __table_args__ = (UniqueConstraint("county_code", "card_no"),)


class RecordVersion(Base):
    """A superseded row of any book beside the parcels, whole; written only by the database's own trigger."""

    __tablename__ = "record_version"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = county_code_column()
    table_name: Mapped[str] = mapped_column(SqlText, nullable=False)
    record_key: Mapped[str] = mapped_column(SqlText, nullable=False)
    version: Mapped[int] = mapped_column(Integer, nullable=False)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)
    recorded_by: Mapped[str] = mapped_column(SqlText, nullable=False)
    recorded_from: Mapped[str] = mapped_column(SqlText, nullable=False)
    superseded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)
    superseded_by: Mapped[str] = mapped_column(SqlText, nullable=False)
    deleted: Mapped[bool] = mapped_column(Boolean, nullable=False)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB, nullable=False)
    __table_args__ = (Index("ix_record_version_record_key", "table_name", "county_code", "record_key"),)
