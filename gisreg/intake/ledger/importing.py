"""A ledger from end to end: read the sheet, map its columns, type its values, place its rows, register."""

from sqlalchemy import Connection, Engine, select

from gisreg.counties import choose_county
from gisreg.db.engine import Actor, make_engine, transaction
from gisreg.db.models import AdminUnit
from gisreg.db.statistics import refresh_statistics
from gisreg.intake.keys import KEYS, PARCEL_CODE
from gisreg.intake.ledger.faults import JoinKeyMissing, JoinKeyUnknown
from gisreg.intake.ledger.registering import Job, register
from gisreg.intake.ledger.source import LedgerSource, open_ledger
from gisreg.intake.ledger.towns import Towns, locate
from gisreg.intake.ledger.typing import (
    STATED_TOWNSHIP,
    TOWNSHIPS,
    TypedLedger,
    find_parcel_codes,
    typed_ledger,
)
from gisreg.intake.load import Wanted, actor_name, chosen_mapping, digest, known_kind
from gisreg.intake.mapping import Mapped, MappedColumn, target_columns
from gisreg.intake.report import Report
from gisreg.settings import Settings
from gisreg.text import Text


def import_ledger(settings: Settings, url: str, wanted: Wanted, join: str | None = None) -> Report:
    """Import one sheet into the registry at ``url``; all of it or nothing.

    ``join`` names the only key to join by; without it each row joins by the surest key that it has.
    """
    kind = known_kind(wanted.kind)
    mapping = chosen_mapping(settings, wanted.mapping)
    if join is not None and join not in KEYS:
        raise JoinKeyUnknown(where="--join", key=join, keys=", ".join(KEYS))
    engine = make_engine(url, pool_size=0, application_name="gisreg import")
    try:
        with digest(wanted.file) as fingerprint:
            source = open_ledger(wanted.file, layer=wanted.layer, encoding=wanted.encoding)
            codes = find_parcel_codes(source)
            fields = [name for name in source.fields if name != codes]
            mapped = _with_codes(mapping.apply(fields, kind, source.hints), codes)
            typed = typed_ledger(source, mapped, codes)
            with transaction(engine) as connection:
                county = choose_county(connection, wanted.county or settings.county)
                towns = _placed(connection, county, typed, mapped)
            job = Job(
                source, mapped, typed, _keys(source, typed, join), towns, towns.notes, county, kind, wanted.file,
                fingerprint(), wanted.dry_run, actor_name(settings),
            )  # fmt: skip
        report = register(engine, job)
        _refresh(engine, job, report)
        return report
    finally:
        engine.dispose()


def _with_codes(mapped: Mapped, codes: str | None) -> Mapped:
    """The registry's own numbers are a column of the ledger like the others."""
    if codes is None:
        return mapped
    return Mapped((MappedColumn(PARCEL_CODE, codes, "text"), *mapped.columns), mapped.defaults, mapped.unmapped)


def _keys(source: LedgerSource, typed: TypedLedger, join: str | None) -> tuple[str, ...]:
    if join is None:
        return tuple(key for key in KEYS if key in typed.columns)
    if join not in typed.columns:
        known = target_columns().get(join)
        title: Text = known.info["meaning"].title if known is not None else Text("宗地编号", "parcel code")
        raise JoinKeyMissing(source.shown, key=join, title=title.zh, title_en=title.en)
    return (join,)


def _placed(connection: Connection, county: str, typed: TypedLedger, mapped: Mapped) -> Towns:
    rows = typed.numbers.to_pylist()
    addresses = typed.columns["address"].to_pylist() if "address" in typed.columns else [None] * len(rows)
    field = next((column.source for column in mapped.columns if column.target in TOWNSHIPS), None)
    return locate(
        townships(connection, county), rows, typed.columns[STATED_TOWNSHIP].to_pylist(), addresses, field=field
    )


def townships(connection: Connection, county: str) -> dict[str, str]:
    """Names of a county's townships by code, as they are today."""
    wanted = select(AdminUnit.code, AdminUnit.name).where(
        AdminUnit.county_code == county, AdminUnit.level == "township", AdminUnit.valid_to == "infinity"
    )
    return {unit.code: unit.name for unit in connection.execute(wanted)}


def _refresh(engine: Engine, job: Job, report: Report) -> None:
    if not report.dry_run:
        refresh_statistics(engine, Actor(job.actor, "import"), report.loaded)
