"""How *left* and *not closed* moved between two dates (rules §4): opening + new + relapsed − revived − removed ±
corrected ± transferred = closing, from the history, for any two dates.

Parcels and their areas are followed change by change. Projects and enterprises, which stand as their parcels do, are
compared at both ends.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import BindParameter, Connection, DateTime, RowMapping, TextClause, bindparam, select, text

from gisreg.days import end_of
from gisreg.db.models import Zone
from gisreg.db.sql import load
from gisreg.errors import InputError
from gisreg.text import Text
from gisreg.vocab import Kind

MU_PER_M2, M2_PER_HA = Decimal("0.0015"), Decimal(10_000)


class Measured(StrEnum):
    """Which of the two figures."""

    LEFT = "left"
    NOT_CLOSED = "not_closed"


class By(StrEnum):
    """By what the rows are."""

    TOWNSHIP = "township"
    ZONE = "zone"
    KIND = "kind"


class DatesTurnedRound(InputError):
    """The flow runs from the earlier day to the later."""

    what: ClassVar[Text] = Text("{since} 不早于 {until}", "{since} is not before {until}")
    mend: ClassVar[Text] = Text("请把较早的日期放在前面", "give the earlier day first")


@dataclass(frozen=True)
class Amount:
    """Parcels (宗), their land and floor area, projects (项), enterprises (户): each by itself, never added up."""

    parcels: int = 0
    land_m2: Decimal = Decimal(0)
    floor_m2: Decimal = Decimal(0)
    projects: int = 0
    enterprises: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        """Both together."""
        return Amount(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    def __neg__(self) -> "Amount":
        """The other way round."""
        return Amount(*(-getattr(self, one.name) for one in fields(self)))

    def as_json(self) -> dict[str, float]:
        """For programs; mu are rounded last."""
        return {
            "parcels": self.parcels, "projects": self.projects, "enterprises": self.enterprises,
            "land_m2": float(self.land_m2), "floor_m2": float(self.floor_m2), "mu": float(self.land_m2 * MU_PER_M2),
            "ha": float(self.land_m2 / M2_PER_HA),
        }  # fmt: skip


@dataclass
class Flow:
    """One row of the flow. ``revived`` and ``removed`` are taken off; ``corrected`` and ``transferred`` have a sign.

    For *not closed*, ``revived`` is what was closed out. A submission that was returned makes ``revived`` less.
    ``relapsed`` came again after it had been revived: found idle again, or listed again after it was taken back.
    """

    code: str | None = None
    name: str | None = None
    name_en: str | None = None
    opening: Amount = field(default_factory=Amount)
    new: Amount = field(default_factory=Amount)
    relapsed: Amount = field(default_factory=Amount)
    revived: Amount = field(default_factory=Amount)
    removed: Amount = field(default_factory=Amount)
    corrected: Amount = field(default_factory=Amount)
    transferred: Amount = field(default_factory=Amount)
    closing: Amount = field(default_factory=Amount)

    @property
    def comes_to(self) -> Amount:
        """What opening and movements add up to."""
        gained = self.opening + self.new + self.relapsed + self.corrected + self.transferred
        return gained + -self.revived + -self.removed

    @property
    def reconciles(self) -> bool:
        """Whether that is what the registry holds at the end."""
        return self.comes_to == self.closing

    def absorb(self, entry: str, amount: Amount) -> None:
        """Add an entry; what leaves is told as a positive number."""
        signed = -amount if entry in TAKEN_OFF else amount
        setattr(self, entry, getattr(self, entry) + signed)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        told: dict[str, Any] = {"code": self.code, "name": self.name, "name_en": self.name_en}
        for entry in ENTRIES:
            told[entry] = getattr(self, entry).as_json()
        return {**told, "reconciles": self.reconciles}


TAKEN_OFF = ("revived", "removed")
ENTRIES = ("opening", "new", "relapsed", "revived", "removed", "corrected", "transferred", "closing")


@dataclass(frozen=True)
class FlowTable:
    """The flow of one figure between the ends of two days."""

    measure: Measured
    by: By
    since: date
    until: date
    rows: list[Flow]
    total: Flow

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "measure": str(self.measure), "by": str(self.by), "since": self.since, "until": self.until,
            "items": [row.as_json() for row in self.rows], "county": self.total.as_json(),
        }  # fmt: skip


HEADINGS = {
    Measured.LEFT: Text(
        "期初|新增|二次闲置及重新入库|盘活|核减|更正|划转|期末|平衡",
        "opening|new|relapsed or listed again|revived|removed|corrected|transferred|closing|reconciles",
    ),
    Measured.NOT_CLOSED: Text(
        "期初|新增|二次闲置及重新入库|销号|核减|更正|划转|期末|平衡",
        "opening|new|relapsed or listed again|closed out|removed|corrected|transferred|closing|reconciles",
    ),
}
"""What the columns are called: one figure falls by what is revived, the other by what is closed out."""


def flow(
    connection: Connection,
    county: str,
    since: date,
    until: date,
    *,
    measure: Measured = Measured.LEFT,
    by: By = By.TOWNSHIP,
) -> FlowTable:
    """From the end of one day to the end of another, as the registry recorded it; rows always sum to the county.

    Raises:
        DatesTurnedRound.
    """
    if since >= until:
        raise DatesTurnedRound(where="since", since=since, until=until)
    given = [
        bindparam("county", county),
        bindparam("measure", str(measure)),
        bindparam("since", end_of(since), DateTime(timezone=True)),
        bindparam("until", end_of(until), DateTime(timezone=True)),
    ]
    rows: dict[str | None, Flow] = _named(connection, county, by)
    total = Flow()
    for found in connection.execute(_statement("flow.sql", given)).mappings():
        amount = Amount(found["parcels"], found["land_m2"], found["floor_m2"])
        for row in (_row_of(rows, found, by), total):
            row.absorb(found["entry"], amount)
    for found in connection.execute(_statement("flow_things.sql", [*given, bindparam("by", str(by))])).mappings():
        for row in (_row_at(rows, found), total):
            row.absorb(found["entry"], Amount(**{found["what"]: found["count"]}))
    return FlowTable(measure, by, since, until, _ordered(rows.values()), replace(total))


def _statement(name: str, given: Iterable[BindParameter[Any]]) -> TextClause:
    return text(load("gisreg.ledger", name)).bindparams(*given)


def _row_at(rows: dict[str | None, Flow], found: RowMapping) -> Flow:
    """The row of a place as the statement itself names it."""
    return rows.setdefault(found["place"], Flow(found["place"], found["township_name"], found["township_name_en"]))


def _row_of(rows: dict[str | None, Flow], found: RowMapping, by: By) -> Flow:
    if by == By.KIND:
        return rows[found["kind"]]
    code = found["township_code"] if by == By.TOWNSHIP else found["zone_code"]
    name, name_en = (found["township_name"], found["township_name_en"]) if by == By.TOWNSHIP else (None, None)
    return rows.setdefault(code, Flow(code, name, name_en))


def _named(connection: Connection, county: str, by: By) -> dict[str | None, Flow]:
    """Kinds and zones have their row though nothing moved; townships where something is or was."""
    if by == By.KIND:
        return {str(kind): Flow(str(kind), kind.zh, kind.en) for kind in Kind}
    if by == By.ZONE:
        zones = select(Zone.code, Zone.name, Zone.name_en).where(Zone.county_code == county).order_by(Zone.code)
        return {code: Flow(code, name, name_en) for code, name, name_en in connection.execute(zones)}
    return {}


def _ordered(rows: Iterable[Flow]) -> list[Flow]:
    return sorted(rows, key=lambda row: (row.code is None, row.code or ""))
