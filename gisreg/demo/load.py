"""Loading the demonstration county: one transaction for the survey, one for each later step of its history."""

import hashlib
import io
import json
import time
from collections.abc import Callable, Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import shapely
from sqlalchemy import Connection, Engine, text

from gisreg.db.engine import Actor, transaction
from gisreg.db.sql import load
from gisreg.db.statistics import refresh_statistics
from gisreg.demo.ahead import ahead
from gisreg.demo.frame import SURVEY_EPSG, to_survey
from gisreg.demo.land import lay_out
from gisreg.demo.names import names
from gisreg.demo.rows import GENERATED, County
from gisreg.demo.standing import Loaded, description, standing

LOCK = 7_446_474
READ_BYTES = 1 << 20
"""Read at a time by COPY: small reads would wait for the thread that makes the next rows."""
TOGETHER = 10_000
"""Rows that are stored at a time."""
STEPS = (1, 2)
CHANGE_COLUMNS = (
    "parcel_code", "changes", "state", "ownership_status", "holder_name", "determined_on", "demand", "survey_boundary",
)  # fmt: skip
FIRST_KNOWN = {
    "state": "CASE WHEN d.changes = 0 THEN d.state WHEN d.kind = 'idle_land' THEN 'suspected' ELSE 'registered' END",
    "ownership_status": (
        "CASE WHEN d.changes > 0 AND d.source_row % 2 = 0 THEN 'unconfirmed' ELSE d.ownership_status END"
    ),
    "holder_name": "CASE WHEN d.changes > 0 AND d.source_row % 5 = 0 THEN NULL ELSE d.holder_name END",
    "determined_on": "CASE WHEN d.changes = 0 THEN d.determined_on END",
    "demand": "CASE WHEN d.changes = 0 THEN d.demand END",
    "survey_boundary": "g.survey",
}
"""Parcels with a history: what was known of them at first."""

Progress = Callable[[float], None]


def load_demo(
    engine: Engine, *, parcels: int = 2_000, seed: int = 7, progress: Progress = lambda _done: None
) -> Loaded:
    """Bring the demonstration county into the database, or see that it is there whole."""
    began = time.perf_counter()
    with transaction(engine) as connection:
        there, whole = standing(connection, parcels, seed)
    if not whole:
        county = County(parcels, seed)
        later = _Later()
        if there:
            later.collect(county.tables())
        else:
            with transaction(engine, Actor("demo", "demo: survey")) as connection:
                _first(connection, county, later, progress)
        # what hangs on the parcels is joined from them: a planner that takes the county for a handful joins in loops
        refresh_statistics(engine, Actor("demo", "demo"), parcels)
        _history(engine, later)
        refresh_statistics(engine, Actor("demo", "demo"), parcels)
    return Loaded(names().county.code, parcels, seed, whole, round(time.perf_counter() - began, 2))


class _Later:
    """What the later transactions need of the rows."""

    def __init__(self) -> None:
        self.changes: list[pa.Table] = []
        self.links: list[pa.Table] = []

    def collect(self, tables: Iterable[pa.Table]) -> None:
        """Keep the parts that matter later."""
        for table in tables:
            self.add(table)

    def add(self, table: pa.Table) -> None:
        """Keep the parts of one table."""
        self.changes.append(table.filter(pc.greater(table["changes"], 0)).select(CHANGE_COLUMNS))
        linked = table.filter(pc.is_valid(table["stands_on"]))
        other = pc.utf8_lpad(pc.cast(linked["stands_on"], pa.string()), width=7, padding="0")
        code = pc.binary_join_element_wise(names().county.code, other, "-")
        self.links.append(pa.table({"parcel_code": linked["parcel_code"], "other_code": code}))


def _first(connection: Connection, county: County, later: _Later, progress: Progress) -> None:
    """The survey: county, townships, zones and all parcels as they were first known."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    if standing(connection, county.parcels, county.seed)[0]:
        later.collect(county.tables())  # somebody else was quicker
        return
    _units(connection, county)
    batches = _batches(connection, county)
    insert, done = "", 0
    for table, rows in ahead((table, _as_csv(table)) for table in county.tables(TOGETHER)):
        if not insert:
            columns = [name for name in table.column_names if name not in GENERATED]
            _stage(
                connection,
                "demo_parcel",
                "parcel",
                columns,
                ", earlier_boundary geometry, changes int, stands_on bigint",
            )
            insert = _insert_statement(columns)
        _copy(connection, "demo_parcel", table.column_names, rows)
        connection.execute(text(insert), {"batches": batches})
        connection.execute(text("TRUNCATE demo_parcel"))
        later.add(table)
        done += table.num_rows
        progress(done)


def _insert_statement(columns: list[str]) -> str:
    return load("gisreg.demo", "parcels.sql").format(
        columns=", ".join(columns),
        values=", ".join(FIRST_KNOWN.get(name, f"d.{name}") for name in columns),
        survey="coalesce(d.earlier_boundary, d.survey_boundary)",
    )


def _units(connection: Connection, county: County) -> None:
    land, called = lay_out(county.seed), names()
    units = [
        {
            "level": "township",
            "code": t.code,
            "name": t.titles.zh,
            "name_en": t.titles.en,
            "parent_code": called.county.code,
        }
        for t in called.townships
    ] + [
        {"level": "zone", "code": z.code, "name": z.titles.zh, "name_en": z.titles.en, "parent_code": None}
        for z in called.zones
    ]
    shapes = shapely.to_wkb(to_survey([*land.townships, *land.zones]), hex=True)
    given = {
        "county": called.county.code,
        "name": called.county.titles.zh,
        "name_en": called.county.titles.en,
    }
    connection.execute(
        text(
            "INSERT INTO county (code, name, name_en, invented, last_parcel_no) "
            "VALUES (:county, :name, :name_en, true, :last)"
        ),
        given | {"last": county.parcels},
    )
    listed = [unit | {"wkb": wkb} for unit, wkb in zip(units, shapes, strict=True)]
    connection.execute(text(load("gisreg.demo", "units.sql")), given | {"units": json.dumps(listed)})


def _batches(connection: Connection, county: County) -> list[int]:
    """One import per kind, as an officer would have made them; they also tell how the county was made."""
    made = description(county.parcels, county.seed)
    sha256 = hashlib.sha256(json.dumps(made).encode()).hexdigest()
    rows = [
        {
            "county": names().county.code,
            "kind": kind,
            "sha256": sha256,
            "crs": f"EPSG:{SURVEY_EPSG}",
            "mapping": json.dumps({"demo": made}),
            "rows": count,
        }
        for kind, count in county.kinds().items()
    ]
    return [connection.execute(text(load("gisreg.demo", "batch.sql")), row).scalar_one() for row in rows]


def _stage(connection: Connection, name: str, like: str, columns: Iterable[str], more: str = "") -> None:
    """A throwaway table with the types of the real one; a survey's coordinates come in before they are checked."""
    # Table and column names are this module's own; names cannot be bound parameters.
    statement = f"CREATE TEMP TABLE {name} ON COMMIT DROP AS SELECT {', '.join(columns)} FROM {like} LIMIT 0"  # noqa: S608
    connection.execute(text(statement))
    for column in filter(None, more.split(",")):
        connection.execute(text(f"ALTER TABLE {name} ADD {column}"))


def _as_csv(table: pa.Table) -> io.BytesIO:
    """Rows as COPY reads them: nulls are empty, strings are quoted."""
    buffer = io.BytesIO()
    pa.csv.write_csv(table, buffer, pa.csv.WriteOptions(include_header=False))
    buffer.seek(0)
    return buffer


def _copy(connection: Connection, name: str, columns: list[str], rows: io.BytesIO) -> None:
    """Rows into a staging table."""
    driver: Any = connection.connection.cursor()
    with driver as cursor:
        cursor.copy_expert(f"COPY {name} ({', '.join(columns)}) FROM STDIN (FORMAT csv)", rows, size=READ_BYTES)


def _history(engine: Engine, later: _Later) -> None:
    """The later steps; each sees by the version which parcels it has still to change."""
    changes = pa.concat_tables(later.changes)
    for step in STEPS:
        with transaction(engine, Actor("demo", f"demo: step {step}")) as connection:
            _stage(
                connection, "demo_parcel_change", "parcel", [c for c in CHANGE_COLUMNS if c != "changes"], "changes int"
            )
            _copy(connection, "demo_parcel_change", changes.column_names, _as_csv(changes))
            connection.execute(text("ANALYZE demo_parcel_change"))
            connection.execute(text(load("gisreg.demo", "changes.sql")), {"step": step})
            if step == STEPS[-1]:
                _children(connection, pa.concat_tables(later.links))


def _children(connection: Connection, links: pa.Table) -> None:
    """Parties, rights, contracts and what else hangs on parcels; they are the sign that the county is there whole."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    if (
        connection.execute(text(load("gisreg.demo", "there.sql")), {"county": names().county.code})
        .mappings()
        .one()["whole"]
    ):
        return
    connection.execute(text("CREATE TEMP TABLE demo_parcel_link (parcel_code text, other_code text) ON COMMIT DROP"))
    _copy(connection, "demo_parcel_link", links.column_names, _as_csv(links))
    connection.execute(text("ANALYZE demo_parcel_link"))
    connection.execute(text(load("gisreg.demo", "children.sql")), {"county": names().county.code})
