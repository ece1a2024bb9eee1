"""The county of the books, papers of its parcels, and parcels brought to where a test begins."""

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).parents[1]))
from books_county import ask, code, county, do

from gisreg.ledger.closeout.plans import Charge, Decision, approve, start
from gisreg.ledger.closeout.submitting import Submission, accept, submit
from gisreg.parcels.editing import Basis
from gisreg.planning.ruleset import load_ruleset
from gisreg.vocab import Kind

__all__ = ["ask", "county", "do"]  # fixtures of the shared module, found here by name

APPROVED_ON = date(2026, 1, 5)
"""Of plans whose day does not matter: before all that tests submit."""
PROOFS = {
    Kind.IDLE_LAND: ("construction_permit", "site_photo", "coordinates"),
    Kind.HALF_FINISHED_PROJECT: ("completion_acceptance", "use_record"),
    Kind.IDLE_FACTORY: ("lease", "power_record"),
    Kind.UNSUPPLIED_LAND: ("supply_document",),
}
MEASURES = {
    Kind.IDLE_LAND: "order_start",
    Kind.HALF_FINISHED_PROJECT: "resume_complete",
    Kind.IDLE_FACTORY: "public_let",
    Kind.UNSUPPLIED_LAND: "grant_supply",
}


@pytest.fixture
def put(do: Callable[..., Any]) -> Callable[..., None]:
    """Sets columns of parcels by SQL."""

    def write(assignments: str, where: str = "true") -> None:
        do(lambda c: c.execute(text(f"UPDATE parcel SET {assignments} WHERE {where}")))

    return write


@pytest.fixture
def basis(ask: Callable[..., Any]) -> Callable[[int], Basis]:
    """The n-th parcel at the version it is at."""
    return lambda n: Basis(code(n), ask("SELECT version FROM parcel WHERE parcel_code = :code", code=code(n)))


@pytest.fixture
def state(ask: Callable[..., Any]) -> Callable[[int], str]:
    """The state of the n-th parcel."""
    return lambda n: ask("SELECT state FROM parcel WHERE parcel_code = :code", code=code(n))


@pytest.fixture
def paper(do: Callable[..., Any]) -> Callable[[int], int]:
    """A new document of the n-th parcel; its number."""
    made = iter(range(1, 10_000))

    def add(n: int) -> int:
        return do(
            lambda c: c.execute(
                text(
                    "INSERT INTO document (county_code, parcel_id, document_type, file_name, file_sha256, file_bytes)"
                    " SELECT '149901', id, 'proof', 'a.pdf', :sha, 1 FROM parcel WHERE parcel_code = :code RETURNING id"
                ),
                {"code": code(n), "sha": f"{next(made):064x}"},
            ).scalar_one()
        )

    return add


@pytest.fixture
def given(paper: Callable[[int], int], ask: Callable[..., Any]) -> Callable[..., Submission]:
    """A submission of the n-th parcel with the proof that its kind needs."""

    def make(n: int, **more: Any) -> Submission:
        kind = Kind(ask("SELECT kind FROM parcel WHERE parcel_code = :code", code=code(n)))
        return Submission([(proof, paper(n)) for proof in PROOFS[kind]], **more)

    return make


@pytest.fixture
def planned(do: Callable[..., Any], basis: Callable[[int], Basis], ask: Callable[..., Any]) -> Callable[..., None]:
    """Approves a plan by hand."""

    def bring(n: int, measure: str | None = None, on: date | None = None, **charge: Any) -> None:
        kind = Kind(ask("SELECT kind FROM parcel WHERE parcel_code = :code", code=code(n)))
        wanted = measure or MEASURES[kind]
        label = next(rule.label for rule in load_ruleset().rules.rules if (rule.kind, rule.measure) == (kind, wanted))
        decision = Decision(label, wanted, "专题会议确定")
        do(approve, basis(n), decision, charge=Charge(**charge), on=on or APPROVED_ON)

    return bring


@pytest.fixture
def started(do: Callable[..., Any], basis: Callable[[int], Basis], planned: Callable[..., None]) -> Callable[..., None]:
    """Approves a plan and starts it."""

    def bring(n: int, measure: str | None = None, on: date | None = None) -> None:
        planned(n, measure, on)
        do(start, basis(n))

    return bring


@pytest.fixture
def submitted(
    do: Callable[..., Any],
    basis: Callable[[int], Basis],
    started: Callable[..., None],
    given: Callable[..., Submission],
) -> Callable[..., None]:
    """All the way to the submission."""

    def bring(n: int, measure: str | None = None, **more: Any) -> None:
        started(n, measure)
        do(submit, basis(n), given(n, **more))

    return bring


@pytest.fixture
def closed(
    do: Callable[..., Any], basis: Callable[[int], Basis], submitted: Callable[..., None]
) -> Callable[..., None]:
    """All the way to the close-out."""

    def bring(n: int, **more: Any) -> None:
        submitted(n, **more)
        do(accept, basis(n))

    return bring
