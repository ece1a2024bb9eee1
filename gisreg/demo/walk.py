"""A few parcels of the demonstration county walked through the steps by the use cases themselves, so that histories,
the flow and the results have each kind of entry: determined and cleared, closed whole and in part, returned, withdrawn,
on hold, idle again, with quotas reclaimed."""

import io
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, text

from gisreg.db.engine import Actor, transaction
from gisreg.db.sql import load
from gisreg.demo.books import REFERENCE_DAY
from gisreg.demo.papers import MOST, RESOLVED, pdf, people
from gisreg.demo.standing import WALKED, is_walked
from gisreg.documents import Attaching, DocumentStore, DocumentType, attach
from gisreg.ledger.closeout.dated import take
from gisreg.ledger.closeout.inquiry import clear, determine, investigate
from gisreg.ledger.closeout.moves import By
from gisreg.ledger.closeout.plans import (
    Charge,
    Decision,
    PlannedStep,
    advice_on,
    approve,
    change_step,
    start,
    step_ends,
)
from gisreg.ledger.closeout.rulebook import closeout_rules
from gisreg.ledger.closeout.submitting import Submission, accept, reclaim, send_back, submit, withdraw
from gisreg.ledger.closeout.words import Role, Step
from gisreg.parcels.editing import Basis
from gisreg.planning.clock.workdays import load_calendar
from gisreg.planning.ruleset import load_ruleset
from gisreg.records import parcel_key
from gisreg.settings import PROJECT_DIR
from gisreg.vocab import Label

UNTOUCHED = 60
"""Parcels that examples name."""
HALF = 0.4
"""Share of a parcel that is closed out in part."""


def walk(engine: Engine, county: str, store: DocumentStore) -> None:
    """Take the parcels through their steps, each step in a transaction of its own; done once."""
    if is_walked(engine, county):
        return
    with transaction(engine) as connection:
        chosen = _chosen(connection, county)
    desk = _Desk(engine, store, people())
    for place, code in enumerate(chosen["inquiry"]):
        desk.inquire(code, place)
    for place, code in enumerate(chosen["advised"]):
        desk.advise(code, place)
    for code in chosen["part"]:
        desk.close_part(code)
    for code in chosen["quota"]:
        desk.reclaim(code)


def _chosen(connection: Connection, county: str) -> Mapping[str, Sequence[str]]:
    closing = [name for name, measure in load_ruleset().rules.measures.items() if measure.closes]
    given = {
        "county": county, "first": f"{county}-{UNTOUCHED:07}", "last": f"{county}-{MOST:07}", "closing": closing,
    }  # fmt: skip
    # the labels have just been written: a planner that takes them for a handful would join all with all
    connection.execute(text("SET LOCAL enable_nestloop = off; SET LOCAL jit = off"))
    parts: dict[str, list[str]] = defaultdict(list)
    for part, code in connection.execute(text(load("gisreg.demo", "walk.sql")), given):
        if all(code not in others for others in parts.values()):
            parts[part].append(code)
    return parts


def _day(before: int) -> date:
    """So many days before the books were closed."""
    return REFERENCE_DAY - timedelta(days=before)


@dataclass(frozen=True)
class _Desk:
    """Whoever works on the demonstration county."""

    engine: Engine
    store: DocumentStore
    people: Sequence[str]

    def _do(self, code: str, work: Callable[[Connection, Basis], Any]) -> Any:
        """One step on the parcel as it is now."""
        with transaction(self.engine, Actor("demo", WALKED)) as connection:
            parcel = parcel_key(connection, code)
            return work(connection, Basis(code, parcel["version"]))

    def _of(self, code: str) -> Any:
        with transaction(self.engine) as connection:
            return connection.execute(text(OF_IT), {"code": code}).one()

    def _paper(self, code: str, words: str, name: str, kind: DocumentType = DocumentType.PROOF) -> int:
        about = Attaching(f"{name}.pdf", kind, note="示范数据")
        row = self._do(code, lambda c, _basis: attach(c, self.store, code, io.BytesIO(pdf(words)), about))
        return int(row["id"])

    # -- suspected idle land

    def inquire(self, code: str, place: int) -> None:
        """Investigated; then most are determined idle, one is cleared, one still open."""
        notice = self._paper(code, "notice of investigation", "闲置土地调查通知书", DocumentType.DECISION)
        self._do(code, lambda c, basis: investigate(c, basis, _day(90 - place), notice, By(Role.COUNTY)))
        if place == 1:
            return
        finding, name = (clear, "调查结论") if place == 2 else (determine, "闲置土地认定书")  # noqa: PLR2004 - the third
        paper = self._paper(code, "finding of the investigation", name, DocumentType.DECISION)
        by = By(Role.COUNTY, "核查结果:已按期动工" if place == 2 else None)  # noqa: PLR2004 - the third
        self._do(code, lambda c, basis: finding(c, basis, _day(40 - place), paper, by))

    # -- plans and close-outs

    def _plan(self, code: str, place: int, decision: Decision | None = None) -> str:
        """Approved with its steps counted from a day before the reference day; the measure."""
        person, leader = self.people[place], self.people[place + 1]

        def work(connection: Connection, basis: Basis) -> str:
            advice = advice_on(connection, parcel_key(connection, code)["id"])
            measure = decision.measure if decision is not None else str(advice["measure"] if advice else "")
            steps = load_ruleset().rules.measures[measure].steps
            day = _day(100 + place)
            ends = step_ends(steps, day, load_calendar(PROJECT_DIR / "data"))
            planned = [PlannedStep(step.text, step.agency, end) for step, end in zip(steps, ends, strict=True)]
            charge = Charge(person=person, leader=leader, due_on=ends[-1])
            approve(connection, basis, decision, charge=charge, steps=planned, by=By(Role.COUNTY), on=day)
            return measure

        return str(self._do(code, work))

    def _begin(self, code: str, place: int, decision: Decision | None = None) -> str:
        measure = self._plan(code, place, decision)
        self._do(code, lambda c, basis: start(c, basis, By(Role.AGENCY)))
        self._do(code, lambda c, _basis: change_step(c, code, 1, 1, {"done_on": _day(80 - place)}, role=Role.AGENCY))
        return measure

    def _submit(self, code: str, measure: str, before: int, area_m2: float | None = None, **results: Any) -> str:
        """With the proof that is needed; the number of what was submitted."""
        kind, rules = self._of(code).kind, closeout_rules()
        needs = [need.split("|")[0] for need in rules.ways_of(kind, measure)[0].needs]
        proofs = [(need, self._paper(code, rules.proofs[need].en, rules.proofs[need].zh)) for need in needs]
        given = Submission(proofs, _day(before), area_m2=area_m2, results=results)
        done = self._do(code, lambda c, basis: submit(c, basis, given, By(Role.COUNTY)))
        return str(done.parcel_code)

    def _accept(self, code: str, before: int) -> None:
        self._do(code, lambda c, basis: accept(c, basis, _day(before), By(Role.UPPER, "复核无误")))

    def _take(self, code: str, step: Step, reason: str) -> None:
        self._do(code, lambda c, basis: take(c, basis, step, By(Role.COUNTY, reason)))

    def advise(self, code: str, place: int) -> None:
        """The advice adopted; what becomes of it differs from parcel to parcel."""
        measure = self._begin(code, place)
        if place == 0:
            self._take(code, Step.HOLD, "等待专题会议研究资金安排")
            return
        if place == 1:
            self._take(code, Step.HOLD, "核对权属资料")
            self._take(code, Step.RESUME, "权属已核清")
            return
        self._submit(code, measure, 20 - place, income_wan=120.0 + place, treasury_wan=96.0, disposable_wan=48.5)
        if place == 2:  # noqa: PLR2004 - the third
            self._do(code, lambda c, basis: send_back(c, basis, _day(10), By(Role.UPPER, "现场照片与坐标不一致")))
        elif place == 3:  # noqa: PLR2004 - the fourth
            self._do(code, lambda c, basis: withdraw(c, basis, By(Role.COUNTY, "补充纳税记录后再报")))
        elif place > 4:  # noqa: PLR2004 - the fifth waits for its decision
            self._accept(code, 19 - place)
        if place == 5:  # noqa: PLR2004 - the sixth
            self._take(code, Step.RELAPSE, "回访发现再次停工")

    def close_part(self, code: str) -> None:
        """A part gets a number of its own and is closed out; the rest goes on."""
        measure = self._begin(code, 1)
        area_m2 = round(self._of(code).official_area_m2 * HALF, 2)
        part = self._submit(code, measure, 18, area_m2, income_wan=88.0, treasury_wan=70.0)
        self._accept(part, 6)

    def reclaim(self, code: str) -> None:
        """Quotas of energy and water are taken back, each in its own unit: half first, then the rest."""
        measure = self._begin(code, 2, Decision(Label.SELL, "reclaim_quotas", RESOLVED))
        held = self._of(code)
        energy, water = round(held.energy_quota_tce / 2, 2), round(held.water_quota_t / 2, 2)
        paper = self._paper(code, "decision to take a part of the quotas back", "收回部分要素的文件")
        half = Submission([("quota_decision", paper)], _day(30), results={"energy_tce": energy, "water_t": water})
        self._do(code, lambda c, basis: reclaim(c, basis, half, By(Role.COUNTY)))
        rest = self._of(code)
        self._submit(code, measure, 16, energy_tce=rest.energy_quota_tce, water_t=rest.water_quota_t)
        self._accept(code, 5)


OF_IT = "SELECT kind, official_area_m2, energy_quota_tce, water_quota_t FROM parcel WHERE parcel_code = :code"
