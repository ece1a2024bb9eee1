"""Idle land before it is registered: suspected → investigated → determined (疑似 → 调查 → 认定), or cleared."""

from datetime import date

from sqlalchemy import Connection, insert, select

from gisreg.db.models import Investigation
from gisreg.ledger.closeout.errors import InvestigationOpen, NoInvestigation
from gisreg.ledger.closeout.moves import By, Move, begin, require_after, require_past
from gisreg.ledger.closeout.proofs import require_documents_of
from gisreg.ledger.closeout.words import Finding, Step
from gisreg.parcels.editing import Basis, Edited
from gisreg.parcels.read import Row
from gisreg.records import Book, write
from gisreg.text import Text

INVESTIGATIONS = Book(Investigation, "id", Text("闲置调查", "investigation"), ("note",))
NOTICE = Text("《闲置土地调查通知书》", "the notice of investigation")


def investigate(
    connection: Connection, basis: Basis, notice_on: date, document_id: int | None = None, by: By | None = None
) -> Edited:
    """The notice of investigation was served.

    Raises:
        InvestigationOpen, DayInFuture, ProofOfAnother, StepNotPossible, RoleMayNot, StaleVersion, ParcelNotFound.
    """
    require_past("notice_on", notice_on)
    move = begin(connection, basis, Step.INVESTIGATE, by or By())
    open_one = _open(connection, move)
    if open_one is not None:
        raise InvestigationOpen(where=move.code, parcel_code=move.code, notice_on=open_one["notice_on"])
    _require_document(connection, move, document_id)
    connection.execute(
        insert(Investigation).values(
            county_code=move.county, parcel_id=move.parcel_id, notice_on=notice_on, notice_document_id=document_id,
            note=by.reason if by else None,
        )
    )  # fmt: skip
    return move.done()


def determine(
    connection: Connection, basis: Basis, determined_on: date, document_id: int | None = None, by: By | None = None
) -> Edited:
    """The determination (《闲置土地认定书》) was issued: the parcel is registered.

    Raises:
        NoInvestigation, DayTooEarly and as :func:`investigate`.
    """
    require_past("determined_on", determined_on)
    move = begin(connection, basis, Step.DETERMINE, by or By())
    _find(connection, move, Finding.DETERMINED, determined_on, document_id)
    move.values["determined_on"] = determined_on
    return move.done()


def clear(
    connection: Connection, basis: Basis, found_on: date, document_id: int | None = None, by: By | None = None
) -> Edited:
    """The investigation found the land not idle: it is struck off, with the reason.

    Raises:
        NoInvestigation, DayTooEarly, ReasonMissing and as :func:`investigate`.
    """
    require_past("found_on", found_on)
    move = begin(connection, basis, Step.CLEAR, by or By())
    _find(connection, move, Finding.CLEARED, found_on, document_id)
    return move.done()


def _open(connection: Connection, move: Move) -> Row | None:
    table = INVESTIGATIONS.table
    wanted = select(table).where(table.c.parcel_id == move.parcel_id, table.c.finding.is_(None))
    found = connection.execute(wanted.with_for_update()).mappings().one_or_none()
    return dict(found) if found else None


def _find(connection: Connection, move: Move, finding: Finding, day: date, document_id: int | None) -> None:
    found = _open(connection, move)
    if found is None:
        raise NoInvestigation(where=move.code, parcel_code=move.code)
    require_after("found_on", day, found["notice_on"], NOTICE)
    _require_document(connection, move, document_id)
    write(
        connection, INVESTIGATIONS, found,
        {"finding": str(finding), "found_on": day, "finding_document_id": document_id},
    )  # fmt: skip


def _require_document(connection: Connection, move: Move, document_id: int | None) -> None:
    if document_id is not None:
        require_documents_of(connection, move.parcel_id, move.code, [document_id])
