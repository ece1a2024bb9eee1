"""All that a county's map pages say, read in one transaction, as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from gisreg.affairs.approvals import Balance, balances, places
from gisreg.counties import list_counties
from gisreg.days import TIME_ZONE, end_of, today
from gisreg.db.models import PlanRun
from gisreg.errors import NotFoundError
from gisreg.ledger.left import TownshipLeft, township_left, zone_left
from gisreg.parcels.gates import gate_titles
from gisreg.parcels.mapdata import units_of, zones_of
from gisreg.parcels.read import Row
from gisreg.planning.measures import first_steps, measures, worded
from gisreg.text import Text

UNKNOWN = "unknown"
"""Stands for the parcels whose township is to be found (乡镇待核) where a township code is asked for."""


class TownshipUnknown(NotFoundError):
    """The county has no such township."""

    what: ClassVar[Text] = Text(
        "没有乡镇 {township}（已有：{known}）", "there is no township {township} (there are: {known})"
    )
    mend: ClassVar[Text] = Text("请用上列代码之一", "use one of these codes")


@dataclass(frozen=True)
class MapFacts:
    """One county at one time."""

    code: str
    name: Text
    invented: bool
    as_of: date
    read_at: datetime
    ruleset: str | None
    units: Sequence[Row]
    """Townships with ``boundary`` as GeoJSON text."""
    left: Sequence[TownshipLeft]
    words: dict[str, Text]
    """Titles of gates and measures by token, and of agencies and legal bases by their Chinese."""
    zones: Sequence[Row] = ()
    """Zones with ``boundary`` as GeoJSON text."""
    affairs: "Affairs | None" = None
    first_steps: Mapping[str, Text] = field(default_factory=dict)
    """What each measure begins with."""
    outline: str | None = None
    """The county's own ``boundary``, where no township has one."""

    def township(self, code: str) -> TownshipLeft:
        """The row of a township, or of the parcels without one for :data:`UNKNOWN`.

        Raises:
            TownshipUnknown: there is none.
        """
        for row in self.left:
            if (row.code or UNKNOWN) == code:
                return row
        known = ", ".join(row.code or UNKNOWN for row in self.left) or "-"
        raise TownshipUnknown(township=code, known=known)


@dataclass(frozen=True)
class Affairs:
    """What the county's page says of zones and approvals."""

    zone_left: Sequence[TownshipLeft]
    balances: Sequence[Balance]
    """None of an earlier day: approvals are reconciled with the parcels as they are."""
    places: dict[str, tuple[float, float]]


def map_facts(
    connection: Connection, county: str, as_of: date | None = None, *, tolerance_m2: float | None = None
) -> MapFacts:
    """Read it all; ``county`` must exist. ``tolerance_m2`` asks for zones' and approvals' figures as well."""
    names = next(known for known in list_counties(connection) if known.code == county)
    run = _run(connection, county, as_of)
    units = units_of(connection, county, as_of=as_of)
    return MapFacts(
        code=county,
        name=Text(names.name, names.name_en),
        invented=names.invented,
        as_of=as_of or today(),
        read_at=datetime.now(ZoneInfo(TIME_ZONE)),
        ruleset=f"{run.ruleset} {run.ruleset_version}" if run else None,
        units=units,
        left=township_left(connection, county, as_of),
        zones=zones_of(connection, county),
        affairs=None if tolerance_m2 is None else _affairs(connection, county, as_of, tolerance_m2),
        first_steps=first_steps(run.ruleset_toml) if run else {},
        outline=None if any(unit["boundary"] for unit in units) else _outline(connection, county, as_of),
        words=measures() | (gate_titles(connection, run.id) | worded(run.ruleset_toml) if run else {}),
    )


def _outline(connection: Connection, county: str, as_of: date | None) -> str | None:
    """The county's polygon as GeoJSON text, if it has one."""
    return next((unit["boundary"] for unit in units_of(connection, county, "county", as_of)), None)


def _affairs(connection: Connection, county: str, as_of: date | None, tolerance_m2: float) -> Affairs:
    left = zone_left(connection, county, as_of)
    if as_of is not None:
        return Affairs(left, (), {})
    return Affairs(left, balances(connection, county, tolerance_m2), places(connection, county))


def _run(connection: Connection, county: str, as_of: date | None) -> Any:
    """The run whose labels were in force."""
    runs = select(PlanRun.id, PlanRun.ruleset, PlanRun.ruleset_version, PlanRun.ruleset_toml).where(
        PlanRun.county_code == county
    )
    if as_of is None:
        runs = runs.where(PlanRun.status == "accepted")
    else:
        runs = runs.where(PlanRun.accepted_at < end_of(as_of)).order_by(PlanRun.accepted_at.desc())
    return connection.execute(runs.limit(1)).one_or_none()
