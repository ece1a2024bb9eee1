"""What moves a parcel's clock, and the dates of its procedure: added with a reason, withdrawn, never rewritten."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import Connection, select

from gisreg.days import today
from gisreg.db.models import ClockEvent, ProcedureDate
from gisreg.errors import ConflictError, InputError
from gisreg.parcels.read import Row
from gisreg.planning.clock.counting import years_later
from gisreg.planning.clock.procedure import DETERMINATION, Procedure
from gisreg.planning.clock.reading import Event, pauses_of
from gisreg.records import (
    Book,
    DatesTurned,
    RecordBasis,
    add,
    lock_basis,
    missing,
    parcel_key,
    reason_missing,
    superseded,
    unusable,
    write,
)
from gisreg.text import Text
from gisreg.vocab import PAUSES, RESTARTS, ClockEventKind, IdleCause

EVENTS = Book(
    ClockEvent, "id", Text("时钟事项", "clock event"),
    ("event", "cause", "agreed_on", "from_on", "until_on", "new_start_on", "document_no", "reason"),
    ("event", "agreed_on", "reason"),
)  # fmt: skip
DATES = Book(
    ProcedureDate, "id", Text("程序日期", "procedure date"),
    ("step", "served_on", "document_no", "note"), ("step", "served_on"),
)  # fmt: skip
MAX_WORDS = 2_000
EXCUSED = (IdleCause.GOVERNMENT, IdleCause.FORCE_MAJEURE)
"""Causes for which the law lets the clock be moved (arts 8, 12); the holder's own do not."""


class DayAhead(InputError):
    """A day that has not come yet."""

    what: ClassVar[Text] = Text("{field} {day} 还没有到", "{field} {day} has not come yet")
    mend: ClassVar[Text] = Text("请在发生之后记录", "record it when it has happened")


class ExtensionTooLong(InputError):
    """A longer extension, or temporary use, than the law allows."""

    what: ClassVar[Text] = Text(
        "{event_zh}至 {day},超过自 {agreed_on} 起 {years} 年的上限({last})",
        "{event_en} until {day} is more than {years} year(s) from {agreed_on} ({last})",
    )
    mend: ClassVar[Text] = Text("请核对日期,或另行办理", "check the dates")


class CauseDoesNotExcuse(InputError):
    """The clock is moved for the government's causes and force majeure only."""

    what: ClassVar[Text] = Text(
        "“{event_zh}”须因政府原因或不可抗力", "{event_en} needs the government or force majeure as its cause"
    )
    mend: ClassVar[Text] = Text(
        "请给出 cause=government 或 force_majeure;企业原因不停止计算",
        "give cause=government or force_majeure; the holder's own causes do not stop the clock",
    )


class FieldUnfit(InputError):
    """A date that this event does not have."""

    what: ClassVar[Text] = Text("“{event_zh}”没有 {field}", "{event_en} has no {field}")
    mend: ClassVar[Text] = Text("请去掉该项", "leave it out")


class NothingPaused(ConflictError):
    """A resumption without a pause."""

    what: ClassVar[Text] = Text(
        "宗地 {parcel_code} 在 {day} 没有未结束的中止", "no pause of parcel {parcel_code} is open on {day}"
    )
    mend: ClassVar[Text] = Text(
        "请用 gisreg plan clock 核对;已结束的中止不必再记恢复",
        "check with gisreg plan clock; a pause that has ended is not resumed again",
    )


class AlreadyWithdrawn(ConflictError):
    """It counts no longer."""

    what: ClassVar[Text] = Text("{thing_zh} {key} 已撤回", "{thing_en} {key} was withdrawn before")
    mend: ClassVar[Text] = Text("请核对编号", "check the number")


class DeterminationStandsElsewhere(InputError):
    """The determination is a fact of the parcel, on which gates look."""

    what: ClassVar[Text] = Text(
        "认定日期记在宗地上(determined_on)", "the determination stands in the parcel (determined_on)"
    )
    mend: ClassVar[Text] = Text(
        "请用 gisreg parcels edit 填写 determined_on", "give determined_on with gisreg parcels edit"
    )


def add_event(connection: Connection, parcel_code: str, values: Mapping[str, Any], procedure: Procedure) -> Row:
    """An event; from the day it was agreed on the clock is another.

    Raises:
        ParcelNotFound, ParcelRetired, FieldUnknown, ValueUnusable, FieldMissing, FieldUnfit, DayAhead, DatesTurned,
        CauseDoesNotExcuse, ExtensionTooLong, NothingPaused.
    """
    parcel = parcel_key(connection, parcel_code, lock=True)
    read = EVENTS.read(values)
    for name in EVENTS.required:
        _require(read, name)
    for name in ("reason", "document_no"):
        _require_words(name, read.get(name))
    event = next(one for one in ClockEventKind if one == read["event"])
    if event == ClockEventKind.DELIVERY_LATE:
        read = {"cause": IdleCause.GOVERNMENT, **{name: value for name, value in read.items() if value is not None}}
    _require_past("agreed_on", read["agreed_on"])
    _require_fields(event, read)
    _require_cause(event, read)
    _DATES[event](event, read, procedure)
    if event == ClockEventKind.RESUMED:
        _require_open_pause(connection, parcel, read["from_on"])
    return add(connection, EVENTS, parcel["county_code"], read, parcel_id=parcel["id"])


def _require(read: Mapping[str, Any], name: str, book: Book = EVENTS) -> Any:
    if read.get(name) is None:
        raise missing(book, name)
    return read[name]


def _require_words(field: str, words: str | None) -> None:
    if words is not None and len(words) > MAX_WORDS:
        raise unusable(field, words, Text(f"不超过 {MAX_WORDS} 个字", f"at most {MAX_WORDS} characters"))


def _require_past(field: str, day: date) -> None:
    if day > today():
        raise DayAhead(where=field, field=field, day=day)


def _require_after(later: str, end: date | None, earlier: str, begin: date | None) -> None:
    if begin is not None and end is not None and end < begin:
        raise DatesTurned(where=later, later=later, end=end, earlier=earlier, begin=begin)


def _require_fields(event: ClockEventKind, read: Mapping[str, Any]) -> None:
    """Each event has its own dates; one that would be passed over is refused."""
    has: tuple[str, ...] = ()
    if event in RESTARTS:
        has = ("new_start_on", "from_on", "until_on") if event == ClockEventKind.TEMPORARY_USE else ("new_start_on",)
    elif event in PAUSES:
        has = ("from_on", "until_on")
    elif event == ClockEventKind.RESUMED:
        has = ("from_on",)
    for name in ("from_on", "until_on", "new_start_on"):
        if read.get(name) is not None and name not in has:
            raise FieldUnfit(where=name, field=name, event_zh=event.zh, event_en=event.en)


def _require_cause(event: ClockEventKind, read: Mapping[str, Any]) -> None:
    if event in (ClockEventKind.TAKING_BACK, ClockEventKind.RESUMED):
        return
    allowed = (IdleCause.GOVERNMENT,) if event == ClockEventKind.DELIVERY_LATE else EXCUSED
    if read.get("cause") not in allowed:
        raise CauseDoesNotExcuse(where="cause", event_zh=event.zh, event_en=event.en)


def _restart(event: ClockEventKind, read: Mapping[str, Any], procedure: Procedure) -> None:
    start = _require(read, "new_start_on")
    _require_after("new_start_on", start, "agreed_on", read["agreed_on"])
    if event == ClockEventKind.EXTENSION:
        _require_within(event, "new_start_on", start, read["agreed_on"], procedure.limits.extension_years.value)


def _temporary(event: ClockEventKind, read: Mapping[str, Any], procedure: Procedure) -> None:
    begin, end = _require(read, "from_on"), _require(read, "until_on")
    _require_after("until_on", end, "from_on", begin)
    _require_within(event, "until_on", end, begin, procedure.limits.temporary_use_years.value)
    _restart(event, read, procedure)


def _pause(_event: ClockEventKind, read: Mapping[str, Any], _procedure: Procedure) -> None:
    _require_after("until_on", read.get("until_on"), "from_on", _require(read, "from_on"))


def _resumption(_event: ClockEventKind, read: Mapping[str, Any], _procedure: Procedure) -> None:
    _require_past("from_on", _require(read, "from_on"))


def _nothing(_event: ClockEventKind, _read: Mapping[str, Any], _procedure: Procedure) -> None:
    return


_DATES: dict[ClockEventKind, Callable[[ClockEventKind, Mapping[str, Any], Procedure], None]] = {
    ClockEventKind.EXTENSION: _restart,
    ClockEventKind.CHANGED_CONDITIONS: _restart,
    ClockEventKind.SWAP: _restart,
    ClockEventKind.TEMPORARY_USE: _temporary,
    ClockEventKind.PAUSE: _pause,
    ClockEventKind.DELIVERY_LATE: _pause,
    ClockEventKind.RESUMED: _resumption,
    ClockEventKind.TAKING_BACK: _nothing,
}


def _require_within(event: ClockEventKind, field: str, day: date, since: date, years: int) -> None:
    last = years_later(since, years)
    if day > last:
        words = {"event_zh": event.zh, "event_en": event.en}
        raise ExtensionTooLong(where=field, day=day, agreed_on=since, years=years, last=last, **words)


def _require_open_pause(connection: Connection, parcel: Row, day: date) -> None:
    """A pause that the day is in: one that ended, by its own day or by a resumption, is not to be ended again."""
    rows = standing(connection, EVENTS, parcel["id"])
    spans = pauses_of(tuple(Event(**{one.name: row[one.name] for one in fields(Event)}) for row in rows))
    if not any(span.first <= day and (span.last is None or span.last >= day) for span in spans):
        raise NothingPaused(where="from_on", parcel_code=parcel["parcel_code"], day=day)


def serve(connection: Connection, parcel_code: str, values: Mapping[str, Any], procedure: Procedure) -> Row:
    """The day on which a step was served or done.

    Raises:
        ParcelNotFound, ParcelRetired, FieldUnknown, ValueUnusable, FieldMissing, DayAhead, DatesTurned,
        DeterminationStandsElsewhere.
    """
    parcel = parcel_key(connection, parcel_code, lock=True)
    read = DATES.read(values)
    name, on = _require(read, "step", DATES), _require(read, "served_on", DATES)
    for field in ("document_no", "note"):
        _require_words(field, read.get(field))
    step = procedure.step(name)
    if step is None:
        known = ", ".join(one.id for one in procedure.steps)
        raise unusable("step", name, Text(f"其中之一:{known}", f"one of {known}"))
    if name == DETERMINATION:
        raise DeterminationStandsElsewhere(where="step")
    _require_past("served_on", on)
    before = [one for one in standing(connection, DATES, parcel["id"]) if one["step"] == step.after]
    if before:
        _require_after("served_on", on, str(step.after), min(one["served_on"] for one in before))
    return add(connection, DATES, parcel["county_code"], read, parcel_id=parcel["id"])


def withdraw(connection: Connection, county: str, book: Book, basis: RecordBasis, reason: str) -> Row:
    """An entry made by mistake counts no longer; it stays in the history with the reason.

    Raises:
        RecordNotFound, StaleRecord, FieldMissing, ValueUnusable, AlreadyWithdrawn.
    """
    row = lock_basis(connection, book, county, basis)
    if row["withdrawn_reason"] is not None:
        raise AlreadyWithdrawn(where=str(basis.key), key=basis.key, **book.words)
    if not reason.strip():
        raise reason_missing()
    _require_words("reason", reason)
    return write(connection, book, row, {"withdrawn_reason": reason.strip()})


def standing(connection: Connection, book: Book, parcel_id: int, before: datetime | None = None) -> list[Row]:
    """A parcel's entries that were not withdrawn, in the order in which they were made; as recorded before an instant
    (None: now)."""
    table = book.table
    wanted = select(table).where(table.c.parcel_id == parcel_id).order_by(table.c.id)
    rows = [dict(row) for row in connection.execute(wanted).mappings()]
    known = rows if before is None else [_known_before(connection, book, row, before) for row in rows]
    return [row for row in known if row is not None and row["withdrawn_reason"] is None]


def _known_before(connection: Connection, book: Book, row: Row, before: datetime) -> Row | None:
    """An entry as it was then: all that ever changes of one is that it is withdrawn. None before it was made."""
    if row["recorded_at"] < before:
        return row
    then = [one for one in superseded(connection, book, row) if one["recorded_at"] < before]
    return {**row, "withdrawn_reason": then[-1]["content"].get("withdrawn_reason")} if then else None
