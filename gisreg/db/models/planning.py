"""Plan runs with their labels, and the plans that people approved."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
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
    refreshes_run_id: Mapped[int | None] = mapped_column(ForeignKey("plan_run.id"))
    """The run that this one brings up to date: it shares its labels but for those it replaces."""
    label_run_id: Mapped[int | None] = mapped_column(
        Integer, Computed("coalesce(refreshes_run_id, id)", persisted=True)
    )
    """Under which number its labels, rules, gates and facts are stored."""
    seen_from: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Start of the oldest transaction that was open when it looked: what was written since may have escaped it."""
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
    place: Mapped[int | None] = mapped_column(SmallInteger)
    """Its bit in a label's ``open_rules``: the order of trial within its kind."""
    facts_needed: Mapped[int | None] = mapped_column(SmallInteger)
    """How many facts the rules and gates of its kind speak of."""


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


class PlanFact(Base):
    """What bit ``fact_no`` of the ``unknown_facts`` of a label stands for, by kind."""

    __tablename__ = "plan_fact"
    county_code: Mapped[str] = county_code_column()
    run_id: Mapped[int] = mapped_column(ForeignKey("plan_run.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(SqlText, primary_key=True)
    fact_no: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    fact: Mapped[str] = mapped_column(SqlText, nullable=False)
    title_zh: Mapped[str] = mapped_column(SqlText, nullable=False)
    title_en: Mapped[str] = mapped_column(SqlText, nullable=False)
    unit: Mapped[str | None] = mapped_column(SqlText)
    __table_args__ = (
        CheckConstraint("kind IN ({})".format(", ".join(f"'{kind}'" for kind in Kind)), name="kind_known"),
        CheckConstraint("fact_no BETWEEN 0 AND 61", name="fact_no_fits_mask"),
    )


class _Labelled:
    """What is stored of a label: numbers of rules, and masks whose bits the run's rules, gates and facts name."""

    county_code: Mapped[str] = mapped_column(SqlText, nullable=False)
    rule_no: Mapped[int] = mapped_column(SmallInteger, nullable=False)
    finance_rule_no: Mapped[int | None] = mapped_column(SmallInteger)
    gates: Mapped[int] = mapped_column(BigInteger, nullable=False)
    unknown_gates: Mapped[int] = mapped_column(BigInteger, nullable=False)
    open_rules: Mapped[int | None] = mapped_column(BigInteger)
    unknown_facts: Mapped[int | None] = mapped_column(BigInteger)
    since_run_id: Mapped[int | None] = mapped_column(Integer)


class PlanLabel(_Labelled, Base):
    """The label of one parcel in one run: narrow, because a run writes one per parcel (no foreign key: traps)."""

    __tablename__ = "plan_label"
    run_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    parcel_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class PlanLabelReplaced(_Labelled, Base):
    """A label that a later run replaced while it shared the others; the database itself writes these rows."""

    __tablename__ = "plan_label_replaced"
    run_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    parcel_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    until_run_id: Mapped[int] = mapped_column(Integer, primary_key=True)


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
    document: Mapped[str | None] = mapped_column(SqlText)
    """The paper that the decision rests on."""
    approved_on: Mapped[date | None] = mapped_column(Date)
    """As people say it; unknown of plans that were recorded before it was asked for."""
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_by: Mapped[str | None] = mapped_column(SqlText)
    ended_reason: Mapped[str | None] = mapped_column(SqlText)
    recorded_at: Mapped[datetime] = recorded()[0]
    recorded_by: Mapped[str] = recorded()[1]
    __table_args__ = (
        Index("uq_plan_live", "parcel_id", unique=True, postgresql_where=sql("ended_at IS NULL")),
        Index("ix_plan_parcel_id", "parcel_id", "id"),
    )


class PlanHeld(Base):
    """Which gates hold a decided plan in a run, where they are others than those of its label. Never rewritten."""

    __tablename__ = "plan_held"
    run_id: Mapped[int] = mapped_column(ForeignKey("plan_run.id"), primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), primary_key=True)
    county_code: Mapped[str] = county_code_column()
    gates: Mapped[int] = mapped_column(BigInteger, nullable=False)
    """A bit each, as the run's gates name them."""
    recorded_at: Mapped[datetime] = recorded()[0]
