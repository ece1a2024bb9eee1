"""What was imported, when, by whom, and what became of it."""

from typing import Any, ClassVar

from sqlalchemy import Connection, Row, Select, func, select

from gisreg.db.models import Batch, BatchUndo
from gisreg.errors import NotFoundError
from gisreg.parcels.read import Page
from gisreg.text import Text

LISTED = 100


class BatchNotFound(NotFoundError):
    """No such batch in the county."""

    what: ClassVar[Text] = Text("没有批次 {batch}", "there is no batch {batch}")
    mend: ClassVar[Text] = Text("请用 gisreg batches list 查看", "see gisreg batches list")


def county_of(connection: Connection, batch: int, named: str | None = None) -> str:
    """A batch's number tells its county; where one is named it must be that one.

    Raises:
        BatchNotFound.
    """
    found = connection.scalar(select(Batch.county_code).where(Batch.id == batch))
    if found is None or named not in (None, found):
        raise BatchNotFound(where=str(batch), batch=batch)
    return str(found)


def list_batches(connection: Connection, county: str, limit: int = LISTED) -> Page:
    """The newest batches first, without their problems."""
    total = connection.execute(select(func.count()).where(Batch.county_code == county)).scalar_one()
    found = connection.execute(_query(county).order_by(Batch.id.desc()).limit(limit))
    return Page(total, [_told(one) for one in found])


def read_batch(connection: Connection, county: str, batch: int) -> dict[str, Any]:
    """One batch with its mapping and the first of its problems.

    Raises:
        BatchNotFound.
    """
    found = connection.execute(
        _query(county).add_columns(Batch.mapping, Batch.problems).where(Batch.id == batch)
    ).first()
    if found is None:
        raise BatchNotFound(where=str(batch), batch=batch)
    return {**_told(found), "mapping": found.mapping, "problems": found.problems}


def _query(county: str) -> "Select[Any]":
    columns = [column for column in Batch.__table__.columns if column.name not in ("mapping", "problems")]
    undo = BatchUndo
    return (
        select(
            *columns, undo.recorded_at.label("undone_at"), undo.recorded_by.label("undone_by"),
            undo.reason.label("undone_because"), undo.parcels_removed, undo.parcels_restored,
        )
        .outerjoin(undo, undo.batch_id == Batch.id)
        .where(Batch.county_code == county)
    )  # fmt: skip


def _told(found: "Row[Any]") -> dict[str, Any]:
    plain = dict(found._mapping)
    for key in ("recorded_at", "undone_at"):
        plain[key] = plain[key].isoformat() if plain[key] else None
    return {key: value for key, value in plain.items() if key not in ("mapping", "problems")}
