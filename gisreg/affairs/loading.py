"""Ledgers of affairs, set by set: new entries are added, known ones get what the ledger states, links are made."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, select, text

from gisreg.affairs.books import BOOKS, require_sound_by_itself
from gisreg.affairs.links import LINKS
from gisreg.affairs.words import Affair
from gisreg.errors import GisregError
from gisreg.parcels.read import Row
from gisreg.records import Book, missing
from gisreg.text import Text

REPEATED = Text("与第 {row} 行编号相同", "the same number as row {row}")
REPEATED_MEND = Text("请合并两行", "put the two rows together")
UNKNOWN_PARCEL = Text("没有编号为 {code} 的宗地", "there is no parcel {code}")
UNKNOWN_PARCEL_MEND = Text("请核对宗地编号", "check the parcel code")
CONFLICT_KEYS = {Affair.ENTERPRISE: "credit_code"}


@dataclass(frozen=True)
class AffairRow:
    """One row of a ledger: its number in the file, what it is, its fields by name, and the parcels it names."""

    row: int
    affair: Affair
    values: Mapping[str, Any]
    parcel_codes: Sequence[str] = ()


@dataclass(frozen=True)
class Refused:
    """A row (or one of its links) that was not taken, and why."""

    row: int
    id: str
    field: str
    what: Text
    mend: Text


@dataclass
class Loaded:
    """What became of the rows: read = added + updated + unchanged + refused rows."""

    read: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    linked: int = 0
    problems: list[Refused] = field(default_factory=list)


def load_affairs(connection: Connection, county: str, rows: Iterable[AffairRow]) -> Loaded:
    """Take the rows of a ledger into the books, in the caller's transaction.

    An empty cell erases nothing. A row that cannot be read is refused with its field; a parcel that is not there is
    told, and the row is taken without that link. An enterprise is known by its credit code, else by its name.
    """
    loaded = Loaded()
    good: dict[Affair, dict[str, tuple[AffairRow, Row]]] = {}
    for row in rows:
        loaded.read += 1
        read = _read(row, loaded)
        if read is None:
            continue
        key = str(read.get(_key_of(row.affair)) or read.get("name"))
        known = good.setdefault(row.affair, {})
        if key in known:
            _refuse(loaded, row, _key_of(row.affair), _said(REPEATED, row=known[key][0].row), REPEATED_MEND)
        else:
            known[key] = (row, read)
    _require_merged(connection, county, good.get(Affair.APPROVAL, {}), loaded)
    for affair, taken in good.items():
        keys = _store(connection, county, affair, [read for _, read in taken.values()], loaded)
        _link(connection, county, affair, [(row, keys[key]) for key, (row, _) in taken.items()], loaded)
    return loaded


def _key_of(affair: Affair) -> str:
    return CONFLICT_KEYS.get(affair, BOOKS[affair].key)


def _read(row: AffairRow, loaded: Loaded) -> Row | None:
    book = BOOKS[row.affair]
    try:
        read = book.read(row.values, (book.key,) if book.key != "id" else ())
        required = (book.key, *book.required) if book.key != "id" else book.required
        for name in required:
            if read.get(name) is None:
                raise missing(book, name)
        require_sound_by_itself(row.affair, read)
    except GisregError as error:
        _refuse_for(loaded, row, error)
        return None
    return {name: value for name, value in read.items() if value is not None}


def _require_merged(
    connection: Connection, county: str, taken: dict[str, tuple[AffairRow, Row]], loaded: Loaded
) -> None:
    """What a ledger leaves open stands as it was: the balance must hold with that too."""
    table = BOOKS[Affair.APPROVAL].table
    known = select(table).where(table.c.county_code == county, table.c.approval_no.in_(list(taken))).with_for_update()
    for stands in connection.execute(known).mappings() if taken else ():
        row, read = taken[stands["approval_no"]]
        try:
            require_sound_by_itself(Affair.APPROVAL, {**stands, **read})
        except GisregError as error:
            _refuse_for(loaded, row, error)
            del taken[stands["approval_no"]]


def _refuse_for(loaded: Loaded, row: AffairRow, error: GisregError) -> None:
    what = Text(error.say_what("zh"), error.say_what("en"))
    _refuse(loaded, row, error.where, what, Text(error.say_mend("zh"), error.say_mend("en")))


def _refuse(loaded: Loaded, row: AffairRow, field_name: str, what: Text, mend: Text) -> None:
    loaded.refused += 1
    key = row.values.get(_key_of(row.affair)) or row.values.get("name") or ""
    loaded.problems.append(Refused(row.row, str(key)[:100], field_name, what, mend))


def _said(words: Text, **params: object) -> Text:
    return Text(words.say("zh", **params), words.say("en", **params))


def _store(
    connection: Connection, county: str, affair: Affair, rows: list[Row], loaded: Loaded
) -> dict[str, str | int]:
    """One statement for all; the key of each entry inside the book, by what the ledger names it."""
    book = BOOKS[affair]
    if affair == Affair.ENTERPRISE:
        return _store_enterprises(connection, county, book, rows, loaded)
    _upsert(connection, county, book, rows, loaded)
    return {str(row[book.key]): row[book.key] for row in rows}


def _store_enterprises(
    connection: Connection, county: str, book: Book, rows: list[Row], loaded: Loaded
) -> dict[str, str | int]:
    """Those with a credit code by it; the others by their names, which are not written twice."""
    coded = [row for row in rows if row.get("credit_code")]
    named = [row["name"] for row in rows if not row.get("credit_code")]
    _upsert(connection, county, book, coded, loaded)
    added = connection.execute(
        text(
            "INSERT INTO enterprise (county_code, name) SELECT :county, n FROM unnest(CAST(:names AS text[])) AS n"
            " WHERE NOT EXISTS (SELECT FROM enterprise WHERE county_code = :county AND name = n)"
        ),
        {"county": county, "names": named},
    ).rowcount
    loaded.added += added
    loaded.unchanged += len(named) - added
    known = connection.execute(
        text("SELECT credit_code, name, id FROM enterprise WHERE county_code = :county ORDER BY id DESC"),
        {"county": county},
    ).all()
    by_name: dict[str, str | int] = {name: key for _, name, key in known}
    return by_name | {code: key for code, _, key in known if code}


def _upsert(connection: Connection, county: str, book: Book, rows: list[Row], loaded: Loaded) -> None:
    if not rows:
        return
    key = "credit_code" if book.key == "id" else book.key
    names = sorted({name for row in rows for name in row} - {key})
    # column names are the book's own; values are bound as one JSON document
    listed = ", ".join(["county_code", key, *names])
    taken = ", ".join(f"{name} = coalesce(excluded.{name}, {book.table.name}.{name})" for name in names)
    new, old = (", ".join(f"{side}{name}" for name in names) for side in ("excluded.", f"{book.table.name}."))
    kept = ", ".join(f"coalesce(excluded.{name}, {book.table.name}.{name})" for name in names)
    on_conflict = f"UPDATE SET {taken} WHERE ROW({kept}) IS DISTINCT FROM ROW({old})" if new else "NOTHING"
    statement = text(
        f"INSERT INTO {book.table.name} ({listed})"  # noqa: S608 - see above
        f" SELECT {', '.join(['CAST(:county AS text)', key, *names])}"
        f" FROM json_populate_recordset(NULL::{book.table.name}, CAST(:rows AS json))"
        f" ON CONFLICT (county_code, {key}) DO {on_conflict} RETURNING version"
    )
    document = json.dumps(rows, default=_plain, ensure_ascii=False)
    versions = connection.execute(statement, {"county": county, "rows": document}).scalars().all()
    added = sum(version == 1 for version in versions)
    loaded.added += added
    loaded.updated += len(versions) - added
    loaded.unchanged += len(rows) - len(versions)


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _link(
    connection: Connection, county: str, affair: Affair, rows: Sequence[tuple[AffairRow, str | int]], loaded: Loaded
) -> None:
    """The parcels that rows name; of a zone, the parcels' own column. A card names its parcel in a field."""
    pairs = [(row.row, str(key), code) for row, key in rows for code in dict.fromkeys(row.parcel_codes)]
    if not pairs or affair == Affair.CARD:
        return
    given = {"county": county, "pairs": json.dumps([{"key": key, "code": code} for _, key, code in pairs])}
    known = set(
        connection.execute(
            text(
                "SELECT parcel_code FROM parcel WHERE county_code = :county AND state <> 'removed' AND parcel_code IN"
                " (SELECT code FROM json_to_recordset(CAST(:pairs AS json)) AS x (code text))"
            ),
            given,
        ).scalars()
    )
    loaded.linked += connection.execute(text(_statement(affair)), given).rowcount
    loaded.problems += [
        Refused(row, key, "parcel_code", _said(UNKNOWN_PARCEL, code=code), UNKNOWN_PARCEL_MEND)
        for row, key, code in pairs
        if code not in known
    ]


def _statement(affair: Affair) -> str:
    """Links of all rows at once. Table and column names are the book's own."""
    pairs = "json_to_recordset(CAST(:pairs AS json)) AS x (key text, code text)"
    if affair == Affair.ZONE:
        return (
            f"UPDATE parcel AS p SET zone_code = x.key FROM {pairs} WHERE p.county_code = :county"  # noqa: S608
            " AND p.parcel_code = x.code AND p.state <> 'removed' AND p.zone_code IS DISTINCT FROM x.key"
        )
    model, column = LINKS[affair]
    cast = "x.key::integer" if affair == Affair.ENTERPRISE else "x.key"
    return (
        f"INSERT INTO {model.__tablename__} (county_code, parcel_id, {column})"  # noqa: S608 - see above
        f" SELECT p.county_code, p.id, {cast} FROM {pairs} JOIN parcel AS p ON p.parcel_code = x.code"
        " AND p.county_code = :county AND p.state <> 'removed' ON CONFLICT DO NOTHING"
    )
