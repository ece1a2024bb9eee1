"""The list of check-outs: who has which parcels, since when, and what became of each file."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, cast

from sqlalchemy import Connection, Table, func, insert, or_, select, text, update

from gisreg.checkout.errors import CheckoutClosed, CheckoutNotFound, NotHandedOutAs
from gisreg.checkout.package import Handed
from gisreg.db.models import Checkout, CheckoutParcel, Parcel, ParcelEdit
from gisreg.db.sql import load
from gisreg.parcels.read import Page, ParcelNotFound, Row
from gisreg.vocab import CheckoutState, Kind

CHECKOUT = cast(Table, Checkout.__table__)
PARCELS = cast(Table, CheckoutParcel.__table__)
AT_ONCE = 50_000
SHOWN_CODES, SHOWN_EDITS = 20, 1_000


@dataclass(frozen=True)
class HandedFile:
    """The file as it was handed out; of one that the list did not know only what it says itself."""

    name: str
    at: datetime
    rows: int
    sha256: str | None = None
    bytes: int | None = None


@dataclass(frozen=True)
class Elsewhere:
    """Another open check-out with parcels of this one."""

    id: str
    taken_by: str
    checked_out_at: datetime
    parcels: int
    parcel_codes: list[str]
    """The first of them."""


# -- writing


def enter(connection: Connection, handed: Handed, file: HandedFile, rows: Iterable[tuple[str, int]]) -> list[Elsewhere]:
    """Put a check-out on the list with its parcels; who else has some of them. One at a time in a county."""
    connection.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('gisreg.checkout.' || :county, 0))"),
        {"county": handed.county},
    )
    connection.execute(
        insert(CHECKOUT).values(
            id=handed.id,
            county_code=handed.county,
            taken_by=_plain(handed.checked_out_by),
            checked_out_at=file.at,
            filter=_plain(handed.filter) or None,
            kinds=[kind for kind in handed.kinds.split() if kind in list(Kind)],
            crs=handed.crs,
            personal=handed.personal == "yes",
            rows=file.rows,
            file_name=_plain(file.name),
            file_sha256=file.sha256,
            file_bytes=file.bytes,
        )
    )
    for page in _pages(rows):
        _enter_parcels(connection, handed, page)
    return elsewhere(connection, handed.id)


def _plain(words: str) -> str:
    """A file may say anything of itself; the database holds no such character."""
    return words.replace("\x00", "").encode("utf-8", "replace").decode()


def _pages(rows: Iterable[tuple[str, int]]) -> Iterator[list[tuple[str, int]]]:
    waiting = iter(rows)
    while page := list(islice(waiting, AT_ONCE)):
        yield page


def _enter_parcels(connection: Connection, handed: Handed, page: list[tuple[str, int]]) -> None:
    codes, versions = zip(*page, strict=True)
    facts = {"county": handed.county, "checkout": handed.id, "codes": list(codes), "versions": list(versions)}
    connection.execute(text(load("gisreg.checkout", "held.sql")), facts)


def lock(connection: Connection, checkout: str, county: str) -> Row | None:
    """The entry, held until the transaction ends; None where the list does not know the file.

    Raises:
        NotHandedOutAs: the number is another county's.
    """
    wanted = select(CHECKOUT).where(CHECKOUT.c.id == checkout).with_for_update()
    row = connection.execute(wanted).mappings().one_or_none()
    if row is not None and row["county_code"] != county:
        raise NotHandedOutAs(where=checkout, checkout=checkout)
    return dict(row) if row is not None else None


def close(connection: Connection, checkout: str, state: CheckoutState, reason: str | None = None) -> Row:
    """The file is back, or is not waited for any more; a new version of the entry."""
    done = connection.execute(
        update(CHECKOUT)
        .where(CHECKOUT.c.id == checkout)
        .values(state=state, closed_at=func.now(), closed_by=func.current_setting("gisreg.actor"), closed_reason=reason)
        .returning(CHECKOUT)
    )
    return dict(done.mappings().one())


def abandon(connection: Connection, checkout: str, reason: str) -> Row:
    """A file that does not come back: its parcels count as out no longer. It may still come, if somebody says so.

    Raises:
        CheckoutNotFound, CheckoutClosed.
    """
    locked = select(CHECKOUT).where(CHECKOUT.c.id == checkout).with_for_update()
    row = connection.execute(locked).mappings().one_or_none()
    if row is None:
        raise CheckoutNotFound(where=checkout, checkout=checkout)
    require_open(row)
    close(connection, checkout, CheckoutState.ABANDONED, reason)
    return read(connection, checkout)


def require_open(row: Any) -> None:
    """Only what is out can be closed.

    Raises:
        CheckoutClosed.
    """
    if row["state"] == CheckoutState.OPEN:
        return
    state = next(state for state in CheckoutState if state == row["state"])
    raise CheckoutClosed(
        checkout=row["id"], state=str(state), state_zh=state.zh, state_en=state.en.lower(),
        closed_by=row["closed_by"], closed_at=f"{row['closed_at']:%Y-%m-%d %H:%M}",
    )  # fmt: skip


# -- reading


def elsewhere(connection: Connection, checkout: str) -> list[Elsewhere]:
    """Other open check-outs that hold some of the same parcels."""
    found = connection.execute(
        text(load("gisreg.checkout", "elsewhere.sql")), {"checkout": checkout, "shown": SHOWN_CODES}
    )
    return [Elsewhere(*row) for row in found]


def listed(
    connection: Connection,
    county: str,
    *,
    state: CheckoutState | None = None,
    parcel_code: str | None = None,
    limit: int = 100,
) -> Page:
    """The newest check-outs first; those of one state, or with one parcel.

    Raises:
        ParcelNotFound: no parcel bears the number.
    """
    where = [CHECKOUT.c.county_code == county]
    if state is not None:
        where.append(CHECKOUT.c.state == state)
    if parcel_code is not None:
        where.append(CHECKOUT.c.id.in_(_with_parcel(connection, parcel_code)))
    total = connection.execute(select(func.count()).select_from(CHECKOUT).where(*where)).scalar_one()
    newest = select(CHECKOUT).where(*where).order_by(CHECKOUT.c.checked_out_at.desc(), CHECKOUT.c.id).limit(limit)
    return Page(total, [dict(row) for row in connection.execute(newest).mappings()])


def _with_parcel(connection: Connection, parcel_code: str) -> Any:
    key = connection.execute(select(Parcel.id).where(Parcel.parcel_code == parcel_code)).scalar_one_or_none()
    if key is None:
        raise ParcelNotFound(where=parcel_code, parcel_code=parcel_code)
    return select(PARCELS.c.checkout_id).where(PARCELS.c.parcel_id == key)


def read(connection: Connection, checkout: str) -> Row:
    """One check-out: what is on the list, the edits that came of it, and who else has some of its parcels.

    Raises:
        CheckoutNotFound.
    """
    row = connection.execute(select(CHECKOUT).where(CHECKOUT.c.id == checkout)).mappings().one_or_none()
    if row is None:
        raise CheckoutNotFound(where=checkout, checkout=checkout)
    shared = elsewhere(connection, checkout) if row["state"] == CheckoutState.OPEN else []
    return {**row, "edits": _edits(connection, row), "elsewhere": shared}


def _edits(connection: Connection, row: Any) -> list[Row]:
    """The journal names the check-out as the way in."""
    way = f"checkin:{row['id']}"
    found = connection.execute(
        select(
            ParcelEdit.id, ParcelEdit.operation, ParcelEdit.recorded_at, ParcelEdit.recorded_by,
            func.cardinality(ParcelEdit.parcel_ids).label("parcels"),
        )
        .where(
            ParcelEdit.county_code == row["county_code"],
            ParcelEdit.recorded_at >= row["checked_out_at"],
            or_(ParcelEdit.recorded_from.startswith(f"{way}:"), ParcelEdit.recorded_from.startswith(f"{way}#")),
        )
        .order_by(ParcelEdit.id)
        .limit(SHOWN_EDITS)
    )  # fmt: skip
    return [dict(one) for one in found.mappings()]


def out_with(connection: Connection, parcel_code: str) -> list[Row]:
    """Who has a parcel out in the field now."""
    found = connection.execute(
        select(CHECKOUT.c.id, CHECKOUT.c.taken_by, CHECKOUT.c.checked_out_at, PARCELS.c.version)
        .join(PARCELS, PARCELS.c.checkout_id == CHECKOUT.c.id)
        .join(Parcel, Parcel.id == PARCELS.c.parcel_id)
        .where(Parcel.parcel_code == parcel_code, CHECKOUT.c.state == CheckoutState.OPEN)
        .order_by(CHECKOUT.c.checked_out_at, CHECKOUT.c.id)
    )
    return [dict(row) for row in found.mappings()]
