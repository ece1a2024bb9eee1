# ruff: noqa: E501 - SQL stays in one piece

"""What an import would do to the registry, parcel by parcel: new, changed and in what, the same, missing from the file."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, text

from gisreg.db.sql import load
from gisreg.intake.booked import booked, yielding_of
from gisreg.intake.mapping import MappedColumn
from gisreg.intake.rows import stored

if TYPE_CHECKING:
    from gisreg.intake.registering import Job

LISTED = 1000
"""Of each group; the counts are of all."""
DRAWN = 5000
"""Of each group a map shows so many."""
MOST_POINTS = 2000
"""A shape of more points is drawn a little simpler; a page holds thousands of them."""
DRAWING = "drawing"
"""What a map of the comparison needs: shapes by group. It is no part of the report."""
SHAPES = ("shape", "before_shape")
Diff = dict[str, Any]
Agree = Callable[[Diff], None]
"""Looks at the comparison inside the import's transaction: what it raises undoes the import."""


def compared(connection: Connection, job: "Job", zone: int) -> Diff:
    """The groups with their counts; ``moved_m`` is how far the boundary's farthest point lies from the other boundary."""
    becoming_of = becoming(stored(job.preparation.mapped))
    parts = {
        "rows": job.preparation.staging.rows, "zone": zone, "most": MOST_POINTS,
        "after": ", ".join(f"{value} AS {name}" for name, value in becoming_of.items()),
        "before": ", ".join(f"p.{name}" for name in becoming_of),
    }  # fmt: skip
    values = {"county": job.county, "kind": str(job.kind), "drawn": DRAWN}
    connection.execute(text(load("gisreg.intake", "drawn.sql")))
    found = {name: _found(connection, query.format(**parts), values) for name, query in _queries().items()}
    for one in found["changed"]["all"]:
        one["fields"] = differing(one.pop("before"), one.pop("after"))
    report = {name: _listed(found[name]) for name in ("new", "changed", "missing")}
    same = found["same"]["count"]
    drawing = {name: {"count": group["count"], "rows": group["all"]} for name, group in found.items()}
    return {**report, "same": same, "edited": _edited(connection), DRAWING: drawing}


def becoming(columns: Sequence[MappedColumn]) -> dict[str, str]:
    """What an import stores of a row r in a parcel p that came again, by column, as SQL."""
    yielding = yielding_of(columns)
    values = {name: booked(name, f"r.{name}", yielding) for name in ("township_code", *(one.target for one in columns))}
    if "ownership_status" in values:
        values["ownership_status"] = booked("ownership_status", "coalesce(r.ownership_status, 'unknown')")
    if "determined_on" in values:
        values["state"] = (
            "CASE WHEN p.state = 'suspected' AND r.determined_on IS NOT NULL THEN 'registered' ELSE p.state END"
        )
    return values


def differing(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields in which a parcel would differ from what it is."""
    return [
        {"field": name, "before": before[name], "after": after[name]} for name in after if before[name] != after[name]
    ]


def _queries() -> dict[str, str]:
    """The statements by the group that they list."""
    parts = load("gisreg.intake", "comparing.sql").split("-- name: ")[1:]
    named = (part.partition("\n") for part in parts)
    return {name.strip(): statement.strip() for name, _, statement in named}


def _found(connection: Connection, query: str, values: dict[str, Any]) -> dict[str, Any]:
    statement = text(query)
    rows = connection.execute(statement, {name: values[name] for name in statement.compile().params}).mappings()
    found = [dict(one) for one in rows]
    count = found[0]["total"] if found else 0
    return {"count": count, "all": [{key: one[key] for key in one if key != "total"} for one in found]}


def _listed(found: dict[str, Any]) -> dict[str, Any]:
    first = found["all"][:LISTED]
    listed = [{key: one[key] for key in one if key not in SHAPES} for one in first]
    return {"count": found["count"], "listed": listed}


def _edited(connection: Connection) -> str | None:
    """One number for the versions of all parcels that the file would change: another edit of one of them makes another."""
    query = (
        "SELECT sum(hashtextextended(p.id || ':' || p.version || ':' || f.row_no, 0))::text "
        "FROM fate AS f JOIN parcel AS p ON p.id = f.parcel_id WHERE f.fate = 'changed'"
    )
    found: str | None = connection.scalar(text(query))
    return found
