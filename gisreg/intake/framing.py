"""What the imports of surveys and of ledgers have in common: one transaction, and the batch that the history names."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text

from gisreg.db.engine import Actor, transaction
from gisreg.db.sql import load
from gisreg.intake.mapping import Mapped
from gisreg.intake.report import Report

LAST_NUMBER = 9_999_999
LISTED_PROBLEMS = 1000
COMPANIONS = {"official_area_m2": "official_area_source", "land_use_code": "land_use_scheme"}
"""Columns that a second one must explain: whose area it is, whose code it is."""
COUNTS = ("read", "loaded", "repaired", "refused", "unchanged", "warned", "left_out")
AGAIN = "SELECT max(id) FROM batch WHERE county_code = :county AND kind = :kind AND file_sha256 = :sha256"


class DryRun(Exception):
    """Carries the report out of a transaction that is to be undone."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report


def in_one_transaction(
    engine: Engine, actor: str, work: Callable[[Connection], Report], *, dry_run: bool, strict: bool = False
) -> Report:
    """All of the work or nothing; what a dry run did is undone, and strictly all of it where any row was refused."""
    try:
        with transaction(engine, Actor(actor, "import")) as connection:
            report = work(connection)
            if dry_run or (strict and report.refused):
                raise DryRun(replace(report, batch=None, dry_run=True))
            return report
    except DryRun as undone:
        return undone.report


def run_statements(connection: Connection, statements: str, values: Mapping[str, Any]) -> None:
    """Statements one after another, each with those of the values that it names."""
    for statement in statements.split(";\n"):
        if statement.strip():
            compiled = text(statement)
            connection.execute(compiled, {name: values[name] for name in compiled.compile().params})


def again_of(connection: Connection, county: str, kind: str, sha256: str) -> int | None:
    """An earlier batch of the very same file."""
    batch: int | None = connection.scalar(text(AGAIN), {"county": county, "kind": kind, "sha256": sha256})
    return batch


def store_batch(connection: Connection, report: Report, file: Path, sha256: str, mapped: Mapped) -> int:
    """The batch's row; from here on the history names it as what changed the parcels."""
    values = {
        "county": report.county, "kind": report.kind, "file": file.name, "sha256": sha256,
        "bytes": file.stat().st_size, "layer": report.layer, "crs": report.crs, "encoding": report.encoding,
        "mapping": json.dumps(mapped.as_json(), ensure_ascii=False),
        "problems": json.dumps([one.as_json() for one in report.problems[:LISTED_PROBLEMS]], ensure_ascii=False),
        **{key: getattr(report, key) for key in COUNTS},
    }  # fmt: skip
    batch = connection.scalar(text(load("gisreg.intake", "sql/batch.sql")), values)
    assert isinstance(batch, int)  # noqa: S101 - RETURNING gives the key
    connection.execute(text("SELECT set_config('gisreg.source', :source, true)"), {"source": f"import:{batch}"})
    return batch
