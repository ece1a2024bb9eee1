"""Approvals: approved − supplied − withdrawn = remaining, reconciled with the parcels that belong to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, text
from sqlalchemy import Text as SqlText

from gisreg.affairs.books import BOOKS
from gisreg.affairs.words import Affair, Difference
from gisreg.db.sql import load
from gisreg.records import get

SHOWN_PARCELS = 100


@dataclass(frozen=True)
class Disagreement:
    """One thing on which an approval and its parcels disagree, named; areas in m²."""

    difference: Difference
    stated_m2: float | None = None
    found_m2: float | None = None
    parcels: list[str] = field(default_factory=list)
    """The first of the parcels that it is about."""
    parcels_total: int = 0

    @property
    def off_by_m2(self) -> float | None:
        """What the approval states less what its parcels come to."""
        return None if self.stated_m2 is None or self.found_m2 is None else self.stated_m2 - self.found_m2


@dataclass(frozen=True)
class Balance:
    """An approval's areas as it states them, and as its parcels come to."""

    approval_no: str
    name: str | None
    approved_on: date | None
    authority: str | None
    version: int
    approved_area_m2: float | None
    supplied_area_m2: float | None
    withdrawn_area_m2: float | None
    remaining_area_m2: float | None
    parcels: int
    mapped_parcels: int
    parcels_m2: float
    parcels_supplied_m2: float
    parcels_withdrawn_m2: float
    parcels_remaining_m2: float
    disagreements: list[Disagreement]


def balances(connection: Connection, county: str, tolerance_m2: float, approval_no: str | None = None) -> list[Balance]:
    """Every approval of the county (or the one named) with its balance; differences above the tolerance are named.

    Raises:
        RecordNotFound: the one named is not there.
    """
    if approval_no is not None:
        get(connection, BOOKS[Affair.APPROVAL], county, approval_no)
    statement = text(load("gisreg.affairs", "balances.sql")).bindparams(
        bindparam("approval_no", approval_no, SqlText), bindparam("county", county)
    )
    return [_balance(row, tolerance_m2) for row in connection.execute(statement).mappings()]


def places(connection: Connection, county: str) -> dict[str, tuple[float, float]]:
    """Longitude and latitude of the approvals that have parcels on the map."""
    found = connection.execute(text(load("gisreg.affairs", "places.sql")), {"county": county})
    return {row.approval_no: (row.longitude, row.latitude) for row in found}


_COMPARED = (
    (Difference.APPROVED, "approved_area_m2", "parcels_m2"),
    (Difference.SUPPLIED, "supplied_area_m2", "parcels_supplied_m2"),
    (Difference.WITHDRAWN, "withdrawn_area_m2", "parcels_withdrawn_m2"),
    (Difference.REMAINING, "remaining_area_m2", "parcels_remaining_m2"),
)
_LISTED = (
    (Difference.NOT_LINKED, "not_linked"),
    (Difference.OTHER_NUMBER, "other_number"),
    (Difference.NOT_SPLIT, "not_split"),
)


def _balance(row: Any, tolerance_m2: float) -> Balance:
    names = [name for name in Balance.__dataclass_fields__ if name != "disagreements"]
    return Balance(**{name: row[name] for name in names}, disagreements=disagreements(row, tolerance_m2))


def disagreements(row: Mapping[str, Any], tolerance_m2: float) -> list[Disagreement]:
    """On what a balance disagrees with its parcels by more than the tolerance."""
    found = []
    if row["approved_area_m2"] is None:
        found.append(Disagreement(Difference.UNKNOWN))
    elif row["remaining_area_m2"] < -tolerance_m2:
        disposed = (row["supplied_area_m2"] or 0.0) + (row["withdrawn_area_m2"] or 0.0)
        found.append(Disagreement(Difference.OVERDRAWN, row["approved_area_m2"], disposed))
    if row["parcels"] == 0:
        found.append(Disagreement(Difference.NO_PARCELS))
    else:
        found += [
            Disagreement(difference, row[stated], row[come_to])
            for difference, stated, come_to in _COMPARED
            if row[stated] is not None and abs(row[stated] - row[come_to]) > tolerance_m2
        ]
    for difference, name in _LISTED:
        codes = row[name] or []
        if codes:
            found.append(Disagreement(difference, parcels=codes[:SHOWN_PARCELS], parcels_total=len(codes)))
    return found
