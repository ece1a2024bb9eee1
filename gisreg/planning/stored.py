"""Runs and labels as they are stored: what a run writes beside its labels, and the labels of any run, old or new."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Connection, FromClause, Integer, SmallInteger, column, func, insert, select, text
from sqlalchemy import Text as SqlText
from sqlalchemy.types import TypeEngine

from gisreg.db.models import PlanFact, PlanGate, PlanRule, PlanRun
from gisreg.errors import ConflictError, NotFoundError
from gisreg.planning.compile import CompiledRules
from gisreg.text import Text
from gisreg.vocab import Kind, State

UNLABELLED_STATES = (State.CLOSED, State.REMOVED, State.TAKEN_BACK)
"""Parcels in these states need no advice; every other parcel gets exactly one label."""
RUN_LOCK = 7_446_474
"""Advisory lock by county: one labelling of a county at a time."""


class RunUnknown(NotFoundError):
    """No such run."""

    what: ClassVar[Text] = Text("没有方案批次 {run}", "there is no plan run {run}")
    mend: ClassVar[Text] = Text("请用 gisreg plan list 查看", "gisreg plan list shows them")


class NoAcceptedRun(NotFoundError):
    """No labels are in force yet."""

    what: ClassVar[Text] = Text("县 {county} 尚无已采用的方案批次", "no plan run is in force in county {county}")
    mend: ClassVar[Text] = Text("请先运行 gisreg plan run", "run gisreg plan run first")


class RunGoesOn(ConflictError):
    """Somebody else labels the county, or accepts a run, at this moment."""

    what: ClassVar[Text] = Text("县 {county} 正在运行另一个方案批次", "another plan run of county {county} goes on")
    mend: ClassVar[Text] = Text("请待其完成后再试", "try again when it is done")


def lock_runs(connection: Connection, county_code: str) -> None:
    """One run of a county at a time, until the transaction ends.

    Raises:
        RunGoesOn: another one has it; nobody waits for minutes without a word.
    """
    given = {"lock": RUN_LOCK, "county": county_code}
    statement = text("SELECT pg_try_advisory_xact_lock(:lock, hashtext(:county))")
    if not connection.execute(statement, given).scalar_one():
        raise RunGoesOn(county=county_code)


def write_run(connection: Connection, compiled: CompiledRules, values: dict[str, Any]) -> int:
    """A run with its rules, gates and facts; its labels come afterwards."""
    run_id: int = connection.execute(insert(PlanRun).values(**values).returning(PlanRun.id)).scalar_one()
    county_code = values["county_code"]
    for table, rows in (
        (PlanRule, _rule_rows(compiled)),
        (PlanGate, _gate_rows(compiled)),
        (PlanFact, _fact_rows(compiled)),
    ):
        if rows:
            connection.execute(insert(table), [{**row, "run_id": run_id, "county_code": county_code} for row in rows])
    return run_id


def seen_from(connection: Connection) -> datetime | None:
    """Since when what is written may escape a run that looks from now on; None if that cannot be known."""
    found: datetime | None = connection.execute(select(func.open_since())).scalar_one()
    return found


def labels_of(run_id: int) -> FromClause:
    """The labels of a run as they were in it, whatever later runs replaced."""
    small, big = SmallInteger(), BigInteger()
    columns: dict[str, TypeEngine[Any]] = {
        "run_id": Integer(), "parcel_id": big, "county_code": SqlText(), "rule_no": small, "finance_rule_no": small,
        "gates": big, "unknown_gates": big, "open_rules": big, "unknown_facts": big, "since_run_id": Integer(),
    }  # fmt: skip
    function = func.plan_labels_of(run_id)
    return function.table_valued(*[column(name, kind) for name, kind in columns.items()], name="label")


def _rule_rows(compiled: CompiledRules) -> list[dict[str, Any]]:
    rules = compiled.loaded.rules
    place = {one.no: number for kind in Kind for number, one in enumerate(compiled.order(kind))}
    needed = {kind: len(compiled.needed(kind)) for kind in Kind}
    return [
        {
            "rule_no": no,
            "rule": rule.id,
            "kind": str(rule.kind),
            "label": str(rule.label),
            "measure": rule.measure,
            "measure_zh": rules.measures[rule.measure].zh,
            "measure_en": rules.measures[rule.measure].en,
            "reason_zh": rule.reason.zh,
            "reason_en": rule.reason.en,
            "basis": rule.basis,
            "agency": rule.agency,
            "days_allowed": rule.days,
            "place": place[no],
            "facts_needed": needed[rule.kind],
        }
        for no, rule in enumerate(rules.rules, start=1)
    ]


def _gate_rows(compiled: CompiledRules) -> list[dict[str, Any]]:
    return [
        {
            "gate_no": no,
            "gate": gate.id,
            "title_zh": gate.title.zh,
            "title_en": gate.title.en,
            "basis": gate.basis,
        }
        for no, gate in enumerate(compiled.loaded.rules.gates)
    ]


def _fact_rows(compiled: CompiledRules) -> list[dict[str, Any]]:
    return [
        {
            "kind": str(kind),
            "fact_no": no,
            "fact": fact.name,
            "title_zh": fact.titles.zh,
            "title_en": fact.titles.en,
            "unit": fact.unit,
        }
        for kind in Kind
        for no, fact in enumerate(compiled.needed(kind))
    ]
