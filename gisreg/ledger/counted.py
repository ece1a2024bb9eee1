"""What is left and not closed in 宗, 项 and 户, by township, zone or kind; land and floor are never added up."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, select, text

from gisreg.days import end_of, require_come, today
from gisreg.db.models import AdminUnit, Zone
from gisreg.db.sql import load
from gisreg.ledger.flow import MU_PER_M2, By
from gisreg.ledger.left import Shared, shared_ground, township_place, zone_place
from gisreg.vocab import Kind

NOW = "infinity"
"""Later than whatever has been recorded."""
PLACES = {By.TOWNSHIP: township_place, By.ZONE: zone_place, By.KIND: township_place}
"""In whose row a pair of parcels of two kinds is deducted; by kind in none but the county's."""


@dataclass
class Numbers:
    """How many of one unit of counting."""

    registered: int = 0
    left: int = 0
    not_closed: int = 0

    def add(self, other: "Numbers") -> None:
        """Count more in."""
        self.registered += other.registered
        self.left += other.left
        self.not_closed += other.not_closed


@dataclass
class Counted:
    """One row: parcels (宗), projects (项), enterprises (户), and the areas of the parcels.

    Ground that two kinds share is deducted once from the land; ``overlap_m2`` is what is left less by that.
    """

    code: str | None = None
    name: str | None = None
    name_en: str | None = None
    parcels: Numbers = field(default_factory=Numbers)
    projects: Numbers = field(default_factory=Numbers)
    enterprises: Numbers = field(default_factory=Numbers)
    left_m2: Decimal = Decimal(0)
    left_floor_m2: Decimal = Decimal(0)
    not_closed_m2: Decimal = Decimal(0)
    not_closed_floor_m2: Decimal = Decimal(0)
    overlap_m2: Decimal = Decimal(0)

    def deduct(self, shared: Shared) -> None:
        """Take shared ground out of the land, once."""
        overlap = _exact(shared.left_m2)
        self.overlap_m2 += overlap
        self.left_m2 -= overlap
        self.not_closed_m2 -= _exact(shared.not_closed_m2)

    def add(self, other: "Counted") -> None:
        """Count a row in."""
        for what in UNITS:
            getattr(self, what).add(getattr(other, what))
        for area in AREAS:
            setattr(self, area, getattr(self, area) + getattr(other, area))

    def as_json(self) -> dict[str, Any]:
        """For programs; mu are rounded last."""
        told = {name: value for name, value in asdict(self).items() if name not in AREAS}
        areas = {area: float(getattr(self, area)) for area in AREAS}
        mu = {name: float(getattr(self, f"{name}_m2") * MU_PER_M2) for name in ("left", "not_closed", "overlap")}
        return {**told, **areas, **{f"{name}_mu": area for name, area in mu.items()}}


UNITS = ("parcels", "projects", "enterprises")
COUNTED_AREAS = ("left_m2", "left_floor_m2", "not_closed_m2", "not_closed_floor_m2")
AREAS = (*COUNTED_AREAS, "overlap_m2")


@dataclass(frozen=True)
class CountedTable:
    """The rows and the county, which is their sum; by kind its land is less by what the kinds share."""

    by: By
    rows: list[Counted]
    total: Counted
    as_of: date | None = None

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        items = [row.as_json() for row in self.rows]
        return {"by": str(self.by), "as_of": self.as_of, "items": items, "county": self.total.as_json()}


def counted(connection: Connection, county: str, by: By = By.TOWNSHIP, as_of: date | None = None) -> CountedTable:
    """As the registry stands now, or as recorded at 24:00 of a day; a project or an enterprise is counted whole in one
    row.

    Raises:
        DayInFuture.
    """
    if as_of is not None:
        require_come("as_of", as_of)
    rows = _named(connection, county, by, as_of or today())
    given = {"county": county, "by": str(by), "until": NOW if as_of is None else end_of(as_of)}
    found = connection.execute(text(load("gisreg.ledger", "counted.sql")), given)
    for one in found.mappings():
        row = rows.setdefault(one["place"], Counted(one["place"], one["name"], one["name_en"]))
        setattr(row, one["what"], Numbers(one["registered"], one["left"], one["not_closed"]))
        for area in COUNTED_AREAS:
            setattr(row, area, getattr(row, area) + one[area])
    shared = shared_ground(connection, county, as_of, PLACES[by])
    for place, ground in shared.items() if by != By.KIND else ():
        rows.setdefault(place, Counted(place)).deduct(ground)
    ordered = sorted(rows.values(), key=lambda row: (row.code is None, row.code or ""))
    total = _sum(ordered)
    for ground in shared.values() if by == By.KIND else ():
        total.deduct(ground)
    return CountedTable(by, ordered, total, as_of)


def _exact(area_m2: float) -> Decimal:
    return Decimal(area_m2).quantize(Decimal("0.0001"))


def _sum(rows: Iterable[Counted]) -> Counted:
    total = Counted()
    for row in rows:
        total.add(row)
    return total


def _named(connection: Connection, county: str, by: By, day: date) -> dict[str | None, Counted]:
    """Every township of a day, zone or kind has its row, though nothing is there."""
    if by == By.KIND:
        return {str(kind): Counted(str(kind), kind.zh, kind.en) for kind in Kind}
    named = select(Zone.code, Zone.name, Zone.name_en).where(Zone.county_code == county)
    if by == By.TOWNSHIP:
        unit = AdminUnit
        named = select(unit.code, unit.name, unit.name_en).where(
            unit.county_code == county, unit.level == "township", unit.valid_from <= day, unit.valid_to > day
        )
    return {code: Counted(code, name, name_en) for code, name, name_en in connection.execute(named)}
