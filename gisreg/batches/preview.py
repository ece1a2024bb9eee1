"""What a preview's page says and draws: the report, the shapes behind its groups, and the county around them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from gisreg.counties import list_counties
from gisreg.days import TIME_ZONE
from gisreg.db.models import Parcel
from gisreg.intake.comparing import DRAWING
from gisreg.intake.report import Report
from gisreg.parcels.mapdata import MAP_DIGITS, units_of
from gisreg.parcels.read import Row
from gisreg.text import Text
from gisreg.vocab import Severity

GROUPS = ("new", "changed", "same", "missing", "refused")
Group = Mapping[str, Any]
"""``count`` of all its rows; the first of them in ``rows``, each with ``shape`` as GeoJSON text where it has one."""


@dataclass(frozen=True)
class PreviewFacts:
    """Plain values, so that they can be kept in a file and drawn later."""

    county: Text
    invented: bool
    made_at: datetime
    townships: Sequence[Row]
    """Townships with ``boundary`` as GeoJSON text."""
    report: Mapping[str, Any]
    """As :meth:`gisreg.intake.report.Report.as_json` tells it."""
    groups: Mapping[str, Group]
    titles: Mapping[str, Text]
    """Of the fields that differ somewhere."""

    def as_json(self) -> dict[str, Any]:
        """For a file."""
        return {
            **self.__dict__,
            "made_at": self.made_at.isoformat(),
            "townships": list(self.townships),
            "titles": {name: [title.zh, title.en] for name, title in self.titles.items()},
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "PreviewFacts":
        """Out of that file."""
        titles = {name: Text(*title) for name, title in kept["titles"].items()}
        made_at = datetime.fromisoformat(kept["made_at"])
        return cls(**{**kept, "county": Text(*kept["county"]), "made_at": made_at, "titles": titles})


def preview_facts(connection: Connection, report: Report) -> PreviewFacts:
    """All that the page of a dry run needs; ``report`` has the comparison."""
    county = next(one for one in list_counties(connection) if one.code == report.county)
    diff = report.diff or {}
    groups = diff[DRAWING] if DRAWING in diff else _ledger_groups(connection, report)
    return PreviewFacts(
        county=Text(county.name, county.name_en),
        invented=county.invented,
        made_at=datetime.now(ZoneInfo(TIME_ZONE)),
        townships=units_of(connection, report.county),
        report=report.as_json(),
        groups={name: groups[name] for name in GROUPS},
        titles=_titles(groups["changed"]["rows"]),
    )


def _titles(changed: Sequence[Mapping[str, Any]]) -> dict[str, Text]:
    named = {field["field"] for row in changed for field in row["fields"]}
    known = Parcel.__table__.columns
    return {name: known[name].info["meaning"].title for name in sorted(named) if "meaning" in known[name].info}


def _ledger_groups(connection: Connection, report: Report) -> dict[str, Group]:
    """A ledger has no shapes of its own: its rows are drawn where their parcels are."""
    diff = report.diff or {}
    listed = {name: diff[name]["listed"] for name in ("new", "changed", "missing")}
    codes = [one["parcel_code"] for name in ("changed", "missing") for one in listed[name]]
    shapes = _shapes(connection, report.county, codes)
    drawn = {
        name: {
            "count": diff[name]["count"],
            "rows": [{**one, "shape": shapes.get(one.get("parcel_code"))} for one in rows],
        }
        for name, rows in listed.items()
    }
    return {**drawn, "same": {"count": diff["same"], "rows": []}, "refused": _refused(report)}


def _refused(report: Report) -> Group:
    rows = {p.row: p for p in report.problems if p.grade == Severity.REFUSED}
    return {"count": report.refused, "rows": [{"row": row, "id": p.id, "shape": None} for row, p in rows.items()]}


def _shapes(connection: Connection, county: str, codes: Sequence[str]) -> dict[str | None, str]:
    found = connection.execute(
        text(
            "SELECT parcel_code, ST_AsGeoJSON(boundary, :digits) AS shape FROM parcel "
            "WHERE county_code = :county AND parcel_code = ANY(:codes) AND boundary IS NOT NULL"
        ),
        {"county": county, "codes": list(codes), "digits": MAP_DIGITS},
    )
    return {row.parcel_code: row.shape for row in found}
