# ruff: noqa: E501 - wording and SQL stay in one piece
# ruff: noqa: S608 - SQL is put together from names of columns of our own only

"""The one transaction of a ledger: its rows become new versions of the parcels that they are about, or new parcels that
have no boundary yet, or nothing does. Only what the ledger states is changed; a blank cell erases nothing."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, text

from gisreg.checks.faults import FAULTS
from gisreg.db.sql import load
from gisreg.intake.booked import ON_THE_BOOKS, booked, booked_notes
from gisreg.intake.comparing import Agree
from gisreg.intake.errors import NumbersExhausted
from gisreg.intake.framing import COMPANIONS, LAST_NUMBER, again_of, in_one_transaction, run_statements, store_batch
from gisreg.intake.keys import IDENTIFYING, KEYS, NO_CRS, PARCEL_CODE
from gisreg.intake.ledger.comparing import compared
from gisreg.intake.ledger.faults import KINDS
from gisreg.intake.ledger.source import LedgerSource
from gisreg.intake.ledger.towns import Towns
from gisreg.intake.ledger.typing import STATED_TOWNSHIP, TypedLedger
from gisreg.intake.mapping import Mapped, target_columns
from gisreg.intake.notes import WHOLE_FILE, Note, NoteKind, as_params, settled
from gisreg.intake.report import LISTED_AREAS, Problem, Report, require_chosen
from gisreg.text import Text
from gisreg.vocab import Kind, Severity

if TYPE_CHECKING:
    import pyarrow as pa

PACKAGE = "gisreg.intake.ledger"
_LOOSE = ("supervision_no", "contract_no", "project_code", "approval_no")
_BRACKETS = "'〔[[【(〕]]】) \u3000', '((((()))))'"
"""Document numbers are written with brackets of many shapes: 〔2024〕12号 is [2024]12号."""
_IDENTIFIED_BY = (*KEYS[1:], "name", "address")


@dataclass(frozen=True)
class Job:
    """All that the transaction needs to know."""

    source: LedgerSource
    mapped: Mapped
    typed: TypedLedger
    keys: tuple[str, ...]
    """Of the ledger's columns those to join by, the surest first."""
    towns: Towns
    notes: tuple[Note, ...]
    """What was found before the database was asked."""
    county: str
    kind: Kind
    file: Path
    sha256: str
    dry_run: bool
    actor: str
    rows: str | None = None
    """The rows to load, as a multirange; all where None."""
    compare: bool = False
    """Whether the report tells what would become of each parcel."""
    agree: Agree | None = None
    """Asked with the comparison of the whole ledger before anything is kept."""
    strict: bool = False
    """One refused row, and none is loaded."""

    @property
    def stored(self) -> tuple[str, ...]:
        """Columns of the parcel that the ledger fills."""
        return tuple(name for name in self.typed.columns if name not in (PARCEL_CODE, STATED_TOWNSHIP))


def register(engine: Engine, job: Job) -> Report:
    """Load a ledger, all of it or nothing."""
    return in_one_transaction(
        engine, job.actor, lambda connection: _register(connection, job), dry_run=job.dry_run, strict=job.strict
    )


def _register(connection: Connection, job: Job) -> Report:
    last = connection.execute(
        text("SELECT last_parcel_no FROM county WHERE code = :county FOR UPDATE"), {"county": job.county}
    ).scalar_one()
    _stage(connection, job)
    if job.agree is not None and job.rows is not None:
        _agree_to_all(connection, job)
    _decide(connection, job)
    counts = dict(connection.execute(text(_sql(job, "counts.sql"))).mappings().one())
    require_chosen(counts, job.file)
    if last + counts["new"] > LAST_NUMBER:
        raise NumbersExhausted(county=job.county)
    report = _report(connection, job, counts)
    if job.compare:
        report = replace(report, diff=compared(connection, job.stored, job.county, str(job.kind)))
        if job.agree is not None and job.rows is None:
            job.agree(report.diff or {})
    batch = store_batch(connection, report, job.file, job.sha256, job.mapped)
    _insert(connection, job, batch, last, counts["new"])
    _update(connection, job, batch)
    return report if job.dry_run else replace(report, batch=batch)


def _agree_to_all(connection: Connection, job: Job) -> None:
    """Have the whole ledger looked at, of which some rows are to be loaded; then begin again with those."""
    _decide(connection, replace(job, rows=None))
    assert job.agree is not None  # noqa: S101 - what it is called for
    job.agree(compared(connection, job.stored, job.county, str(job.kind)))
    connection.execute(text("DROP TABLE ledger_hit, ledger_fate"))


def _about(job: Job) -> dict[str, Any]:
    return {"county": job.county, "kind": str(job.kind)}


# -- staging


def _stage(connection: Connection, job: Job) -> None:
    """The typed rows in a table of this transaction."""
    import pyarrow as pa  # noqa: PLC0415 - heavy
    from pyarrow import csv  # noqa: PLC0415 - heavy

    typed = job.typed
    townships = pa.array(job.towns.codes, pa.string())
    # the statements ask for these two, whether the ledger has them or not
    absent = dict.fromkeys((PARCEL_CODE, "source_code"), pa.nulls(len(typed.numbers), pa.string()))
    columns = {"row_no": typed.numbers, **absent, **typed.columns, "township_code": townships}
    types = {"row_no": "int8", **dict.fromkeys(absent, "text"), **typed.types, "township_code": "text"}
    listed = ", ".join(f"{name} {types[name]}" for name in columns)
    connection.execute(text(f"CREATE TEMPORARY TABLE ledger_row ({listed}, content_hash uuid) ON COMMIT DROP"))
    rows = io.BytesIO()
    csv.write_csv(
        pa.table({name: _harmless(values) for name, values in columns.items()}),
        rows,
        csv.WriteOptions(include_header=False),
    )
    rows.seek(0)
    driver: Any = connection.connection.cursor()
    driver.copy_expert(f"COPY ledger_row ({', '.join(columns)}) FROM STDIN (FORMAT csv)", rows)
    driver.close()
    content = ", ".join(sorted({*job.stored, STATED_TOWNSHIP}))
    connection.execute(text(f"UPDATE ledger_row SET content_hash = md5(record_send(ROW({content})))::uuid"))
    connection.execute(text("ALTER TABLE ledger_row ADD PRIMARY KEY (row_no)"))
    connection.execute(text("ANALYZE ledger_row"))


def _harmless(values: "pa.Array") -> "pa.Array":
    """COPY takes a line of nothing but a backslash and a point for the end, also in the middle of a quoted text."""
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    return pc.replace_substring_regex(values, r"(?m)^\\\.$", r"\\. ") if values.type == pa.string() else values


# -- deciding


def _decide(connection: Connection, job: Job) -> None:
    _find(connection, job)
    run_statements(connection, _sql(job, "fates.sql"), {**_about(job), "identifying": list(IDENTIFYING)})
    if job.rows is not None:
        run_statements(connection, load(PACKAGE, "sql/left_out.sql"), {"chosen": job.rows})
    refused = sorted({note.row for note in job.notes if note.refuses})
    if refused:
        run_statements(connection, load(PACKAGE, "sql/graded.sql"), {"refused": refused})
    own = [key for key in IDENTIFYING if key in job.stored]
    for value, when in [*((f"r.{key}", "true") for key in own), ("r.content_hash::text", f"NOT ({_keyed(job)})")]:
        run_statements(connection, load(PACKAGE, "sql/repeated.sql").format(value=value, when=when), {})
    run_statements(connection, _sql(job, "unchanged.sql"), {})


def _find(connection: Connection, job: Job) -> None:
    """Which parcels each key of each row fits."""
    hits = [
        load(PACKAGE, "sql/hits.sql").format(rank=rank, key=key, same=_same(key)) for rank, key in enumerate(job.keys)
    ]
    none = "SELECT 0::int8 AS row_no, 0 AS rank, '' AS key, '' AS value, 0::int8 AS id, '' AS parcel_code WHERE :county = :kind"
    query = " UNION ALL ".join(hits) or none
    connection.execute(text(f"CREATE TEMPORARY TABLE ledger_hit ON COMMIT DROP AS {query}"), _about(job))


def _same(key: str) -> str:
    if key in _LOOSE:
        return f"upper(translate(p.{key}, {_BRACKETS})) = upper(translate(r.{key}, {_BRACKETS}))"
    return f"p.{key} = r.{key}"


def _sql(job: Job, name: str) -> str:
    identified = [f"r.{name} IS NOT NULL" for name in _IDENTIFIED_BY if name in job.stored]
    return load(PACKAGE, f"sql/{name}").format(
        identified=" OR ".join(identified) or "false", keyed=_keyed(job), differs=_differs(job)
    )


def _keyed(job: Job) -> str:
    """Whether a row has any key."""
    own = [f"r.{key} IS NOT NULL" for key in KEYS if key in job.typed.columns]
    return " OR ".join(own) or "false"


def _differs(job: Job) -> str:
    """Whether a row states anything that its parcel r → p does not say already."""
    found = [_differs_in(job, name) for name in job.stored if name not in COMPANIONS.values()]
    for column, companion in COMPANIONS.items():
        if companion in job.stored:
            after = f"coalesce(r.{column}, p.{column})" if column in job.stored else f"p.{column}"
            found.append(
                f"({after} IS NOT NULL AND r.{companion} IS NOT NULL AND r.{companion} IS DISTINCT FROM p.{companion})"
            )
    found.append(
        "(p.boundary IS NULL AND r.township_code IS NOT NULL AND r.township_code IS DISTINCT FROM p.township_code)"
    )
    return " OR ".join(found)


def _differs_in(job: Job, name: str) -> str:
    stated = f"r.{name} IS NOT NULL"
    if name == "source_code":
        return f"({stated} AND {_free_code()})"
    if job.typed.types[name] == "float8":
        return f"({stated} AND (p.{name} IS NULL OR abs(r.{name} - p.{name}) > 1e-9 * greatest(abs(p.{name}), 1)))"
    if name in ON_THE_BOOKS:
        return f"({stated} AND r.{name} IS DISTINCT FROM p.{name} AND NOT {ON_THE_BOOKS[name]})"
    return f"({stated} AND r.{name} IS DISTINCT FROM p.{name})"


def _free_code() -> str:
    """A parcel keeps the code that it has; it gets one where it has none and nobody else bears it."""
    return (
        "p.source_code IS NULL AND NOT EXISTS (SELECT FROM parcel AS o WHERE o.county_code = p.county_code "
        "AND o.kind = p.kind AND o.source_code = r.source_code)"
    )


# -- writing


def _insert(connection: Connection, job: Job, batch: int, last: int, new: int) -> None:
    """New parcels, without a boundary, get their permanent numbers in the order of the file."""
    if not new:
        return
    values = {name: f"r.{name}" for name in job.stored}
    for column, companion in COMPANIONS.items():
        values.pop(companion, None)
        if column in values:
            stated = f"r.{companion}, " if companion in job.stored else ""
            values[companion] = f"CASE WHEN r.{column} IS NOT NULL THEN coalesce({stated}:default_{companion}) END"
    if "ownership_status" in values:
        values["ownership_status"] = "coalesce(r.ownership_status, 'unknown')"
    determined = "r.determined_on IS NULL" if "determined_on" in values else "true"
    values |= {
        "county_code": ":county", "kind": ":kind", "township_code": "r.township_code", "batch_id": ":batch",
        "parcel_code": ":county || '-' || lpad((CAST(:last AS int8) + row_number() OVER (ORDER BY r.row_no))::text, 7, '0')",
        "state": f"CASE WHEN :kind = 'idle_land' AND {determined} THEN 'suspected' ELSE 'registered' END",
        "source_row": "r.row_no::int4", "source_hash": "r.content_hash",
    }  # fmt: skip
    run_statements(
        connection,
        f"INSERT INTO parcel ({', '.join(values)}) SELECT {', '.join(values.values())} FROM ledger_row AS r "
        "WHERE NOT EXISTS (SELECT FROM ledger_fate AS f WHERE f.row_no = r.row_no) ORDER BY r.row_no",
        {**_parameters(job, batch), "last": last},
    )
    connection.execute(
        text("UPDATE county SET last_parcel_no = :last WHERE code = :county"),
        {"last": last + new, "county": job.county},
    )


def _parameters(job: Job, batch: int) -> dict[str, Any]:
    defaults = job.mapped.defaults
    return {
        **_about(job),
        "batch": batch,
        **{f"default_{companion}": defaults.get(companion) for companion in COMPANIONS.values()},
    }


def _update(connection: Connection, job: Job, batch: int) -> None:
    """A new version of each parcel of which the ledger states something else."""
    values = {name: booked(name, f"coalesce(r.{name}, p.{name})") for name in job.stored}
    if "source_code" in values:
        values["source_code"] = f"CASE WHEN {_free_code()} THEN r.source_code ELSE p.source_code END"
    for column, companion in COMPANIONS.items():
        values.pop(companion, None)
        if column in values or companion in job.stored:
            values[companion] = _companion(job, column, companion)
    values["township_code"] = (
        "CASE WHEN p.boundary IS NULL THEN coalesce(r.township_code, p.township_code) ELSE p.township_code END"
    )
    values |= {"batch_id": ":batch", "source_row": "r.row_no::int4"}
    if "determined_on" in job.stored:
        values["state"] = (
            "CASE WHEN p.state = 'suspected' AND r.determined_on IS NOT NULL THEN 'registered' ELSE p.state END"
        )
    changes = ", ".join(f"{column} = {value}" for column, value in values.items())
    run_statements(
        connection,
        f"UPDATE parcel AS p SET {changes} FROM ledger_row AS r JOIN ledger_fate AS f USING (row_no) "
        "WHERE f.fate = 'joined' AND p.id = f.parcel_id",
        _parameters(job, batch),
    )


def _companion(job: Job, column: str, companion: str) -> str:
    """Whose area, whose code: as stated, else the default for what the ledger changes, else as it was."""
    stated = f"r.{companion}, " if companion in job.stored else ""
    if column not in job.stored:
        return f"CASE WHEN p.{column} IS NOT NULL THEN coalesce({stated}p.{companion}) END"
    changed = _differs_in(job, column)
    return (
        f"CASE WHEN coalesce(r.{column}, p.{column}) IS NOT NULL THEN coalesce({stated}"
        f"CASE WHEN {changed} THEN :default_{companion} END, p.{companion}, :default_{companion}) END"
    )


# -- telling


def _report(connection: Connection, job: Job, counts: dict[str, Any]) -> Report:
    problems = _problems(connection, job, counts)
    warned = {one.row for one in problems if one.grade == Severity.WARNED and one.row != WHOLE_FILE}
    areas = connection.execute(
        text(
            "SELECT round(p.area_m2::numeric, 4)::float8, round(p.planar_area_m2::numeric, 4)::float8 FROM ledger_row AS r "
            "LEFT JOIN ledger_fate AS f USING (row_no) LEFT JOIN parcel AS p ON p.id = f.parcel_id "
            "WHERE coalesce(f.fate, 'new') NOT IN ('refused', 'left_out') ORDER BY row_no LIMIT :some"
        ),
        {"some": LISTED_AREAS},
    ).all()
    again = again_of(connection, job.county, str(job.kind), job.sha256)
    return Report(
        batch=None, county=job.county, kind=str(job.kind), file=job.file.name, layer=job.source.layer, crs=NO_CRS,
        crs_from=NO_CRS, encoding=job.source.encoding, encoding_from=job.source.encoding_from, read=counts["read"],
        loaded=counts["new"] + counts["changed"], repaired=0, refused=counts["refused"], unchanged=counts["unchanged"],
        warned=len(warned), left_out=counts["left_out"], dry_run=job.dry_run, again_of=again,
        mapped={column.target: column.source for column in job.mapped.columns}, unmapped=job.mapped.unmapped,
        areas_m2=[area for area, _ in areas], planar_areas_m2=[area for _, area in areas], problems=problems,
    )  # fmt: skip


def _problems(connection: Connection, job: Job, counts: dict[str, Any]) -> list[Problem]:
    """Refusals of the database, and the notes on rows that are loaded, in the order of the file."""
    fates = {one.row_no: one for one in connection.execute(text("SELECT * FROM ledger_fate"))}
    quiet = {row for row, one in fates.items() if one.fate in ("refused", "unchanged", "left_out")}
    names = _names(job)
    graded = {row for row, one in fates.items() if one.fault == "graded"}
    notes = [_refusal(one, names, job) for row, one in fates.items() if one.fate == "refused" and row not in graded]
    notes += settled([note for note in job.notes if note.refuses and note.row in graded])
    found = (*job.source.notes, *job.notes, *job.typed.notes, *_compared(connection, job))
    notes += [note for note in found if note.row not in quiet]
    for fate in ("joined", "unchanged"):
        notes += booked_notes(connection, job.mapped, "ledger_row", "ledger_fate", fate)
    notes += _summary(connection, job, counts)
    named = [replace(note, id=note.id or names.get(note.row)) for note in notes]
    return [Problem(**as_params(note)) for note in sorted(named, key=lambda note: note.row)]


def _names(job: Job) -> dict[int, str]:
    """What each row is called: by its surest key, else by its name."""
    by = [name for name in (*KEYS, "name") if name in job.typed.columns]
    columns = [job.typed.columns[name].to_pylist() for name in by]
    rows = job.typed.numbers.to_pylist()
    return {row: found for at, row in enumerate(rows) if (found := next((c[at] for c in columns if c[at]), None))}


def _refusal(one: Any, names: Mapping[int, str], job: Job) -> Note:
    key = target_columns().get(one.key or "")
    title: Text = key.info["meaning"].title if key is not None else Text("宗地编号", "parcel code")
    words = {
        "key": title.zh, "key_en": title.en.lower(), "value": one.value or names.get(one.row_no, "?"),
        "codes": one.codes or "?", "count": one.others, "row": one.others,
    }  # fmt: skip
    field = next((column.source for column in job.mapped.columns if column.target == one.key), None)
    kind = KINDS[one.fault] if one.fault in KINDS else _fault(one.fault)
    return kind.about(one.row_no, field=field, words=words)


def _compared(connection: Connection, job: Job) -> list[Note]:
    """What the ledger says otherwise than the registry's boundary or code."""
    area = "r.official_area_m2" if "official_area_m2" in job.stored else "NULL::float8"
    code = "r.source_code" if "source_code" in job.stored else "NULL::text"
    found = connection.execute(
        text(
            f"SELECT r.row_no, r.{STATED_TOWNSHIP} AS stated, r.township_code AS resolved, p.township_code, {code} AS source_code, "
            f"p.source_code AS known, {area} AS stated_m2, p.planar_area_m2, p.boundary IS NOT NULL AS mapped "
            "FROM ledger_row AS r JOIN ledger_fate AS f USING (row_no) JOIN parcel AS p ON p.id = f.parcel_id WHERE f.fate = 'joined'"
        )
    )
    return [note for one in found for note in _comparisons(one)]


def _comparisons(one: Any) -> list[Note]:
    notes = []
    if one.mapped and one.resolved and one.resolved != one.township_code:
        kind = _fault("township_differs") if one.stated else KINDS["ledger_address_differs"]
        words = {"value": one.stated or one.resolved, "detail": one.township_code}
        notes.append(kind.about(one.row_no, words=words))
    if one.source_code and one.known and one.source_code != one.known:
        words = {"value": one.source_code, "known": one.known}
        notes.append(KINDS["ledger_source_code_kept"].about(one.row_no, words=words))
    if one.stated_m2 and one.planar_area_m2 and not 0.5 <= one.stated_m2 / one.planar_area_m2 <= 2:  # noqa: PLR2004 - as for surveys
        words = {"value": f"{one.stated_m2:.1f}", "detail": f"{one.planar_area_m2:.1f}"}
        notes.append(_fault("area_disagrees").about(one.row_no, words=words))
    return notes


def _fault(token: str) -> NoteKind:
    fault = FAULTS[token]
    return NoteKind(fault.token, fault.grade, fault.what, fault.mend)


def _summary(connection: Connection, job: Job, counts: dict[str, Any]) -> list[Note]:
    """Which keys joined how many rows; how many have none."""
    titles = [
        target_columns()[key].info["meaning"].title if key != PARCEL_CODE else Text("宗地编号", "Parcel code")
        for key in _keys_used(connection)
    ]
    notes = []
    if counts["joined"] or job.keys:
        words = {
            "keys": "、".join(title.zh for title in titles) or "编号", "keys_en": ", ".join(title.en for title in titles) or "code",
            "joined": counts["joined"], "new": counts["new"],
        }  # fmt: skip
        notes.append(KINDS["ledger_joined"].about(WHOLE_FILE, words=words))
    if counts["keyless"]:
        notes.append(KINDS["ledger_without_keys"].about(WHOLE_FILE, words={"count": counts["keyless"]}))
    return notes


def _keys_used(connection: Connection) -> Sequence[str]:
    used = connection.execute(text("SELECT DISTINCT key FROM ledger_fate WHERE fate <> 'refused' AND key IS NOT NULL"))
    found = {key for (key,) in used}
    return [key for key in KEYS if key in found]
