"""The books of affairs: add, change, list; each entry known by its number."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, or_, select, text

from gisreg.affairs.errors import CreditCodeTaken, Overdrawn
from gisreg.affairs.words import Affair
from gisreg.db.models import Approval, AssetCard, Enterprise, Project, Zone
from gisreg.db.shapes import ewkb
from gisreg.parcels.read import Page, Row
from gisreg.records import Book, RecordBasis, add, change, get, lock_basis, unusable
from gisreg.text import Text

if TYPE_CHECKING:
    from gisreg.parcels.boundary.given import Given

BOOKS: dict[Affair, Book] = {
    Affair.APPROVAL: Book(
        Approval, "approval_no", Affair.APPROVAL.titles,
        ("name", "approved_on", "authority", "approved_area_m2", "supplied_area_m2", "withdrawn_area_m2", "remark"),
    ),
    Affair.PROJECT: Book(Project, "project_code", Affair.PROJECT.titles, ("name",), ("name",)),
    Affair.ENTERPRISE: Book(Enterprise, "id", Affair.ENTERPRISE.titles, ("name", "credit_code"), ("name",)),
    Affair.ZONE: Book(Zone, "code", Affair.ZONE.titles, ("name", "name_en"), ("name",)),
    Affair.CARD: Book(
        AssetCard, "card_no", Affair.CARD.titles,
        (
            "unit_name", "asset_name", "parcel_code", "cadastral_code", "real_estate_unit_code", "area_m2",
            "floor_area_m2", "book_value_wan", "booked_on", "struck_on",
        ),
    ),
}  # fmt: skip
ZONE_CODE = re.compile(r"[0-9A-Za-z-]{1,20}")
CREDIT_CODE = re.compile(r"[0-9A-Z]{15,18}")
SPARE_M2 = 0.0001
"""What four decimals of a square metre may be rounded by."""


def add_affair(connection: Connection, county: str, affair: Affair, values: Mapping[str, Any]) -> Row:
    """A new entry.

    Raises:
        FieldUnknown, ValueUnusable, FieldMissing, RecordExists, Overdrawn, CreditCodeTaken.
    """
    book = BOOKS[affair]
    read = book.read(values, (book.key,) if book.key != "id" else ())
    require_sound(connection, county, affair, read)
    return told(add(connection, book, county, values))


def change_affair(
    connection: Connection, county: str, affair: Affair, basis: RecordBasis, values: Mapping[str, Any]
) -> Row:
    """A new version of an entry.

    Raises:
        RecordNotFound, StaleRecord, FieldUnknown, ValueUnusable, NothingChanges, Overdrawn, CreditCodeTaken.
    """
    book = BOOKS[affair]
    now = get(connection, book, county, basis.key, lock=True)
    require_sound(connection, county, affair, {**now, **book.read(values)})
    return told(change(connection, book, county, basis, values))


def require_sound(connection: Connection, county: str, affair: Affair, row: Mapping[str, Any]) -> None:
    """What an entry must be besides its types.

    Raises:
        ValueUnusable, Overdrawn, CreditCodeTaken.
    """
    require_sound_by_itself(affair, row)
    code = row.get("credit_code")
    if affair == Affair.ENTERPRISE and code:
        taken = select(Enterprise.id).where(
            Enterprise.county_code == county, Enterprise.credit_code == code, Enterprise.id != (row.get("id") or 0)
        )
        other = connection.execute(taken).scalar_one_or_none()
        if other is not None:
            raise CreditCodeTaken(where="credit_code", value=code, other=other)


def require_sound_by_itself(affair: Affair, row: Mapping[str, Any]) -> None:
    """The same without looking at others.

    Raises:
        ValueUnusable, Overdrawn.
    """
    if affair == Affair.APPROVAL:
        _require_balance(row)
    if affair == Affair.ENTERPRISE and row.get("credit_code") and not CREDIT_CODE.fullmatch(row["credit_code"]):
        raise unusable(
            "credit_code", row["credit_code"], Text("15 至 18 位大写字母、数字", "15 to 18 capitals and digits")
        )
    if affair == Affair.ZONE and row.get("code") and not ZONE_CODE.fullmatch(row["code"]):
        raise unusable("code", row["code"], Text("1 至 20 位字母、数字", "1 to 20 letters and digits"))


def _require_balance(row: Mapping[str, Any]) -> None:
    approved = row.get("approved_area_m2")
    supplied, withdrawn = (row.get(f"{name}_area_m2") or 0.0 for name in ("supplied", "withdrawn"))
    if approved is not None and supplied + withdrawn > approved + SPARE_M2:
        raise Overdrawn(
            where="approved_area_m2", approval_no=row.get("approval_no", ""), supplied=supplied, withdrawn=withdrawn,
            approved=approved,
        )  # fmt: skip


def told(row: Mapping[str, Any]) -> Row:
    """An entry for readers: a zone without its boundary, but with whether it has one."""
    if "boundary" not in row:
        return dict(row)
    return {**{name: value for name, value in row.items() if name != "boundary"}, "mapped": row["boundary"] is not None}


def get_affair(connection: Connection, county: str, affair: Affair, key: str | int) -> Row:
    """One entry.

    Raises:
        RecordNotFound.
    """
    return told(get(connection, BOOKS[affair], county, key))


def list_affairs(
    connection: Connection, county: str, affair: Affair, *, words: str | None = None, limit: int = 100, offset: int = 0
) -> Page:
    """Entries by their numbers; ``words`` is a part of the number or the name."""
    book = BOOKS[affair]
    columns = book.table.columns
    wanted = [columns.county_code == county]
    if words:
        sought = [columns[name] for name in (book.key, "name", "asset_name", "credit_code") if name in columns]
        wanted.append(or_(*(func.strpos(func.cast(one, columns.county_code.type), words) > 0 for one in sought)))
    total = connection.execute(select(func.count()).select_from(book.table).where(*wanted)).scalar_one()
    listed = select(book.table).where(*wanted).order_by(columns[book.key]).limit(limit).offset(offset)
    return Page(total, [told(dict(row)) for row in connection.execute(listed).mappings()])


def set_zone_boundary(connection: Connection, county: str, basis: RecordBasis, given: "Given") -> Row:
    """The boundary of a zone, by a new version.

    Raises:
        RecordNotFound, StaleRecord.
    """
    lock_basis(connection, BOOKS[Affair.ZONE], county, basis)
    connection.execute(
        text(
            "UPDATE zone SET boundary = ST_Multi(ST_CollectionExtract(ST_MakeValid(ST_Transform("
            "ST_GeomFromEWKB(:shape), 4490)), 3)) WHERE county_code = :county AND code = :code"
        ),
        {"shape": ewkb(given.polygon(), given.srid), "county": county, "code": basis.key},
    )
    return get_affair(connection, county, Affair.ZONE, basis.key)
