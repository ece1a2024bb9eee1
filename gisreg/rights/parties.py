"""Parties: people and organisations. Personal data stay in this book; what leaves it is masked."""

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from gisreg.db.models import Party
from gisreg.parcels.read import Page, Row
from gisreg.records import Book, RecordBasis, add, change, find, get, history, unusable
from gisreg.rights.errors import PartyKnown
from gisreg.rights.masking import masked
from gisreg.rights.words import PartyType
from gisreg.text import Text

PARTIES = Book(
    Party,
    "id",
    Text("权利主体", "party"),
    ("name", "party_type", "holder_class", "id_no", "phone"),
    ("name", "party_type"),
)
_ID_NO = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{3,38}[0-9A-Za-z]")
_PHONE = re.compile(r"\+?[0-9][0-9 -]{4,23}[0-9]")
MAX_NAME = 200
PERSONAL = ("id_no", "phone")


def add_party(connection: Connection, county: str, values: Mapping[str, Any]) -> Row:
    """A new party; the same paper in the county is the same party.

    Raises:
        FieldUnknown, ValueUnusable, FieldMissing, PartyKnown.
    """
    given = {"party_type": PartyType.ORGANISATION, **values}
    _check(given)
    _require_new(connection, county, given.get("id_no"))
    return told(add(connection, PARTIES, county, given))


def change_party(connection: Connection, county: str, basis: RecordBasis, values: Mapping[str, Any]) -> Row:
    """A new version of a party.

    Raises:
        RecordNotFound, StaleRecord, FieldUnknown, ValueUnusable, NothingChanges, PartyKnown.
    """
    _check(values)
    _require_new(connection, county, values.get("id_no"), basis.key)
    return told(change(connection, PARTIES, county, basis, values))


def _check(values: Mapping[str, Any]) -> None:
    for field, form, expected in (
        ("id_no", _ID_NO, Text("5 至 40 位字母、数字", "5 to 40 letters and digits")),
        ("phone", _PHONE, Text("电话号码", "a telephone number")),
    ):
        value = values.get(field)
        if value and not (isinstance(value, str) and form.fullmatch(value.strip())):
            raise unusable(field, STARS, expected)
    if len(str(values.get("name") or "")) > MAX_NAME:
        raise unusable("name", values["name"], Text(f"不超过 {MAX_NAME} 个字", f"at most {MAX_NAME} characters"))


def _require_new(connection: Connection, county: str, id_no: str | None, but: str | int | None = None) -> None:
    """Nobody else in the county has this paper."""
    if not id_no or not id_no.strip():
        return
    table = PARTIES.table
    same = select(table.c.id).where(table.c.county_code == county, table.c.id_no == id_no.strip())
    known = connection.execute(same.where(table.c.id != (but or 0)).order_by(table.c.id).limit(1)).scalar_one_or_none()
    if known is not None:
        raise PartyKnown(where="id_no", party_id=known)


STARS = "***"
"""Stands for a number that cannot be read: an error is an output too."""


def told(row: Mapping[str, Any]) -> Row:
    """A party for readers: numbers are masked."""
    return {**row, **{field: masked(row[field]) for field in PERSONAL if field in row}}


def get_party(connection: Connection, county: str, party_id: int) -> Row:
    """One party.

    Raises:
        RecordNotFound.
    """
    return told(get(connection, PARTIES, county, party_id))


def find_party(connection: Connection, county: str, party_id: int | None) -> None:
    """Make sure that the party is there.

    Raises:
        RecordNotFound.
    """
    if party_id is not None and find(connection, PARTIES, county, party_id) is None:
        get(connection, PARTIES, county, party_id)


def party_history(connection: Connection, county: str, party_id: int) -> list[Row]:
    """All versions of a party, masked.

    Raises:
        RecordNotFound.
    """
    return [{**one, "content": told(one["content"])} for one in history(connection, PARTIES, county, party_id)]


def list_parties(
    connection: Connection, county: str, *, name: str | None = None, limit: int = 100, offset: int = 0
) -> Page:
    """Parties by name; ``name`` is a part of it."""
    table = PARTIES.table
    wanted = [table.c.county_code == county]
    if name:
        wanted.append(func.strpos(table.c.name, name) > 0)
    total = connection.execute(select(func.count()).select_from(table).where(*wanted)).scalar_one()
    rows = connection.execute(
        select(table).where(*wanted).order_by(table.c.name, table.c.id).limit(limit).offset(offset)
    )
    return Page(total, [told(dict(row)) for row in rows.mappings()])
