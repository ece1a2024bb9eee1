"""The papers of the demonstration county: what moved the clock, plans, investigations, close-outs and their proofs.

They belong to the states in which the parcels were loaded, and are made by one pass each, of the first parcels only
where the county is a large one made for benchmarks.
"""

import io
import json
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from sqlalchemy import Connection, Engine, text

from gisreg.db.engine import Actor, transaction
from gisreg.db.sql import load
from gisreg.demo.books import REFERENCE_DAY
from gisreg.demo.names import names
from gisreg.documents import DocumentStore, DocumentType
from gisreg.ledger.closeout.rulebook import CloseOutRules, closeout_rules
from gisreg.planning.comparing import run_in_force
from gisreg.planning.held import tell_of_run
from gisreg.planning.holding import rule_for
from gisreg.planning.ruleset import Measure, RuleSet, load_ruleset
from gisreg.vocab import Kind, Label, State

MOST = 10_000
"""Parcels that have papers, at most: those with the lowest numbers."""
LOCK = 7_446_475
CLOCK, PAPERS = "demo: clock", "demo: papers"
PHOTOS = ("site_photo", "coordinates")
RESOLVED = "专题会议研究确定"


@dataclass(frozen=True)
class _Outlet:
    """A way out that people decided on, where no label says it: for a kind, or for a state of it."""

    kind: Kind
    label: Label
    measure: str
    state: State | None = None


OUTLETS = (
    _Outlet(Kind.UNSUPPLIED_LAND, Label.SELL, "grant_supply"),
    _Outlet(Kind.UNSUPPLIED_LAND, Label.USE, "allocate_supply"),
    _Outlet(Kind.UNSUPPLIED_LAND, Label.LEASE, "lease_then_grant"),
    _Outlet(Kind.UNSUPPLIED_LAND, Label.USE, "revoke_approval"),
    _Outlet(Kind.IDLE_LAND, Label.USE, "order_start"),
    _Outlet(Kind.IDLE_LAND, Label.SELL, "transfer"),
    _Outlet(Kind.IDLE_LAND, Label.SELL, "buy_back", State.TAKEN_BACK),
    _Outlet(Kind.IDLE_LAND, Label.SELL, "free_reclaim", State.TAKEN_BACK),
    _Outlet(Kind.HALF_FINISHED_PROJECT, Label.USE, "resume_complete"),
    _Outlet(Kind.HALF_FINISHED_PROJECT, Label.USE, "public_welfare"),
    _Outlet(Kind.HALF_FINISHED_PROJECT, Label.SELL, "acquire_complete"),
    _Outlet(Kind.IDLE_FACTORY, Label.LEASE, "public_let"),
    _Outlet(Kind.IDLE_FACTORY, Label.USE, "restart"),
    _Outlet(Kind.IDLE_FACTORY, Label.SELL, "agreed_transfer"),
)


def move_clocks(engine: Engine, county: str) -> None:
    """What moved the clock of idle land; before labels are given, since they look at it."""
    with transaction(engine, Actor("demo", CLOCK)) as connection:
        if not _once(connection, county, CLOCK, "clock_event"):
            connection.execute(text(load("gisreg.demo", "clock.sql")), _whose(county))


def file_papers(engine: Engine, county: str, store: DocumentStore) -> None:
    """Plans, steps, investigations and close-outs; after labels are given, which the plans adopt."""
    rules, measures = closeout_rules(), load_ruleset().rules
    files = [_file(rules, proof, store) for proof in rules.proofs if rules.proofs[proof].enough]
    given = {
        **_whose(county), "last_day": rules.submission.last_day,
        "measures": _json(_measure(name, one) for name, one in measures.measures.items()),
        "steps": _json(step for name, one in measures.measures.items() for step in _steps(name, one)),
        "outlets": _json(_outlets(measures)), "proofs": _json(_proofs(rules, measures)), "files": _json(files),
        "people": _json(people()),
    }  # fmt: skip
    with transaction(engine, Actor("demo", PAPERS)) as connection:
        if not _once(connection, county, PAPERS, "close_out"):
            connection.execute(text(load("gisreg.demo", "papers.sql")), given)
            run_id = run_in_force(connection, county)
            if run_id is not None:  # the run came in force before these plans were made
                tell_of_run(connection, run_id)


def people() -> list[str]:
    """Names of nobody: a surname and a character that stands for a name."""
    words = names().words
    return [family + given for given in words["given"] for family in words["surnames"]]


def pdf(words: str) -> bytes:
    """A page that says what it stands for; words are ASCII."""
    shown = f"BT /F1 18 Tf 60 760 Td (Example County: {words}) Tj ET".encode("ascii")
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R/Resources<</Font<</F1 4 0 R>>>>>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(shown), shown),
    ]
    objects = [b"%d 0 obj%s endobj\n" % (number, part) for number, part in enumerate(parts, start=1)]
    head = b"%PDF-1.4\n"
    starts = list(accumulate((len(one) for one in objects), initial=len(head)))
    table = b"".join(b"%010d 00000 n \n" % start for start in starts[:-1])
    tail = b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return head + b"".join(objects) + tail % (len(starts), table, len(starts), starts[-1])


def _whose(county: str) -> dict[str, Any]:
    return {"county": county, "ref": REFERENCE_DAY, "last": f"{county}-{MOST:07}"}


def _once(connection: Connection, county: str, source: str, table: str) -> bool:
    """Whether it was done before; whoever comes at the same time waits."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    done = f"SELECT EXISTS (SELECT FROM {table} WHERE county_code = :county AND recorded_from = :source)"  # noqa: S608 - one of two names above
    return bool(connection.execute(text(done), {"county": county, "source": source}).scalar_one())


def _json(rows: Any) -> str:
    return json.dumps(list(rows), ensure_ascii=False)


def _measure(name: str, measure: Measure) -> dict[str, Any]:
    days = sum(step.days for step in measure.steps)
    return {"measure": name, "closes": measure.closes, "days": days}


def _steps(name: str, measure: Measure) -> list[dict[str, Any]]:
    """Days are counted from the beginning of the plan."""
    ends = accumulate(step.days for step in measure.steps)
    return [
        {"measure": name, "step_no": no, "zh": step.text.zh, "en": step.text.en, "agency": step.agency, "days": end,
         "is_last": no == len(measure.steps)}
        for no, (step, end) in enumerate(zip(measure.steps, ends, strict=True), start=1)
    ]  # fmt: skip


def _outlets(rules: RuleSet) -> list[dict[str, Any]]:
    """Numbered within their kind and state, each with the law and the agency of its own measure."""
    told: list[dict[str, Any]] = []
    for one in OUTLETS:
        state = str(one.state) if one.state else None
        choice = sum(other["kind"] == one.kind and other["state"] == state for other in told)
        rule = rule_for(rules.rules, str(one.kind), str(one.label), one.measure)
        told.append(
            {"kind": str(one.kind), "state": state, "choice": choice, "label": str(one.label), "measure": one.measure,
             "reason": RESOLVED, "basis": rule and rule.basis, "agency": rule and rule.agency}
        )  # fmt: skip
    return told


def _proofs(rules: CloseOutRules, measures: RuleSet) -> list[dict[str, str]]:
    """What proves the close-out of a kind by a measure: its first way, and of alternatives the first."""
    return [
        {"kind": str(kind), "measure": measure, "proof": need.split("|")[0]}
        for kind in Kind
        for measure in measures.measures
        for need in rules.ways_of(kind, measure)[0].needs
    ]


def _file(rules: CloseOutRules, proof: str, store: DocumentStore) -> dict[str, Any]:
    """One file for each kind of proof; all parcels show the same."""
    titles = rules.proofs[proof].text
    stored = store.put(io.BytesIO(pdf(titles.en)), f"{proof}.pdf")
    kind = DocumentType.PHOTO if proof in PHOTOS else DocumentType.PROOF
    return {
        "proof": proof, "zh": titles.zh, "document_type": str(kind), "sha256": stored.sha256, "bytes": stored.size,
    }  # fmt: skip
