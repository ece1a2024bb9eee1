"""Steps of approved plans, investigations of idle land, close-outs and their proofs."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Identity, Index, Integer, UniqueConstraint
from sqlalchemy import Text as SqlText
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from gisreg.columns import day, number, text, token
from gisreg.db.base import Base
from gisreg.db.models.common import Stamped, county_code_column
from gisreg.ledger.closeout.words import CloseOutStatus, Finding, Origin


class PlanCharge(Base):
    """Where an approved plan comes from and who answers for it; as a plan itself, written once."""

    __tablename__ = "plan_charge"
    county_code: Mapped[str] = county_code_column()
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), primary_key=True, autoincrement=False)
    origin: Mapped[str] = token("origin", Origin, "方案来源", "Where the plan comes from", nullable=False)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("plan_run.id"))
    """The run whose label was adopted."""
    rule: Mapped[str | None] = mapped_column(SqlText)
    person: Mapped[str | None] = text("责任人", "Responsible person", personal=True)


class PlanStep(Stamped, Base):
    """A step of an approved plan: who has to have done what by when, and the document that shows it."""

    __tablename__ = "plan_step"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = county_code_column()
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), nullable=False)
    step_no: Mapped[int] = mapped_column(Integer, nullable=False)
    title_zh: Mapped[str] = text("步骤", "Step", nullable=False)
    title_en: Mapped[str] = text("步骤(英文)", "Step in English", nullable=False)
    agency: Mapped[str | None] = text("责任单位", "Responsible unit")
    person: Mapped[str | None] = text("责任人", "Responsible person", personal=True)
    leader: Mapped[str | None] = text("包联领导", "Leader in charge", personal=True)
    due_on: Mapped[date | None] = day("期限", "Due")
    done_on: Mapped[date | None] = day("完成日期", "Done")
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    note: Mapped[str | None] = text("说明", "Note")
    __table_args__ = (
        UniqueConstraint("plan_id", "step_no"),
        CheckConstraint("step_no >= 1", name="step_no_positive"),
        Index(
            "ix_plan_step_open", "county_code", "due_on", postgresql_where=sql("done_on IS NULL"),
        ),
    )  # fmt: skip


class Investigation(Stamped, Base):
    """The way of suspected idle land to its determination (疑似 → 调查 → 认定), or to its being cleared."""

    __tablename__ = "investigation"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = county_code_column()
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), nullable=False)
    notice_on: Mapped[date] = mapped_column(Date, nullable=False)
    notice_document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    finding: Mapped[str | None] = token("finding", Finding, "结论", "Finding")
    found_on: Mapped[date | None] = mapped_column(Date)
    finding_document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    note: Mapped[str | None] = text("说明", "Note")
    __table_args__ = (
        CheckConstraint("(finding IS NULL) = (found_on IS NULL)", name="found_when"),
        CheckConstraint("found_on >= notice_on", name="found_after_notice"),
        Index("uq_investigation_open", "parcel_id", unique=True, postgresql_where=sql("finding IS NULL")),
    )


class CloseOut(Stamped, Base):
    """A submission of a parcel for its close-out (销号), with its results as Annex 3 wants them."""

    __tablename__ = "close_out"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = county_code_column()
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), nullable=False)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), nullable=False)
    measure: Mapped[str] = mapped_column(SqlText, nullable=False)
    status: Mapped[str] = token(
        "status", CloseOutStatus, "状态", "Status", nullable=False, server_default=sql("'submitted'")
    )
    submitted_on: Mapped[date] = mapped_column(Date, nullable=False)
    ledger_month: Mapped[date] = mapped_column(Date, nullable=False)
    """The first day of the month whose ledger it belongs to."""
    late: Mapped[bool] = mapped_column(nullable=False)
    decided_on: Mapped[date | None] = mapped_column(Date)
    decision_note: Mapped[str | None] = mapped_column(SqlText)
    area_m2: Mapped[float | None] = number("area_m2", "盘活土地面积", "Land revived", "m²")
    floor_area_m2: Mapped[float | None] = number("floor_area_m2", "盘活建筑面积", "Floor area revived", "m²")
    income_wan: Mapped[float | None] = number("income_wan", "本月形成盘活收益", "Income", "万元")
    treasury_wan: Mapped[float | None] = number("treasury_wan", "入库收益", "Paid into the treasury", "万元")
    disposable_wan: Mapped[float | None] = number("disposable_wan", "本级可用财力", "Disposable at this level", "万元")
    social_benefit: Mapped[str | None] = text("社会效益", "Social benefit")
    quantity: Mapped[float | None] = number("quantity", "实物数量", "Quantity", "")
    quantity_unit: Mapped[str | None] = text("实物单位", "Unit of quantity")
    energy_tce: Mapped[float | None] = number("energy_tce", "收回能耗指标", "Energy quota reclaimed", "tce")
    water_t: Mapped[float | None] = number("water_t", "收回用水指标", "Water quota reclaimed", "t")
    case_note: Mapped[str | None] = text("典型案例说明", "Case note")
    __table_args__ = (
        CheckConstraint("disposable_wan <= treasury_wan", name="disposable_in_treasury"),
        CheckConstraint("disposable_wan IS NULL OR treasury_wan IS NOT NULL", name="disposable_of_treasury"),
        CheckConstraint("(quantity IS NULL) = (quantity_unit IS NULL)", name="quantity_has_unit"),
        CheckConstraint("(status IN ('submitted', 'withdrawn')) OR decided_on IS NOT NULL", name="decided_when"),
        CheckConstraint("decided_on >= submitted_on", name="decided_after"),
        CheckConstraint("extract(day FROM ledger_month) = 1", name="ledger_month_first"),
        Index("uq_close_out_open", "parcel_id", unique=True, postgresql_where=sql("status = 'submitted'")),
        Index("ix_close_out_parcel_id", "parcel_id"),
        Index("ix_close_out_ledger_month", "county_code", "ledger_month"),
    )


class CloseOutProof(Base):
    """A document that was given as proof with a submission: added, never changed."""

    __tablename__ = "close_out_proof"
    county_code: Mapped[str] = county_code_column()
    close_out_id: Mapped[int] = mapped_column(ForeignKey("close_out.id"), primary_key=True)
    proof: Mapped[str] = mapped_column(SqlText, primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
