# ruff: noqa: E501 - SQL stays in one piece

"""What an import would do to the registry, parcel by parcel: new, changed and in what, the same, missing from the file."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, text

from gisreg.intake.rows import stored

if TYPE_CHECKING:
    from gisreg.intake.registering import Job

LISTED = 1000
"""Of each group; the counts are of all."""


def compared(connection: Connection, job: "Job", zone: int) -> dict[str, Any]:
    """The groups with their counts; ``moved_m`` is how far the boundary's farthest point lies from the other boundary."""
    rows, about = job.preparation.staging.rows, {"county": job.county, "kind": str(job.kind), "listed": LISTED}
    return {
        "new": _listed(connection, _NEW.format(rows=rows), about),
        "changed": _changed(connection, job, zone, about),
        "same": connection.scalar(text("SELECT count(*) FROM fate WHERE fate = 'unchanged'")),
        "missing": _listed(connection, _MISSING.format(rows=rows), about),
    }


_NEW = """
    SELECT count(*) OVER () AS total, r.row_no AS row, r.source_code AS id, r.township_code, r.area_m2
    FROM {rows} AS r WHERE NOT EXISTS (SELECT FROM fate AS f WHERE f.row_no = r.row_no) ORDER BY 2 LIMIT :listed
"""
_MISSING = """
    SELECT count(*) OVER () AS total, p.parcel_code, p.source_code AS id, p.township_code, p.area_m2
    FROM parcel AS p
    WHERE p.county_code = :county AND p.kind = :kind AND p.source_code IS NOT NULL AND p.state NOT IN ('removed', 'closed')
        AND NOT EXISTS (SELECT FROM {rows} AS r WHERE r.source_code = p.source_code)
    ORDER BY 2 LIMIT :listed
"""
_CHANGED = """
    SELECT
        count(*) OVER () AS total, r.row_no AS row, r.source_code AS id, p.parcel_code,
        to_jsonb((SELECT x FROM (SELECT {after}) AS x)) AS after, to_jsonb((SELECT x FROM (SELECT {before}) AS x)) AS before,
        r.area_m2 - p.area_m2 AS area_change_m2,
        CASE WHEN NOT ST_Equals(r.boundary, p.boundary) THEN
            ST_HausdorffDistance(ST_Transform(r.boundary, {zone}), ST_Transform(p.boundary, {zone})) ELSE 0 END AS moved_m
    FROM fate AS f
    JOIN {rows} AS r USING (row_no)
    JOIN parcel AS p ON p.id = f.parcel_id
    WHERE f.fate = 'changed' AND :kind = p.kind AND :county = p.county_code
    ORDER BY 2 LIMIT :listed
"""


def _listed(connection: Connection, query: str, about: dict[str, Any]) -> dict[str, Any]:
    statement = text(query)
    values = {name: about[name] for name in statement.compile().params}
    found = [dict(one) for one in connection.execute(statement, values).mappings()]
    total = found[0]["total"] if found else 0
    return {"count": total, "listed": [{key: one[key] for key in one if key != "total"} for one in found]}


def _changed(connection: Connection, job: "Job", zone: int, about: dict[str, Any]) -> dict[str, Any]:
    columns = [column.target for column in stored(job.preparation.mapped)]
    query = _CHANGED.format(
        rows=job.preparation.staging.rows, zone=zone, after=", ".join(f"r.{name}" for name in columns) or "NULL AS none",
        before=", ".join(f"p.{name}" for name in columns) or "NULL AS none",
    )  # fmt: skip
    found = _listed(connection, query, about)
    for one in found["listed"]:
        before, after = one.pop("before"), one.pop("after")
        one["fields"] = [
            {"field": name, "before": before[name], "after": after[name]}
            for name in columns
            if before[name] != after[name] and not (name == "ownership_status" and after[name] is None)
        ]
    return found
