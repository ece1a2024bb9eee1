"""Contracts on a parcel, and their clean-up (合同清理) in one of four ways."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select

from gisreg.days import today
from gisreg.db.models import Contract
from gisreg.parcels.read import Row
from gisreg.records import (
    Book,
    FieldMissing,
    RecordBasis,
    add,
    change,
    code_of,
    get,
    lock_basis,
    parcel_key,
    require_day,
    write,
)
from gisreg.rights.errors import CleanedUp, StepInFuture
from gisreg.rights.parties import find_party
from gisreg.rights.words import CleanUp
from gisreg.text import Text

CONTRACTS = Book(
    Contract, "id", Text("合同", "contract"),
    (
        "contract_no", "supervision_no", "signed_on", "price_wan", "area_m2", "contract_class", "party_id", "starts_on",
        "ends_on", "problem",
    ),
    ("contract_no",),
)  # fmt: skip


@dataclass
class Cleaned:
    """Contracts cleaned up in one way."""

    count: int = 0
    amount_wan: float = 0.0


@dataclass
class CleanUpReport:
    """How far the clean-up is: contracts found faulty, by way, and the large ones."""

    found: int
    cleaned: int
    large: int
    large_cleaned: int
    large_from_wan: float
    amount_wan: float
    by_way: dict[str, Cleaned] = field(default_factory=dict)

    @property
    def rate(self) -> float | None:
        """Cleaned up of those found, 0 to 1; None where there are none."""
        return self.cleaned / self.found if self.found else None


def add_contract(connection: Connection, parcel_code: str, values: Mapping[str, Any]) -> Row:
    """A contract on a parcel.

    Raises:
        ParcelNotFound, ParcelRetired, RecordNotFound, FieldUnknown, ValueUnusable, FieldMissing, DatesTurned.
    """
    parcel = parcel_key(connection, parcel_code, lock=True)
    find_party(connection, parcel["county_code"], CONTRACTS.read(values).get("party_id"))
    return add(connection, CONTRACTS, parcel["county_code"], values, parcel_id=parcel["id"])


def change_contract(connection: Connection, county: str, basis: RecordBasis, values: Mapping[str, Any]) -> Row:
    """A new version of a contract.

    Raises:
        RecordNotFound, StaleRecord, FieldUnknown, ValueUnusable, FieldMissing, DatesTurned, NothingChanges.
    """
    find_party(connection, county, CONTRACTS.read(values).get("party_id"))
    return change(connection, CONTRACTS, county, basis, values)


def clean_up(
    connection: Connection, county: str, basis: RecordBasis, way: CleanUp, *, on: date | None = None,
    basis_text: str | None = None,
) -> Row:  # fmt: skip
    """The way in which a contract is cleaned up and, once it is done, when and on what basis.

    Raises:
        RecordNotFound, StaleRecord, CleanedUp, StepInFuture, FieldMissing, NothingChanges.
    """
    seen = get(connection, CONTRACTS, county, basis.key)
    parcel_key(connection, code_of(connection, seen["parcel_id"]))
    contract = lock_basis(connection, CONTRACTS, county, basis)
    if contract["cleaned_on"] is not None:
        raise CleanedUp(where=str(basis.key), contract_no=contract["contract_no"], on=contract["cleaned_on"])
    if on is not None:
        require_day("on", on)
        if on > today():
            raise StepInFuture(where="on", done_on=on)
        if not (basis_text or "").strip():
            raise FieldMissing(where="clean_up_basis", field=Text("清理依据", "the basis"))
    values = {"clean_up": way, "cleaned_on": on, "clean_up_basis": (basis_text or "").strip() or None}
    return write(connection, CONTRACTS, contract, values)


def clean_up_report(connection: Connection, county: str, large_from_wan: float) -> CleanUpReport:
    """Contracts with a problem or a way of clean-up, counted by way; large ones by themselves."""
    table = CONTRACTS.table
    large = table.c.price_wan >= large_from_wan
    done = table.c.cleaned_on.is_not(None)
    faulty = table.c.problem.is_not(None) | table.c.clean_up.is_not(None)
    rows = connection.execute(
        select(
            table.c.clean_up, done.label("done"), func.count().label("count"),
            func.count().filter(large).label("large"), func.coalesce(func.sum(table.c.price_wan), 0.0).label("amount"),
        )
        .where(table.c.county_code == county, faulty)
        .group_by(table.c.clean_up, done)
    ).all()  # fmt: skip
    report = CleanUpReport(0, 0, 0, 0, large_from_wan, 0.0, {str(way): Cleaned() for way in CleanUp})
    for way, is_done, count, large_count, amount in rows:
        report.found += count
        report.large += large_count
        report.amount_wan += amount
        if is_done:
            report.cleaned += count
            report.large_cleaned += large_count
            report.by_way[way].count += count
            report.by_way[way].amount_wan += amount
    return report


def contracts_on(connection: Connection, parcel_id: int) -> list[Row]:
    """All contracts of a parcel."""
    table = CONTRACTS.table
    wanted = select(table).where(table.c.parcel_id == parcel_id).order_by(table.c.id)
    return [dict(row) for row in connection.execute(wanted).mappings()]
