"""What is left and not closed in 宗, 项 and 户, by township, zone or kind; land and floor are never added up."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, select, text

from gisreg.db.models import AdminUnit, Zone
from gisreg.db.sql import load
from gisreg.ledger.flow import MU_PER_M2, By
from gisreg.vocab import Kind

FOREVER = "infinity"


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
    """One row: parcels (宗), projects (项), enterprises (户), and the areas of the parcels."""

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
        mu = {"left_mu": float(self.left_m2 * MU_PER_M2), "not_closed_mu": float(self.not_closed_m2 * MU_PER_M2)}
        return {**told, **areas, **mu}


UNITS = ("parcels", "projects", "enterprises")
AREAS = ("left_m2", "left_floor_m2", "not_closed_m2", "not_closed_floor_m2")


@dataclass(frozen=True)
class CountedTable:
    """The rows and the county, which is their sum."""

    by: By
    rows: list[Counted]
    total: Counted

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {"by": str(self.by), "items": [row.as_json() for row in self.rows], "county": self.total.as_json()}


def counted(connection: Connection, county: str, by: By = By.TOWNSHIP) -> CountedTable:
    """As the registry stands now; a project or an enterprise is counted whole in one row."""
    rows = _named(connection, county, by)
    found = connection.execute(text(load("gisreg.ledger", "counted.sql")), {"county": county, "by": str(by)})
    for one in found.mappings():
        row = rows.setdefault(one["place"], Counted(one["place"]))
        setattr(row, one["what"], Numbers(one["registered"], one["left"], one["not_closed"]))
        for area in AREAS:
            setattr(row, area, getattr(row, area) + one[area])
    ordered = sorted(rows.values(), key=lambda row: (row.code is None, row.code or ""))
    return CountedTable(by, ordered, _sum(ordered))


def _sum(rows: Iterable[Counted]) -> Counted:
    total = Counted()
    for row in rows:
        total.add(row)
    return total


def _named(connection: Connection, county: str, by: By) -> dict[str | None, Counted]:
    """Every township of today, zone or kind has its row, though nothing is there."""
    if by == By.KIND:
        return {str(kind): Counted(str(kind), kind.zh, kind.en) for kind in Kind}
    named = select(Zone.code, Zone.name, Zone.name_en).where(Zone.county_code == county)
    if by == By.TOWNSHIP:
        unit = AdminUnit
        named = select(unit.code, unit.name, unit.name_en).where(
            unit.county_code == county, unit.level == "township", unit.valid_to == FOREVER
        )
    return {code: Counted(code, name, name_en) for code, name, name_en in connection.execute(named)}
