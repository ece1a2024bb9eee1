"""What a ledger would do to the registry, parcel by parcel, in the form that the preview of a survey has."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, text

from gisreg.intake.booked import booked

LISTED = 1000
"""Of each group; the counts are of all."""
_NEW = """
    SELECT count(*) OVER () AS total, r.row_no AS row, r.source_code AS id, r.township_code, NULL::float8 AS area_m2
    FROM ledger_row AS r WHERE NOT EXISTS (SELECT FROM ledger_fate AS f WHERE f.row_no = r.row_no)
    ORDER BY 2 LIMIT :listed
"""
_CHANGED = """
    SELECT
        count(*) OVER () AS total, r.row_no AS row, r.source_code AS id, p.parcel_code,
        to_jsonb((SELECT x FROM (SELECT {after}) AS x)) AS after,
        to_jsonb((SELECT x FROM (SELECT {before}) AS x)) AS before, 0::float8 AS area_change_m2, 0::float8 AS moved_m
    FROM ledger_fate AS f JOIN ledger_row AS r USING (row_no) JOIN parcel AS p ON p.id = f.parcel_id
    WHERE f.fate = 'joined'
    ORDER BY 2 LIMIT :listed
"""
_MISSING = """
    SELECT count(*) OVER () AS total, p.parcel_code, p.source_code AS id, p.township_code, p.area_m2
    FROM parcel AS p
    WHERE p.county_code = :county AND p.kind = :kind AND p.state NOT IN ('removed', 'closed')
        AND NOT EXISTS (SELECT FROM ledger_fate AS f WHERE f.parcel_id = p.id)
    ORDER BY 2 LIMIT :listed
"""
_SAME = "SELECT count(*) FROM ledger_fate WHERE fate = 'unchanged'"


def compared(connection: Connection, columns: Sequence[str], county: str, kind: str) -> dict[str, Any]:
    """The groups with their counts; ``columns`` are those that the ledger states."""
    before = ", ".join(f"p.{name}" for name in columns) or "NULL AS none"
    after = ", ".join(f"{booked(name, f'r.{name}')} AS {name}" for name in columns) or "NULL AS none"
    changed = _listed(connection, _CHANGED.format(after=after, before=before), {})
    for one in changed["listed"]:
        old, new = one.pop("before"), one.pop("after")
        one["fields"] = [
            {"field": name, "before": old[name], "after": new[name]}
            for name in columns
            if new[name] is not None and new[name] != old[name]
        ]
    return {
        "new": _listed(connection, _NEW, {}),
        "changed": changed,
        "same": connection.scalar(text(_SAME)),
        "missing": _listed(connection, _MISSING, {"county": county, "kind": kind}),
    }


def _listed(connection: Connection, query: str, values: dict[str, Any]) -> dict[str, Any]:
    found = [dict(one) for one in connection.execute(text(query), {**values, "listed": LISTED}).mappings()]
    total = found[0]["total"] if found else 0
    return {"count": total, "listed": [{key: one[key] for key in one if key != "total"} for one in found]}
