"""Plan runs with their labels, and the plans that people approved."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
)
from sqlalchemy import Text as SqlText
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from gisreg.columns import token
from gisreg.db.base import Base
from gisreg.db.models.common import county_code_column, recorded
from gisreg.vocab import (
    Kind,
    Label,
)


class PlanRun(Base):
    """One labelling of a county by one rule set as of one day. The rule set's own text is kept with it."""

    __tablename__ = "plan_run"
    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = county_code_column()
    ruleset: Mapped[str] = mapped_column(SqlText, nullable=False)
    ruleset_version: Mapped[str] = mapped_column(SqlText, nullable=False)
    ruleset_sha256: Mapped[str] = mapped_column(SqlText, nullable=False)
    ruleset_toml: Mapped[str] = mapped_column(SqlText, nullable=False)
    as_of: Mapped[date] = mapped_column(Date, nullable=False)
    recorded_as_of: Mapped[date | None] = mapped_column(Date)
    status: Mapped[str] = mapped_column(SqlText, server_default=sql("'proposed'"), nullable=False)
    parcels: Mapped[int] = mapped_column(Integer, server_default=sql("0"), nullable=False)
    accepted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    accepted_by: Mapped[str | None] = mapped_column(SqlText)
    recorded_at: Mapped[datetime] = recorded()[0]
    recorded_by: Mapped[str] = recorded()[1]
    __table_args__ = (
        CheckConstraint("status IN ('proposed', 'accepted', 'superseded')", name="status_known"),
        Index("uq_plan_run_accepted", "county_code", unique=True, postgresql_where=sql("status = 'accepted'")),
    )


class PlanRule(Base):
    """What a rule number of a run stands for: from it a label's reason, basis, unit and days follow."""

    __tablename__ = "plan_rule"
    county_code: Mapped[str] = county_code_column()
    run_id: Mapped[int] = mapped_column(ForeignKey("plan_run.id"), primary_key=True)
    rule_no: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    rule: Mapped[str] = mapped_column(SqlText, nullable=False)
    kind: Mapped[str] = token("kind", Kind, "类型", "Kind", nullable=False)
    label: Mapped[str] = token("label", Label, "处置建议", "Label", nullable=False)
    measure: Mapped[str] = mapped_column(SqlText, nullable=False)
    measure_zh: Mapped[str] = mapped_column(SqlText, nullable=False)
    measure_en: Mapped[str] = mapped_column(SqlText, nullable=False)
    reason_zh: Mapped[str] = mapped_column(SqlText, nullable=False)
    reason_en: Mapped[str] = mapped_column(SqlText, nullable=False)
    basis: Mapped[str] = mapped_column(SqlText, nullable=False)
    agency: Mapped[str] = mapped_column(SqlText, nullable=False)
    days_allowed: Mapped[int | None] = mapped_column(Integer)


class PlanGate(Base):
    """What bit ``gate_no`` of a label's ``gates`` stands for in a run."""

    __tablename__ = "plan_gate"
    county_code: Mapped[str] = county_code_column()
    run_id: Mapped[int] = mapped_column(ForeignKey("plan_run.id"), primary_key=True)
    gate_no: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    gate: Mapped[str] = mapped_column(SqlText, nullable=False)
    title_zh: Mapped[str] = mapped_column(SqlText, nullable=False)
    title_en: Mapped[str] = mapped_column(SqlText, nullable=False)
    basis: Mapped[str] = mapped_column(SqlText, nullable=False)
    __table_args__ = (CheckConstraint("gate_no BETWEEN 0 AND 62", name="gate_no_fits_mask"),)


class PlanLabel(Base):
    """The label of one parcel in one run: narrow, because a run writes one per parcel (no foreign key: traps)."""

    __tablename__ = "plan_label"
    run_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    parcel_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    county_code: Mapped[str] = mapped_column(SqlText, nullable=False)
    rule_no: Mapped[int] = mapped_column(SmallInteger, nullable=False)
    finance_rule_no: Mapped[int | None] = mapped_column(SmallInteger)
    gates: Mapped[int] = mapped_column(BigInteger, nullable=False)
    unknown_gates: Mapped[int] = mapped_column(BigInteger, nullable=False)


class Plan(Base):
    """The approved plan of a parcel (一地一策): what people decided, which a re-run never overwrites."""

    __tablename__ = "plan"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = county_code_column()
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), nullable=False)
    label: Mapped[str] = token("label", Label, "处置方式", "Label", nullable=False)
    measure: Mapped[str] = mapped_column(SqlText, nullable=False)
    reason: Mapped[str] = mapped_column(SqlText, nullable=False)
    basis: Mapped[str | None] = mapped_column(SqlText)
    agency: Mapped[str | None] = mapped_column(SqlText)
    leader: Mapped[str | None] = mapped_column(SqlText)
    due_on: Mapped[date | None] = mapped_column(Date)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    recorded_at: Mapped[datetime] = recorded()[0]
    recorded_by: Mapped[str] = recorded()[1]
    __table_args__ = (Index("uq_plan_live", "parcel_id", unique=True, postgresql_where=sql("ended_at IS NULL")),)
