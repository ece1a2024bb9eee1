"""A registry with parcels made to order, and the national rules to label them."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update

from gisreg.db.engine import Actor, transaction
from gisreg.db.models import County, Parcel, PlanLabel, PlanRule
from gisreg.planning.ruleset import load_ruleset
from gisreg.planning.run import PlanRunSummary, run_plan

COUNTY = "149901"
AS_OF = date(2026, 11, 21)
TESTER = Actor("tester", "test")
HALF_AND_FACTORY = {"half_finished_project": "halted_works", "idle_factory": "idle_building"}

Facts = dict[str, Any]


class Registry:
    """Adds, changes and labels parcels of the example county."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.count = 0
        with transaction(engine, TESTER) as connection:
            connection.execute(insert(County).values(code=COUNTY, name="示例县", invented=True))

    def add(self, kind: str, **facts: Any) -> str:
        """One parcel; its code."""
        return self.add_all([{"kind": kind, **facts}])[0]

    def add_all(self, parcels: list[Facts]) -> list[str]:
        """Many parcels; their codes."""
        codes = []
        with transaction(self.engine, TESTER) as connection:
            for facts in parcels:
                self.count += 1
                codes.append(f"{COUNTY}-{self.count:07}")
                row = {"subkind": HALF_AND_FACTORY.get(facts["kind"]), "state": "registered", "area_m2": 666.0, **facts}
                connection.execute(insert(Parcel).values(county_code=COUNTY, parcel_code=codes[-1], **row))
        return codes

    def change(self, code: str, **facts: Any) -> None:
        """A new version of a parcel."""
        with transaction(self.engine, TESTER) as connection:
            connection.execute(update(Parcel).where(Parcel.parcel_code == code).values(**facts))

    def run(self, as_of: date = AS_OF, **options: Any) -> PlanRunSummary:
        """Label the county."""
        return run_plan(self.engine, TESTER, COUNTY, as_of=as_of, **options)

    def labels(self, run_id: int) -> dict[str, Facts]:
        """Each labelled parcel's rule, label, measure, finance rule and masks in a run."""
        rule, finance = PlanRule.__table__.alias("x"), PlanRule.__table__.alias("f")
        label, parcel = PlanLabel.__table__, Parcel.__table__
        wanted = (
            select(
                parcel.c.parcel_code, rule.c.rule, rule.c.label, rule.c.measure, finance.c.rule.label("finance"),
                label.c.gates, label.c.unknown_gates,
            )
            .join_from(label, parcel, parcel.c.id == label.c.parcel_id)
            .join(rule, (rule.c.run_id == label.c.run_id) & (rule.c.rule_no == label.c.rule_no))
            .outerjoin(finance, (finance.c.run_id == label.c.run_id) & (finance.c.rule_no == label.c.finance_rule_no))
            .where(label.c.run_id == run_id)
        )  # fmt: skip
        with transaction(self.engine) as connection:
            rows = [dict(row) for row in connection.execute(wanted).mappings()]
        return {row.pop("parcel_code"): row for row in rows}

    def rule_of(self, kind: str, as_of: date = AS_OF, **facts: Any) -> str:
        """The rule that fires for one parcel made for the question."""
        code = self.add(kind, **facts)
        rule: str = self.labels(self.run(as_of, propose=True).run_id)[code]["rule"]
        return rule


@pytest.fixture
def registry(engine: Engine) -> Registry:
    """An empty registry with one county."""
    return Registry(engine)


@pytest.fixture
def gates_of() -> Callable[[int], set[str]]:
    """The gates of the national rules that a mask names."""
    names = [gate.id for gate in load_ruleset().rules.gates]
    return lambda mask: {name for bit, name in enumerate(names) if mask >> bit & 1}
