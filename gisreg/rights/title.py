"""The title of a parcel: steps (确权 → 登记 → 流转), people's decisions, and the columns that follow from the books."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Connection, Date, TextClause, bindparam, insert, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY

from gisreg.days import today
from gisreg.db.models import TitleDecision, TitleEvent
from gisreg.db.sql import load
from gisreg.parcels.attributes import FALSE, TRUE
from gisreg.parcels.read import Row
from gisreg.records import parcel_key, reason_missing, require_day, unusable
from gisreg.rights.errors import (
    DecisionStands,
    NoDecision,
    RightSeized,
    StepInFuture,
    StepOutOfOrder,
    StepTooEarly,
)
from gisreg.rights.words import TitleField, TitleStep
from gisreg.text import Text
from gisreg.vocab import OwnershipStatus

MAX_WORDS = 2_000
_NAMED = "SELECT unnest(CAST(:ids AS bigint[]))"
_ON_THE_BOOKS = " UNION ".join(
    f"SELECT parcel_id FROM {book} WHERE county_code = :county"  # noqa: S608 - names of our own tables
    for book in ("title_event", "land_right", "encumbrance", "title_decision")
)
_STATUSES = tuple(OwnershipStatus)
_CLEAR = (OwnershipStatus.CONFIRMED, OwnershipStatus.REGISTERED)
_NEEDS: dict[TitleStep, tuple[tuple[OwnershipStatus, ...], Text]] = {
    TitleStep.CLAIMED: (
        (OwnershipStatus.UNKNOWN, OwnershipStatus.UNCONFIRMED, OwnershipStatus.DISPUTED),
        Text("权属已确认,无须再申请", "the title is clear already"),
    ),
    TitleStep.CONFIRMED: (
        (OwnershipStatus.UNKNOWN, OwnershipStatus.UNCONFIRMED),
        Text("有争议的请先解决争议", "settle the dispute first, if there is one"),
    ),
    TitleStep.REGISTERED: (_CLEAR, Text("请先确权", "confirm the title first")),
    TitleStep.TRANSFERRED: ((OwnershipStatus.REGISTERED,), Text("请先登记", "register the title first")),
    TitleStep.REVOKED: (_CLEAR, Text("没有可撤销的确权或登记", "there is nothing to revoke")),
    TitleStep.DISPUTED: (
        tuple(status for status in _STATUSES if status != OwnershipStatus.DISPUTED),
        Text("已有未解决的争议", "a dispute is open already"),
    ),
    TitleStep.SETTLED: ((OwnershipStatus.DISPUTED,), Text("没有未解决的争议", "no dispute is open")),
}
"""What a parcel's title must be before each step, and the word on what comes first."""


@dataclass(frozen=True)
class Followed:
    """A column of a parcel: what it states, what follows from the books, and what holds."""

    field: str
    stated: Any
    follows: Any
    decided: bool
    holds: Any


@dataclass(frozen=True)
class Title:
    """The title of a parcel on a day."""

    parcel_id: int
    parcel_code: str
    fields: list[Followed]

    def holding(self) -> Row:
        """The columns as they should be."""
        return {one.field: one.holds for one in self.fields}

    def changes(self) -> Row:
        """The columns that are not yet as they should be."""
        return {one.field: one.holds for one in self.fields if one.holds != one.stated}


def titles_of(
    connection: Connection, county: str, parcel_ids: Sequence[int] | None = None, day: date | None = None
) -> list[Title]:
    """What the books say of these parcels' titles (of all parcels on the county's books, if none is named)."""
    statement = _bound(_title_sql(parcel_ids), county, parcel_ids, day)
    return [_title(row) for row in connection.execute(statement).mappings()]


def _title_sql(parcel_ids: Sequence[int] | None) -> str:
    wanted = _NAMED if parcel_ids is not None else _ON_THE_BOOKS
    return load("gisreg.rights", "title.sql").replace("{wanted}", wanted)


def _bound(statement: str, county: str, parcel_ids: Sequence[int] | None, day: date | None) -> TextClause:
    return text(statement).bindparams(
        bindparam("ids", None if parcel_ids is None else list(parcel_ids), ARRAY(BigInteger)),
        bindparam("day", day or today(), Date),
        bindparam("county", county),
    )


def _title(row: Any) -> Title:
    columns = (
        (TitleField.OWNERSHIP_STATUS, "status"), (TitleField.SEIZED, "seized"), (TitleField.MORTGAGED, "mortgaged"),
    )  # fmt: skip
    fields = [
        Followed(field, row[field], row[f"{name}_follows"], row[f"{name}_decided"], row[f"{name}_holds"])
        for field, name in columns
    ]
    return Title(row["id"], row["parcel_code"], fields)


def follow(
    connection: Connection, county: str, parcel_ids: Sequence[int] | None = None, day: date | None = None
) -> list[Title]:
    """Set ownership_status, seized and mortgaged as they follow from rights, encumbrances, steps and decisions.

    Terms run out without anybody writing: ``plan run`` does it for the whole county first, as ``gisreg rights follow``.
    """
    statement = load("gisreg.rights", "follow.sql").replace("{title}", _title_sql(parcel_ids))
    changed = connection.execute(_bound(statement, county, parcel_ids, day)).mappings()
    return sorted((_title(row) for row in changed), key=lambda one: one.parcel_code)


def title_of_parcel(connection: Connection, parcel_code: str, day: date | None = None) -> Title:
    """The title of one parcel.

    Raises:
        ParcelNotFound, ParcelRetired.
    """
    parcel = parcel_key(connection, parcel_code)
    return titles_of(connection, parcel["county_code"], [parcel["id"]], day)[0]


def record_step(
    connection: Connection, parcel_code: str, step: TitleStep, done_on: date, *,
    document_no: str | None = None, note: str | None = None,
) -> Row:  # fmt: skip
    """A step of the title; the parcel's columns follow.

    Raises:
        ParcelNotFound, ParcelRetired, ValueUnusable, StepInFuture, StepTooEarly, StepOutOfOrder, RightSeized.
    """
    parcel = parcel_key(connection, parcel_code, lock=True)
    require_day("done_on", done_on)
    if done_on > today():
        raise StepInFuture(where="done_on", done_on=done_on)
    for field, words in (("document_no", document_no), ("note", note)):
        _require_words(field, words)
    _require_later(connection, parcel["id"], done_on)
    title = titles_of(connection, parcel["county_code"], [parcel["id"]])[0].holding()
    _require_status(parcel_code, step, str(title["ownership_status"]))
    if step == TitleStep.TRANSFERRED and title["seized"]:
        raise RightSeized(where=parcel_code, parcel_code=parcel_code)
    event = TitleEvent.__table__
    values = {
        "county_code": parcel["county_code"], "parcel_id": parcel["id"], "step": step, "done_on": done_on,
        "document_no": document_no or None, "note": note or None,
    }  # fmt: skip
    added = connection.execute(insert(TitleEvent).values(**values).returning(*event.columns)).mappings().one()
    follow(connection, parcel["county_code"], [parcel["id"]])
    return dict(added)


def _require_words(field: str, words: str | None) -> None:
    if words is not None and (len(words) > MAX_WORDS or "\x00" in words):
        raise unusable(field, words, Text(f"不超过 {MAX_WORDS} 个字", f"at most {MAX_WORDS} characters"))


def _require_later(connection: Connection, parcel_id: int, done_on: date) -> None:
    last = connection.execute(
        select(TitleEvent.done_on).where(TitleEvent.parcel_id == parcel_id).order_by(TitleEvent.done_on.desc()).limit(1)
    ).scalar_one_or_none()
    if last is not None and done_on < last:
        raise StepTooEarly(where="done_on", done_on=done_on, last=last)


def _require_status(parcel_code: str, step: TitleStep, stands: str) -> None:
    allowed, needed = _NEEDS[step]
    status = next(one for one in OwnershipStatus if one == stands)
    if status not in allowed:
        raise StepOutOfOrder(
            where=parcel_code, parcel_code=parcel_code, status_zh=status.zh, status_en=status.en, step_zh=step.zh,
            step_en=step.en, needed_zh=needed.zh, needed_en=needed.en,
        )  # fmt: skip


def decide(connection: Connection, parcel_code: str, field: TitleField, value: Any, reason: str) -> Title:
    """A person's decision, which stands against what follows from the books until it is ended.

    Raises:
        ParcelNotFound, ParcelRetired, ValueUnusable, FieldMissing, DecisionStands.
    """
    parcel = parcel_key(connection, parcel_code, lock=True)
    read = _decided_value(field, value)
    if not reason.strip():
        raise reason_missing()
    _require_words("reason", reason)
    standing = _standing(connection, parcel["id"], field)
    if standing is not None:
        raise DecisionStands(where=field, parcel_code=parcel_code, field=field.titles.both(), by=standing)
    connection.execute(
        insert(TitleDecision).values(
            county_code=parcel["county_code"], parcel_id=parcel["id"], field=field, value=read, reason=reason.strip()
        )
    )
    return _after(connection, parcel)


def end_decision(connection: Connection, parcel_code: str, field: TitleField) -> Title:
    """The column follows the books again.

    Raises:
        ParcelNotFound, ParcelRetired, NoDecision.
    """
    parcel = parcel_key(connection, parcel_code, lock=True)
    if _standing(connection, parcel["id"], field) is None:
        raise NoDecision(where=field, parcel_code=parcel_code, field=field.titles.both())
    connection.execute(
        update(TitleDecision)
        .where(TitleDecision.parcel_id == parcel["id"], TitleDecision.field == field, TitleDecision.ended_on.is_(None))
        .values(ended_on=today())
    )
    return _after(connection, parcel)


def _after(connection: Connection, parcel: Row) -> Title:
    follow(connection, parcel["county_code"], [parcel["id"]])
    return titles_of(connection, parcel["county_code"], [parcel["id"]])[0]


def _standing(connection: Connection, parcel_id: int, field: TitleField) -> str | None:
    standing = select(TitleDecision.recorded_by).where(
        TitleDecision.parcel_id == parcel_id, TitleDecision.field == field, TitleDecision.ended_on.is_(None)
    )
    return connection.execute(standing).scalar_one_or_none()


def _decided_value(field: TitleField, value: Any) -> str | None:
    word = "" if value is None else str(value).strip().lower()
    if field == TitleField.OWNERSHIP_STATUS:
        if word not in _STATUSES:
            allowed = ", ".join(_STATUSES)
            raise unusable(field, value, Text(f"其中之一:{allowed}", f"one of {allowed}"))
        return word
    if word in ("", "unknown"):
        return None
    if word not in TRUE | FALSE:
        raise unusable(field, value, Text("是、否或 unknown", "true, false or unknown"))
    return "true" if word in TRUE else "false"
