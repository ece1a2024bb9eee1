# ruff: noqa: E501 - wording and SQL stay in one piece
# ruff: noqa: S608 - SQL is put together from names of our own staging tables and from quoted constants only

"""The one transaction of an import: staged rows become parcels, or nothing does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text

from gisreg.checks.faults import FAULTS
from gisreg.checks.policy import OFF
from gisreg.checks.validity import said_of
from gisreg.db.sql import load, run_script
from gisreg.geometry import NoZoneError, zone_for, zone_of
from gisreg.intake.booked import booked, booked_notes, yielding_of
from gisreg.intake.comparing import Agree, compared
from gisreg.intake.convert import LONGEST_QUOTE
from gisreg.intake.elsewhere import elsewhere_notes
from gisreg.intake.errors import NumbersExhausted
from gisreg.intake.framing import COMPANIONS, LAST_NUMBER, again_of, in_one_transaction, run_statements, store_batch
from gisreg.intake.keys import PARCEL_CODE
from gisreg.intake.notes import Note
from gisreg.intake.noting import JUDGED_LATE, by_policy, with_notes
from gisreg.intake.prepare import FINEST_DEGREES, OFFICIAL_AREA, Preparation
from gisreg.intake.report import LISTED_AREAS, Problem, Report, require_chosen
from gisreg.intake.rows import staged, stored
from gisreg.intake.shifted import shift_notes
from gisreg.intake.source import Source
from gisreg.text import Text
from gisreg.vocab import Kind, Severity

M_PER_DEGREE_OF_LONGITUDE = 60_000.0
"""In China's far north, where a degree is shortest: looking a little too far costs little."""
CHINA_MIDDLE = 105.0
UTM_NORTH = 32_600
OF_THE_FILE = (
    "survey_crs", "survey_boundary", "area_m2", "planar_area_m2", "batch_id", "source_row", "source_hash", "boundary",
)  # fmt: skip
"""What tells of the file that a row came in, or follows from its boundary, which is compared by itself."""
WHOLE_MM_DEGREES = 8.8e-9
"""A corner whose coordinates are rounded to a millimetre moves by 0.71 mm at most, 8.7e-9 degrees at 53° N; a millimetre
to the north is 9.0e-9 degrees, to the east more."""
RETIRED, INVALID = "number_retired", "self_intersection"
ASIDE_FROM_ROWS, ASIDE_TIMES = 50_000, 4
"""Loads of so many rows, and so many times those that are there, leave the indexes to the end; readers wait meanwhile."""
SIDE_BY_SIDE_FROM_ROWS = 500_000
"""Below, the server's own processes take longer to begin than they save of an index's sorting."""

OF_KINDS = """SELECT EXISTS (SELECT FROM parcel WHERE county_code = :county AND kind = ANY(:kinds) AND source_code IS NOT NULL)
    OR EXISTS (SELECT FROM parcel WHERE county_code = :county AND kind = ANY(:kinds) AND source_code IS NULL)"""
"""In two halves, since each has an index that begins with county and kind; a county of one kind is not read through."""


@dataclass(frozen=True)
class Staged:
    """What the loading processes know of the rows: most files have a code of their own for each, and none twice."""

    rows: int
    all_coded: bool
    codes_repeated: bool


@dataclass(frozen=True)
class Job:
    """All that the transaction needs to know."""

    preparation: Preparation
    source: Source
    county: str
    kind: Kind
    file: Path
    sha256: str
    dry_run: bool
    actor: str
    paired: Callable[[], None]
    """Returns when the pairs of rows that lie near each other are stored."""
    copied: Callable[[], None]
    """Returns when the file's copy stands."""
    staged: Staged
    rows: str | None = None
    """A multirange of the row numbers to load; all where None."""
    compare: bool = False
    agree: Agree | None = None
    """Asked with the comparison of the whole file before anything is kept."""
    strict: bool = False
    """One refused row, and none is loaded."""


def register(engine: Engine, job: Job) -> Report:
    """Load the staged rows."""
    return in_one_transaction(
        engine, job.actor, lambda connection: _register(connection, job), dry_run=job.dry_run, strict=job.strict
    )


def _register(connection: Connection, job: Job) -> Report:
    connection.execute(text("SET LOCAL synchronize_seqscans = off"))
    connection.execute(text("SET LOCAL work_mem = '128MB'"))
    connection.execute(text("SET LOCAL jit = off"))
    run_script(connection, load("gisreg.intake", "sql/session.sql"))
    last, tolerance = connection.execute(
        text("SELECT last_parcel_no, overlap_tolerance_m2 FROM county WHERE code = :county FOR UPDATE"),
        {"county": job.county},
    ).one()
    known = _has_any(connection, job, [job.kind])
    others = _has_any(connection, job, [kind for kind in Kind if kind != job.kind])
    if job.agree is not None and job.rows is not None:
        _agree_to_all(connection, job, tolerance, known=known)
    against = _decide(connection, job, tolerance, known=known)
    counts = dict(connection.execute(text(_sql(job, "counts.sql")), {"rows": job.staged.rows}).mappings().one())
    require_chosen(counts, job.file)
    if last + counts["new"] > LAST_NUMBER:
        raise NumbersExhausted(county=job.county)
    problems, counts = with_notes(connection, _problems(connection, job), [*job.source.notes, *against], counts)
    report = _report(connection, job, counts, problems)
    if job.compare:
        report = replace(report, diff=compared(connection, job, zone_of_file(connection, job)))
        if job.agree is not None and job.rows is None:
            job.agree(report.diff or {})
    batch = store_batch(connection, report, job.file, job.sha256, job.preparation.mapped)
    _insert(connection, job, batch, last, counts)
    if known:
        _update(connection, job, batch)
    if others:
        run_statements(connection, load("gisreg.intake", "sql/overlaps.sql"), {"county": job.county, "batch": batch})
    job.copied()
    return report if job.dry_run else replace(report, batch=batch)


def _agree_to_all(connection: Connection, job: Job, tolerance: float, *, known: bool) -> None:
    """Have the whole file looked at, of which some rows are to be loaded; then begin again with those."""
    whole = replace(job, rows=None)
    _decide(connection, whole, tolerance, known=known)
    assert job.agree is not None  # noqa: S101 - what it is called for
    job.agree(compared(connection, whole, zone_of_file(connection, whole)))
    connection.execute(text("DROP TABLE fate, finding, neighbour"))


def _has_any(connection: Connection, job: Job, kinds: list[Kind]) -> bool:
    """Whether the county has parcels of these kinds; parcels of different kinds may lie on the same ground."""
    given = {"county": job.county, "kinds": [str(kind) for kind in kinds]}
    return bool(connection.scalar(text(OF_KINDS), given))


def _about(job: Job) -> dict[str, Any]:
    return {"county": job.county, "kind": str(job.kind)}


def _sql(job: Job, name: str) -> str:
    official = "round(r.official_area_m2::numeric, 1)::text" if _has(job, OFFICIAL_AREA) else "NULL"
    return load("gisreg.intake", f"sql/{name}").format(rows=job.preparation.staging.rows, official_area=official)


def _has(job: Job, target: str) -> bool:
    return any(column.target == target for column in staged(job.preparation.mapped))


def _decide(connection: Connection, job: Job, tolerance: float, *, known: bool) -> list[Note]:
    """Refused, unchanged and changed rows, and what is to be said; whoever is left is new.

    Returns what is noted of rows against their parcels.
    """
    policy = job.preparation.judging.policy
    run_statements(connection, _sql(job, "fates.sql"), {})
    if job.staged.codes_repeated:
        run_statements(connection, _sql(job, "twice_by_code.sql"), {})
    if not job.staged.all_coded:
        run_statements(connection, _sql(job, "twice_by_content.sql"), {})
    numbered = _has(job, PARCEL_CODE)
    if numbered:
        run_statements(connection, _sql(job, "numbered.sql"), _about(job))
    if known:
        run_statements(connection, _sql(job, "known.sql"), _about(job))
        if numbered:
            run_statements(connection, _sql(job, "one_row_each.sql"), {})
        _leave_alone(connection, job)
    if job.rows is not None:
        run_statements(connection, _sql(job, "left_out.sql"), {"chosen": job.rows})
    against = by_policy(connection, policy, _against_the_registry(connection, job)) if known else []
    connection.execute(text("ANALYZE fate"))
    run_statements(connection, _sql(job, "findings.sql"), {})
    if numbered:
        run_statements(connection, _sql(job, "never_given.sql"), _about(job))
    job.paired()
    run_statements(connection, neighbours_sql(connection, job), {
        **_about(job), "tolerance": tolerance, "joint": policy.tolerances.joint_m, "gap": policy.tolerances.gap_m,
    })  # fmt: skip
    run_statements(
        connection, _sql(job, "graded.sql"), {"off": policy.graded(OFF), "refused": policy.graded(Severity.REFUSED)}
    )
    connection.execute(text("ANALYZE finding"))
    return against


def _against_the_registry(connection: Connection, job: Job) -> list[Note]:
    rows = job.preparation.staging.rows
    return [
        *shift_notes(connection, rows),
        *booked_notes(connection, job.preparation.mapped, rows),
        *elsewhere_notes(connection, rows),
    ]


def neighbours_sql(connection: Connection, job: Job) -> str:
    """The statements that look for overlaps and gaps, in the file's zone or in that of its first rows."""
    geography, tolerances = job.preparation.geography, job.preparation.judging.policy.tolerances
    rows = job.preparation.staging.rows
    zone = zone_of_file(connection, job)
    registered = connection.scalar(text("SELECT EXISTS (SELECT FROM parcel WHERE county_code = :county)"), _about(job))
    return load("gisreg.intake", "sql/neighbours.sql").format(
        rows=rows, pairs=job.preparation.staging.pairs, zone=zone, reach=repr(tolerances.gap_m / M_PER_DEGREE_OF_LONGITUDE),
        a_shape=_in_zone("a", geography.srid, zone), b_shape=_in_zone("b", geography.srid, zone),
        any_registered="true" if registered else "false",
    )  # fmt: skip


def zone_of_file(connection: Connection, job: Job) -> int:
    """The zone in which the file's shapes are compared: its own, else that of its first rows."""
    srid = job.preparation.geography.srid
    return srid if zone_of(srid) else _zone_of_rows(connection, job.preparation.staging.rows)


def _zone_of_rows(connection: Connection, rows: str) -> int:
    first = f"SELECT ST_X(ST_Centroid(ST_Envelope(boundary))) FROM {rows} WHERE boundary IS NOT NULL LIMIT 1"
    lon = float(connection.scalar(text(first)) or CHINA_MIDDLE)
    try:
        return zone_for(lon).srid
    except NoZoneError:  # a county without boundaries may be anywhere: UTM covers the world
        return UTM_NORTH + int((lon + 180) // 6) % 60 + 1


def _in_zone(row: str, srid: int, zone: int) -> str:
    """A row's shape in metres: as surveyed, unless that had to be repaired."""
    moved = f"ST_Transform({row}.boundary, {zone})"
    if srid != zone:
        return moved
    plain = f"{row}.repairs IS NULL AND ST_NDims({row}.survey_boundary) = 2"
    return f"CASE WHEN {plain} THEN {row}.survey_boundary ELSE {moved} END"


def _problems(connection: Connection, job: Job) -> list[Problem]:
    """All findings, in the order of the file."""
    found = connection.execute(text(_sql(job, "problems.sql")), {"noted": list(JUDGED_LATE)}).mappings().all()
    sources = {column.target: column.source for column in job.preparation.mapped.columns}
    wordings: dict[tuple[str, ...], tuple[Text, Text]] = {}
    problems = []
    for one in found:
        fault = FAULTS[one["fault"]]
        value = _successors(connection, one["detail"]) if fault.token == RETIRED else one["value"]
        detail = one["detail"]
        told = said_of(detail) if fault.token == INVALID else Text(detail, detail)
        words = {
            "detail": told.zh, "detail_en": told.en, "value": value, "before": one["before"], "after": one["after"],
        }  # fmt: skip
        filled = {key: str(word)[:LONGEST_QUOTE] if word is not None else "?" for key, word in words.items()}
        # many rows have the same thing to say: let them share it
        what, mend = wordings.setdefault(
            (fault.token, *filled.values()), (_filled(fault.what, filled), _filled(fault.mend, filled))
        )
        field = sources.get(one["field"], one["field"])
        problems.append(
            Problem(
                one["row_no"],
                one["source_code"],
                field,
                job.preparation.judging.policy.grade(fault.token),
                fault.token,
                one["place"],
                what,
                mend,
            )
        )
    return problems


def _successors(connection: Connection, retired: str) -> str:
    """Where a number out of use leads."""
    from gisreg.parcels.lineage import successors_of  # noqa: PLC0415 - brings the tables, and few files name such numbers

    return "、".join(successors_of(connection, retired)) or "—"


def _filled(words: Text, params: dict[str, str]) -> Text:
    return Text(words.say("zh", **params), words.say("en", **params))


def _report(connection: Connection, job: Job, counts: dict[str, Any], problems: list[Problem]) -> Report:
    rows = job.preparation.staging.rows
    areas = connection.execute(
        text(
            "SELECT round(area_m2::numeric, 4)::float8, round(planar_area_m2::numeric, 4)::float8 FROM ("
            f"SELECT row_no, area_m2, planar_area_m2 FROM {rows} LIMIT :some + (SELECT count(*) FROM fate)"
            ") AS first LEFT JOIN fate AS f USING (row_no) "
            "WHERE coalesce(f.fate, 'new') NOT IN ('refused', 'left_out') ORDER BY row_no LIMIT :some"
        ),
        {"some": LISTED_AREAS},
    ).all()
    again = again_of(connection, job.county, str(job.kind), job.sha256)
    source, mapped = job.source, job.preparation.mapped
    kept = counts["read"] - counts["refused"] - counts["unchanged"]
    return Report(
        batch=None, county=job.county, kind=str(job.kind), file=job.file.name, layer=source.layer,
        crs=f"EPSG:{source.srid}", crs_from=source.crs_from, encoding=source.encoding,
        encoding_from=source.encoding_from, read=counts["read"], loaded=kept - counts["repaired"],
        repaired=counts["repaired"], refused=counts["refused"], unchanged=counts["unchanged"],
        warned=counts["warned"], left_out=counts["left_out"], dry_run=job.dry_run, again_of=again,
        mapped={column.target: column.source for column in mapped.columns}, unmapped=mapped.unmapped,
        areas_m2=[area for area, _ in areas], planar_areas_m2=[area for _, area in areas], problems=problems,
    )  # fmt: skip


def _measured(job: Job) -> dict[str, str]:
    """Columns that every row fills, as expressions over its staged row r."""
    values = {
        "township_code": "r.township_code", "area_m2": "r.area_m2", "planar_area_m2": "r.planar_area_m2",
        "survey_crs": ":crs", "survey_boundary": "r.survey_boundary", "batch_id": ":batch",
        "source_row": "r.row_no::int4", "source_hash": "r.content_hash", "boundary": "r.boundary",
    }  # fmt: skip
    mapped = {column.target: f"r.{column.target}" for column in stored(job.preparation.mapped)}
    for column, companion in COMPANIONS.items():
        if column in mapped:
            stated = f"{mapped[companion]}, " if companion in mapped else ""
            mapped[companion] = f"CASE WHEN r.{column} IS NOT NULL THEN coalesce({stated}:default_{companion}) END"
        else:
            mapped.pop(companion, None)
    if "ownership_status" in mapped:
        mapped["ownership_status"] = "coalesce(r.ownership_status, 'unknown')"
    return {**mapped, **values}


def _parameters(job: Job, batch: int) -> dict[str, Any]:
    defaults = job.preparation.mapped.defaults
    return {
        **_about(job), "batch": batch, "crs": f"EPSG:{job.source.srid}",
        **{f"default_{name}": defaults.get(name) for name in COMPANIONS.values()},
    }  # fmt: skip


def _insert(connection: Connection, job: Job, batch: int, last: int, counts: dict[str, Any]) -> None:
    """New parcels get their permanent numbers in the order of the file."""
    values = _measured(job)
    determined = "r.determined_on IS NULL" if "determined_on" in values else "true"
    values |= {
        "county_code": ":county", "kind": ":kind",
        "parcel_code": ":county || '-' || lpad(nextval('pg_temp.numbering')::text, 7, '0')",
        "state": f"CASE WHEN :kind = 'idle_land' AND {determined} THEN 'suspected' ELSE 'registered' END",
    }  # fmt: skip
    new, decided = counts["new"], counts["read"] + counts["left_out"] - counts["new"]
    if not new:
        return
    staged_rows = f"{job.preparation.staging.rows} AS r"
    if decided:  # else the planner has the empty list looked through for each row
        staged_rows += " WHERE NOT EXISTS (SELECT FROM fate AS f WHERE f.row_no = r.row_no)"
    # counts as it goes: row_number() would keep a second copy of all rows
    connection.execute(text(f"CREATE TEMPORARY SEQUENCE numbering START {last + 1}"))
    with indexes_aside(connection, new):
        connection.execute(
            text(f"INSERT INTO parcel ({', '.join(values)}) SELECT {', '.join(values.values())} FROM {staged_rows}"),
            _parameters(job, batch),
        )
    connection.execute(text("DROP SEQUENCE pg_temp.numbering"))
    connection.execute(
        text("UPDATE county SET last_parcel_no = :last WHERE code = :county"),
        {"last": last + new, "county": job.county},
    )


@contextmanager
def indexes_aside(connection: Connection, new: int) -> Iterator[None]:
    """Make the indexes of parcels after a load that is large against what is there, instead of row by row."""
    large = new >= ASIDE_FROM_ROWS and connection.scalar(
        text("SELECT NOT EXISTS (SELECT FROM parcel OFFSET :share)"), {"share": new // ASIDE_TIMES}
    )
    aside = large and set_aside(connection)
    yield
    if aside:
        if new < SIDE_BY_SIDE_FROM_ROWS:
            connection.execute(text("SET LOCAL max_parallel_maintenance_workers = 0"))
        connection.execute(text("SELECT parcel_indexes_back()"))


def set_aside(connection: Connection) -> bool:
    """Drop them until the end of the load; false where somebody is reading, whom nobody is to wait for."""
    return bool(connection.scalar(text("SELECT parcel_indexes_aside()")))


def _changed(job: Job) -> dict[str, str]:
    """What a row writes into its parcel p that is there already, as expressions over both."""
    values = _measured(job)
    if "determined_on" in values:
        values["state"] = (
            "CASE WHEN p.state = 'suspected' AND r.determined_on IS NOT NULL THEN 'registered' ELSE p.state END"
        )
    yielding = yielding_of(stored(job.preparation.mapped))
    changed = {column: booked(column, value, yielding) for column, value in values.items()}
    for column in yielding.intersection(COMPANIONS):  # whose area it is goes with the area
        companion = COMPANIONS[column]
        changed[companion] = f"CASE WHEN p.{column} IS NULL THEN {changed[companion]} ELSE p.{companion} END"
    return changed


def _leave_alone(connection: Connection, job: Job) -> None:
    """A row that would write nothing new is no change, whatever its hash says; nor is an area that follows from its shape."""
    yielding = yielding_of(stored(job.preparation.mapped))
    untold = {*OF_THE_FILE, *yielding, *(COMPANIONS[column] for column in yielding.intersection(COMPANIONS))}
    said = {column: value for column, value in _changed(job).items() if column not in untold}
    statement = load("gisreg.intake", "sql/same.sql").format(
        rows=job.preparation.staging.rows,
        theirs=", ".join(f"p.{column}" for column in said),
        ours=", ".join(said.values()),
        near=_near(job),
    )
    run_statements(connection, statement, _parameters(job, 0))


def _near(job: Job) -> str:
    """How near two corners, in degrees, are one corner."""
    return repr(WHOLE_MM_DEGREES if job.source.whole_mm else FINEST_DEGREES)


def _update(connection: Connection, job: Job, batch: int) -> None:
    """A parcel that came again with other content gets a new version; what the file does not hold stays."""
    changes = ", ".join(f"{column} = {value}" for column, value in _changed(job).items())
    connection.execute(
        text(
            f"UPDATE parcel AS p SET {changes} FROM {job.preparation.staging.rows} AS r JOIN fate AS f USING (row_no) "
            "WHERE f.fate = 'changed' AND p.id = f.parcel_id"
        ),
        _parameters(job, batch),
    )
