"""Parcels of one descent: a contract closes one of them, and what it says goes with that one."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, BIGINT, TEXT

from gisreg.db.sql import load
from gisreg.ledger.closeout.errors import ProvesAnother
from gisreg.ledger.closeout.moves import Move
from gisreg.ledger.closeout.rulebook import CloseOutRules, Way
from gisreg.parcels.attributes import title_of
from gisreg.parcels.editing import Subject
from gisreg.parcels.read import Row
from gisreg.text import Text
from gisreg.vocab import State

NUMBER = "supervision_no"
IDENTITY = (NUMBER, "contract_no", "contract_on")
"""By what two parcels are seen to state one contract; the first that both know decides."""
PRICE = ("price_wan", "paid_wan")
CONTRACT = (*IDENTITY, "agreed_start_on", "agreed_completion_on", *PRICE, "price_paid_in_full")
"""What a parcel states of the contract by which it is supplied."""
AREAS = ("supplied_area_m2", "due_area_m2")
"""How much of the land a contract supplies, and how much is due to be built on, in m²."""
DIGITS = 4
_ENDED = (State.SUBMITTED, State.CLOSED, State.REMOVED, State.TAKEN_BACK)
OWN_PAPER = Text(
    "请附上本宗自己的合同或决定书;一份合同供应两宗的,撤销前次销号、合并后一并上报",
    "attach this parcel's own contract or decision; where one contract is for both, undo that close-out, merge the two"
    " and submit them as one",
)
OWN_NUMBER = Text(
    "请用 gisreg parcels edit {code} --based-on 版本 --set supervision_no=… 填写本宗自己的编号",
    "fill in the parcel's own number: gisreg parcels edit {code} --based-on VERSION --set supervision_no=…",
)
_USED = text(load("gisreg.ledger.closeout", "proves_another.sql")).bindparams(
    bindparam("kin", type_=ARRAY(BIGINT)), bindparam("once", type_=ARRAY(TEXT)),
    bindparam("documents", type_=ARRAY(BIGINT)), bindparam(NUMBER, type_=TEXT),
)  # fmt: skip


def kin_of(connection: Connection, parcel_id: int) -> list[int]:
    """The other parcels of its descent, by their keys."""
    found = connection.execute(text(load("gisreg.ledger.closeout", "kin.sql")), {"parcel": parcel_id})
    return list(found.scalars())


def by_number(way: Way) -> bool:
    """Whether a way is that of a contract with a supervision number."""
    return NUMBER in way.fields


def require_own(connection: Connection, move: Move, way: Way, given: Sequence[tuple[str, int]]) -> None:
    """What proves one parcel only proves no other of its descent, by a close-out that stands or waits.

    Raises:
        ProvesAnother.
    """
    once = [proof for proof in way.proofs() if move.rules.proofs[proof].once]
    kin = kin_of(connection, move.parcel_id) if once else []
    if not kin:
        return
    row = move.subject.row
    asked = {
        "kin": kin, "once": once, "documents": [document for proof, document in given if proof in once],
        NUMBER: row[NUMBER] if by_number(way) else None,
    }  # fmt: skip
    found = connection.execute(_USED, asked).one_or_none()
    if found is not None:
        raise ProvesAnother(
            where=move.code, parcel_code=move.code, other=found.parcel_code, **_told(row, found.document)
        )


def _told(row: Row, document: int | None) -> dict[str, Any]:
    if document is not None:
        proof, mend = Text(f"文档 {document}", f"document {document}"), OWN_PAPER
    else:
        title = title_of(NUMBER)
        proof, mend = Text(f"{title.zh} {row[NUMBER]}", f"{title.en.lower()} {row[NUMBER]}"), OWN_NUMBER
    code = row["parcel_code"]
    return {"proof": proof, "how_zh": mend.say("zh", code=code), "how_en": mend.say("en", code=code)}


def price_of_part(rules: CloseOutRules, row: Row, measure: str) -> dict[str, Any]:
    """Of a parcel whose part is supplied by a contract: the price is that part's, and not divided by area."""
    supplied = any(by_number(way) for way in rules.ways_of(str(row["kind"]), measure))
    return {name: row[name] for name in PRICE if supplied and row[name] is not None}


def hand_over(connection: Connection, move: Move) -> None:
    """What is stated of the contract that supplied a parcel goes with it: those of its descent that still wait for a
    supply, and state the same contract, state none afterwards. Of areas the parcel takes as much as it has land."""
    ids = kin_of(connection, move.parcel_id)
    part = dict(move.subject.row)
    for row in move.edit.lock_ids(ids).values() if ids else ():
        if row["state"] in _ENDED or row["kind"] != part["kind"] or not _same_contract(row, part):
            continue
        left = {name: None for name in CONTRACT if row[name] is not None}
        move.beside.append((Subject(row), {**left, **_areas_over(part, row)}))
    move.values.update({name: part[name] for name in AREAS if part[name] != move.subject.row[name]})


def _same_contract(row: Row, part: Mapping[str, Any]) -> bool:
    known = (name for name in IDENTITY if row[name] is not None and part[name] is not None)
    first = next(known, None)
    return first is not None and row[first] == part[first]


def _areas_over(part: dict[str, Any], row: Row) -> dict[str, float]:
    """What is left of the areas of a parcel; the part has the rest."""
    land = part["official_area_m2"] if part["official_area_m2"] is not None else part["area_m2"]
    left = {}
    for name in AREAS:
        goes = min(row[name] or 0.0, max((land or 0.0) - (part[name] or 0.0), 0.0))
        if goes:
            part[name] = round((part[name] or 0.0) + goes, DIGITS)
            left[name] = round(row[name] - goes, DIGITS)
    return left
