"""Books beside the parcels (parties, rights, approvals …): typed fields, changes that carry their basis, history.

The caller owns the transaction (:func:`gisreg.db.engine.transaction` with an actor); the database stamps each change
and keeps what it supersedes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, cast

from sqlalchemy import Column, Connection, Table, insert, select, update
from sqlalchemy.orm import DeclarativeBase

from gisreg.columns import Meaning
from gisreg.db.models import Parcel, RecordVersion
from gisreg.errors import ConflictError, InputError, NotFoundError
from gisreg.parcels.attributes import read_value
from gisreg.parcels.faults import FieldUnknown, ValueUnusable
from gisreg.parcels.lineage import require_in_use
from gisreg.parcels.read import ParcelNotFound, Row
from gisreg.text import Text
from gisreg.vocab import State, code_list

STAMPS = ("version", "recorded_at", "recorded_by", "recorded_from")
FIRST_DAY, LAST_DAY = date(1949, 10, 1), date(2199, 12, 31)
MAX_KEY = 100


class RecordNotFound(NotFoundError):
    """No such entry in a book."""

    what: ClassVar[Text] = Text("没有{thing_zh} {key}", "there is no {thing_en} {key}")
    mend: ClassVar[Text] = Text("请先列出,再核对编号", "list them and check the number")


class RecordExists(ConflictError):
    """The book has an entry of that number."""

    what: ClassVar[Text] = Text("{thing_zh} {key} 已存在", "{thing_en} {key} is there already")
    mend: ClassVar[Text] = Text("请修改已有的记录,或换一个编号", "change that one, or use another number")


class StaleRecord(ConflictError):
    """Somebody else changed the entry in between."""

    shown: ClassVar[tuple[str, ...]] = ("version", "differences")
    what: ClassVar[Text] = Text(
        "{thing_zh} {key} 已是第 {version} 版({recorded_by}),依据的是第 {based_on} 版",
        "{thing_en} {key} is at version {version} (by {recorded_by}); the change is based on version {based_on}",
    )
    mend: ClassVar[Text] = Text("请看过现在的值后,依据新版本重做", "look at the values now and base the change on them")


class NothingChanges(InputError):
    """The values given are those that stand."""

    what: ClassVar[Text] = Text("{thing_zh} {key}:没有要修改的内容", "{thing_en} {key}: nothing to change")
    mend: ClassVar[Text] = Text("请给出与现在不同的值", "give a value that differs")


class FieldMissing(InputError):
    """A value without which there is no entry."""

    what: ClassVar[Text] = Text("缺少 {field}", "{field} is missing")
    mend: ClassVar[Text] = Text("请给出 {field}", "give {field}")


class DatesTurned(InputError):
    """An end before the beginning."""

    what: ClassVar[Text] = Text("{later} {end} 早于 {earlier} {begin}", "{later} {end} is before {earlier} {begin}")
    mend: ClassVar[Text] = Text("请核对日期", "check the dates")


@dataclass(frozen=True)
class RecordBasis:
    """An entry and the version of it that the editor has seen."""

    key: str | int
    version: int


@dataclass(frozen=True)
class Book:
    """One table of entries: how people name one, and what they may write."""

    model: type[DeclarativeBase]
    key: str
    title: Text
    fields: tuple[str, ...]
    required: tuple[str, ...] = ()

    @property
    def table(self) -> Table:
        """The table."""
        return cast(Table, self.model.__table__)

    @property
    def words(self) -> dict[str, str]:
        """How failures name an entry."""
        return {"thing_zh": self.title.zh, "thing_en": self.title.en}

    def read(self, given: Mapping[str, Any], extra: Sequence[str] = ()) -> Row:
        """The values by their columns' types.

        Raises:
            FieldUnknown, ValueUnusable, DatesTurned.
        """
        known = (*self.fields, *extra)
        for field in given:
            if field not in known:
                raise FieldUnknown(where=field, field=field, known=", ".join(known))
        values = {field: self._value(self.table.columns[field], value) for field, value in given.items()}
        require_order(values)
        return values

    def _value(self, column: Column[Any], value: Any) -> Any:
        read = read_value(column.name, column, value)
        if isinstance(read, date):
            require_day(column.name, read)
        if isinstance(read, float) and read < 0:
            raise unusable(column.name, value, Text("不小于 0 的数值", "a number not below 0"))
        meaning: Meaning | None = column.info.get("meaning")
        if read is not None and meaning and meaning.code_list:
            return _code_of(column.name, meaning.code_list, read)
        return read


def missing(book: Book, field: str) -> FieldMissing:
    """The error that a field of an entry is missing: by its title, then by its column."""
    meaning: Meaning | None = book.table.columns[field].info.get("meaning")
    return FieldMissing(where=field, field=meaning.title if meaning else field)


def reason_missing() -> FieldMissing:
    """The error that nobody said why."""
    return FieldMissing(where="reason", field=Text("理由", "the reason"))


def _code_of(field: str, name: str, given: Any) -> str:
    """The code of a list, also where people wrote its title."""
    codes = code_list(name)
    if given in (code.code for code in codes):
        return str(given)
    named = {code.code for code in codes if given in (code.zh, code.en)}
    if len(named) == 1:
        return named.pop()
    zh, en = (", ".join(f"{code.code} {getattr(code, said)}" for code in codes[:20]) for said in ("zh", "en"))
    raise unusable(field, given, Text(f"代码之一:{zh}", f"one of the codes {en}"))


def unusable(field: str, value: Any, expected: Text) -> ValueUnusable:
    """A value that does not fit, with what was expected."""
    shown = str(value)[:80].encode("utf-8", "replace").decode()
    return ValueUnusable(where=field, field=field, value=shown, expected_zh=expected.zh, expected_en=expected.en)


def require_day(field: str, day: date) -> None:
    """A day that a county's books can hold.

    Raises:
        ValueUnusable: far outside.
    """
    if not FIRST_DAY <= day <= LAST_DAY:
        raise unusable(field, day, Text(f"{FIRST_DAY} 至 {LAST_DAY} 的日期", f"a day from {FIRST_DAY} to {LAST_DAY}"))


def require_order(values: Mapping[str, Any]) -> None:
    """The ends after the beginning.

    Raises:
        DatesTurned.
    """
    begin = values.get("starts_on")
    for field in ("ends_on", "cancelled_on", "released_on"):
        end = values.get(field)
        if begin is not None and end is not None and end < begin:
            raise DatesTurned(where=field, later=field, end=end, earlier="starts_on", begin=begin)


def add(connection: Connection, book: Book, county: str, given: Mapping[str, Any], **fixed: Any) -> Row:
    """A new entry; ``fixed`` is what the use case itself decides.

    Raises:
        FieldUnknown, ValueUnusable, FieldMissing, DatesTurned, RecordExists.
    """
    named = () if book.key == "id" else (book.key,)
    values = book.read(given, named)
    for field in (*named, *book.required):
        if values.get(field) is None and fixed.get(field) is None:
            raise missing(book, field)
    if named:
        key = values[book.key]
        if len(key) > MAX_KEY:
            raise unusable(book.key, key, Text(f"不超过 {MAX_KEY} 个字符", f"at most {MAX_KEY} characters"))
        if find(connection, book, county, key) is not None:
            raise RecordExists(where=book.key, key=key, **book.words)
    row = {"county_code": county, **values, **fixed}
    added = insert(book.table).values(**row).returning(*book.table.columns)
    return dict(connection.execute(added).mappings().one())


def find(connection: Connection, book: Book, county: str, key: str | int, *, lock: bool = False) -> Row | None:
    """The entry, if the book has it."""
    columns = book.table.columns
    wanted = select(book.table).where(columns.county_code == county, columns[book.key] == key)
    found = connection.execute(wanted.with_for_update() if lock else wanted).mappings().one_or_none()
    return dict(found) if found else None


def get(connection: Connection, book: Book, county: str, key: str | int, *, lock: bool = False) -> Row:
    """The entry.

    Raises:
        RecordNotFound.
    """
    found = find(connection, book, county, key, lock=lock)
    if found is None:
        raise RecordNotFound(where=str(key), key=key, **book.words)
    return found


def lock_basis(connection: Connection, book: Book, county: str, basis: RecordBasis) -> Row:
    """The entry, locked at the version that the change is based on.

    Raises:
        RecordNotFound, StaleRecord.
    """
    row = get(connection, book, county, basis.key, lock=True)
    if row["version"] != basis.version:
        raise StaleRecord(
            where=str(basis.key), key=basis.key, version=row["version"], recorded_by=row["recorded_by"],
            based_on=basis.version, differences=_differences(connection, book, row, basis.version), **book.words,
        )  # fmt: skip
    return row


def _differences(connection: Connection, book: Book, row: Row, based_on: int) -> list[dict[str, Any]]:
    before = next((one for one in superseded(connection, book, row) if one["version"] == based_on), None)
    if before is None:
        return []
    return [
        {"field": field, "based_on": before["content"].get(field), "now": row[field]}
        for field in book.fields
        if not _same(before["content"].get(field), row[field]) and field != "boundary"
    ]


def _same(stored: Any, live: Any) -> bool:
    return bool(stored == (live.isoformat() if isinstance(live, date) else live))


def change(connection: Connection, book: Book, county: str, basis: RecordBasis, given: Mapping[str, Any]) -> Row:
    """A new version of an entry.

    Raises:
        RecordNotFound, StaleRecord, FieldUnknown, ValueUnusable, DatesTurned, NothingChanges.
    """
    row = lock_basis(connection, book, county, basis)
    values = book.read(given)
    require_order({**row, **values})
    for field in book.required:
        if field in values and values[field] is None:
            raise missing(book, field)
    return write(connection, book, row, values)


def write(connection: Connection, book: Book, row: Row, values: Row) -> Row:
    """The values that differ, written as a new version of a locked entry.

    Raises:
        NothingChanges.
    """
    changed = {field: value for field, value in values.items() if row[field] != value}
    if not changed:
        raise NothingChanges(where=str(row[book.key]), key=row[book.key], **book.words)
    columns = book.table.columns
    stored = (
        update(book.table)
        .where(columns.county_code == row["county_code"], columns[book.key] == row[book.key])
        .values(**changed)
        .returning(*columns)
    )
    return dict(connection.execute(stored).mappings().one())


def superseded(connection: Connection, book: Book, row: Row) -> list[Row]:
    """The versions of an entry that were changed, the oldest first."""
    kept = RecordVersion.__table__
    wanted = select(kept).where(
        kept.c.table_name == book.table.name,
        kept.c.county_code == row["county_code"],
        kept.c.record_key == str(row[book.key]),
    )
    return [dict(one) for one in connection.execute(wanted.order_by(kept.c.version)).mappings()]


def history(connection: Connection, book: Book, county: str, key: str | int) -> list[Row]:
    """All versions of an entry, the oldest first: who, when, by which way in, and its fields then.

    Raises:
        RecordNotFound.
    """
    row = get(connection, book, county, key)
    told = [
        {**{name: one[name] for name in STAMPS}, "content": {f: one["content"].get(f) for f in book.fields}}
        for one in superseded(connection, book, row)
    ]
    return [*told, {**{name: row[name] for name in STAMPS}, "content": {f: row[f] for f in book.fields}}]


def parcel_key(connection: Connection, parcel_code: str, *, lock: bool = False, in_use: bool = True) -> Row:
    """A parcel (in use, unless said otherwise): its key, county and title as they stand.

    Raises:
        ParcelNotFound, ParcelRetired.
    """
    wanted = select(
        Parcel.id, Parcel.county_code, Parcel.parcel_code, Parcel.state, Parcel.ownership_status, Parcel.seized,
        Parcel.mortgaged, Parcel.version,
    ).where(Parcel.parcel_code == parcel_code)  # fmt: skip
    found = connection.execute(wanted.with_for_update() if lock else wanted).mappings().one_or_none()
    if found is None:
        raise ParcelNotFound(where=parcel_code, parcel_code=parcel_code)
    if in_use and found["state"] == State.REMOVED:
        require_in_use(connection, parcel_code)
    return dict(found)


def code_of(connection: Connection, parcel_id: int) -> str:
    """The number of a parcel by its key."""
    return str(connection.execute(select(Parcel.parcel_code).where(Parcel.id == parcel_id)).scalar_one())
