"""A ledger from end to end: read the sheet, map its columns, type its values, place its rows, register."""

from dataclasses import replace
from typing import Any

from gisreg.batches.sources import taking
from gisreg.checks.policy import load_policy
from gisreg.counties import choose_county
from gisreg.days import today
from gisreg.db.engine import Actor, make_engine, transaction
from gisreg.db.statistics import refresh_statistics
from gisreg.intake.guessing import guesses, told
from gisreg.intake.keys import KEYS, PARCEL_CODE
from gisreg.intake.ledger.checking import checked
from gisreg.intake.ledger.faults import JoinKeyMissing, JoinKeyUnknown
from gisreg.intake.ledger.registering import Job, register
from gisreg.intake.ledger.source import LedgerSource, open_ledger
from gisreg.intake.ledger.towns import Towns, locate
from gisreg.intake.ledger.typing import (
    STATED_TOWNSHIP,
    TOWNSHIPS,
    TypedLedger,
    find_parcel_codes,
    texts_of,
    typed_ledger,
)
from gisreg.intake.load import Wanted, actor_name, chosen_mapping, known_kind
from gisreg.intake.mapping import Mapped, MappedColumn, in_todays_codes, target_columns
from gisreg.intake.proposing import Surroundings, pin
from gisreg.intake.report import Report
from gisreg.intake.sources import townships
from gisreg.intake.translating import translated_texts
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
        kept_in = settings.home if settings.keep_sources and not wanted.dry_run else None
        with taking(wanted.file, kept_in) as taken:
            source = open_ledger(wanted.file, layer=wanted.layer, encoding=wanted.encoding)
            codes = find_parcel_codes(source)
            with transaction(engine) as connection:
                county = choose_county(connection, wanted.county or settings.county)
                around = Surroundings(county, townships(connection, county))
            guessed = [] if wanted.mapping else guesses(source, mapping, kind, around)
            fields = [name for name in source.fields if name != codes]
            applied = in_todays_codes(pin(mapping, guessed).apply(fields, kind, source.hints), county)
            mapped = _with_codes(applied, codes)
            typed = typed_ledger(source, mapped, codes)
            towns = _placed(around, typed, mapped)
            policy = load_policy(settings.data_dir, settings.home)
            notes = (*towns.notes, *told(guessed), *checked(typed, mapped, policy, county, today()))
            job = Job(
                source, mapped, typed, _keys(source, typed, join), towns, notes, county,
                kind, wanted.file, taken.sha256(), wanted.dry_run, actor_name(settings), wanted.rows, wanted.compare,
                wanted.agree, wanted.strict,
            )  # fmt: skip
            taken.copied()
            report = replace(register(engine, job), translations=_translations(job))
            if report.batch is not None:
                taken.keep(settings.home, report.batch)
                refresh_statistics(engine, Actor(job.actor, "import"), report.loaded)
            return report
    finally:
        engine.dispose()


def _with_codes(mapped: Mapped, codes: str | None) -> Mapped:
    """The registry's own numbers are a column of the ledger like the others."""
    if codes is None:
        return mapped
    return replace(mapped, columns=(MappedColumn(PARCEL_CODE, codes, "text"), *mapped.columns))


def _keys(source: LedgerSource, typed: TypedLedger, join: str | None) -> tuple[str, ...]:
    if join is None:
        return tuple(key for key in KEYS if key in typed.columns)
    if join not in typed.columns:
        known = target_columns().get(join)
        title: Text = known.info["meaning"].title if known is not None else Text("宗地编号", "parcel code")
        raise JoinKeyMissing(source.shown, key=join, title=title.zh, title_en=title.en)
    return (join,)


def _translations(job: Job) -> list[dict[str, Any]]:
    """Words, codes and places; how a township was found is told by its place."""
    texts = {
        column.target: texts_of(job.source, column.source).to_pylist()
        for column in job.mapped.columns
        if column.target not in TOWNSHIPS
    }
    return [one.as_json() for one in (*translated_texts(job.mapped, texts), *job.towns.translations)]


def _placed(around: Surroundings, typed: TypedLedger, mapped: Mapped) -> Towns:
    rows = typed.numbers.to_pylist()
    addresses = typed.columns["address"].to_pylist() if "address" in typed.columns else [None] * len(rows)
    field = next((column.source for column in mapped.columns if column.target in TOWNSHIPS), None)
    return locate(around.townships, rows, typed.columns[STATED_TOWNSHIP].to_pylist(), addresses, field=field)
