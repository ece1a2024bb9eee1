"""Everything that the books say about the rights in one parcel."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from gisreg.days import today
from gisreg.db.models import Party, TitleDecision, TitleEvent
from gisreg.parcels.read import Row
from gisreg.records import parcel_key
from gisreg.rights.burdens import burdens_on
from gisreg.rights.contracts import contracts_on
from gisreg.rights.holder import holder_of
from gisreg.rights.holding import rights_in
from gisreg.rights.masking import masked
from gisreg.rights.shares import in_force, share_of
from gisreg.rights.title import titles_of


def rights_of(connection: Connection, parcel_code: str, day: date | None = None) -> Row:
    """Title, rights, encumbrances, contracts, steps and decisions of a parcel; numbers of parties are masked.

    A number out of use has no title any more; what was on its books is told.

    Raises:
        ParcelNotFound.
    """
    parcel = parcel_key(connection, parcel_code, in_use=False)
    on = day or today()
    rights, burdens, contracts = (read(connection, parcel["id"]) for read in (rights_in, burdens_on, contracts_on))
    parties = _parties(connection, {one["party_id"] for one in (*rights, *burdens, *contracts)} - {None})
    return {
        "parcel_code": parcel_code,
        "title": [
            one for title in titles_of(connection, parcel["county_code"], [parcel["id"]], on) for one in title.fields
        ],
        "holder": holder_of(connection, parcel["id"], on).as_json(),
        "rights": [_right(one, parties, on) for one in rights],
        "encumbrances": [{**one, "party": parties.get(one["party_id"])} for one in burdens],
        "contracts": [{**one, "party": parties.get(one["party_id"])} for one in contracts],
        "steps": _entries(connection, TitleEvent, parcel["id"]),
        "decisions": _entries(connection, TitleDecision, parcel["id"]),
    }


def _right(row: Row, parties: dict[int, Row], day: date) -> Row:
    share = share_of(row)
    shown = {name: value for name, value in row.items() if name not in ("share_numerator", "share_denominator")}
    told = {"share": None if share is None else str(share), "in_force": in_force(row, day)}
    return {**shown, **told, "party": parties.get(row["party_id"])}


def _parties(connection: Connection, ids: set[Any]) -> dict[int, Row]:
    if not ids:
        return {}
    wanted = select(Party.id, Party.name, Party.party_type, Party.holder_class, Party.id_no).where(Party.id.in_(ids))
    return {row["id"]: {**row, "id_no": masked(row["id_no"])} for row in connection.execute(wanted).mappings()}


def _entries(connection: Connection, model: Any, parcel_id: int) -> list[Row]:
    table = model.__table__
    wanted = select(table).where(table.c.parcel_id == parcel_id).order_by(table.c.id)
    return [dict(row) for row in connection.execute(wanted).mappings()]
