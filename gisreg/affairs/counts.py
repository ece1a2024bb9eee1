"""How many parcels, projects, enterprises, approvals and zones there are and are left: each counted by itself."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from gisreg.db.sql import load
from gisreg.text import Text

COUNTED: dict[str, Text] = {
    "parcel": Text("宗", "parcels"),
    "project": Text("项", "projects"),
    "enterprise": Text("户", "enterprises"),
    "approval": Text("批次", "approvals"),
    "zone": Text("园区", "zones"),
}


@dataclass(frozen=True)
class Count:
    """One unit of counting: with parcels in the registry, left, revived, not closed out."""

    what: str
    registered: int = 0
    left: int = 0
    revived: int = 0
    not_closed: int = 0


def count_affairs(connection: Connection, county: str) -> list[Count]:
    """宗, 项, 户, batches and zones; they are never added to each other."""
    rows = connection.execute(text(load("gisreg.affairs", "counts.sql")), {"county": county})
    found = {row.what: Count(*row) for row in rows}
    return [found.get(what, Count(what)) for what in COUNTED]
