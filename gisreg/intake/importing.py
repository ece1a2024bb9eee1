"""One way in for every file: boundaries with their facts, or a ledger of facts alone."""

from dataclasses import replace
from typing import Any

from gisreg.intake.crosswalks import former_code
from gisreg.intake.ledger.faults import JoinNeedsLedger
from gisreg.intake.ledger.source import is_ledger
from gisreg.intake.load import Progress, Wanted, chosen_mapping, import_parcels, known_kind
from gisreg.intake.mapping import in_todays_codes
from gisreg.intake.opening import open_source
from gisreg.intake.parallel import Team
from gisreg.intake.report import Report
from gisreg.intake.translating import translated_codes
from gisreg.settings import Settings


def import_file(
    settings: Settings,
    url: str,
    wanted: Wanted,
    join: str | None = None,
    *,
    progress: Progress = lambda _done, _all: None,
    team: Team | None = None,
) -> Report:
    """Import a file into the registry at ``url``; the format decides how. All of it or nothing."""
    if is_ledger(wanted.file, wanted.encoding):
        from gisreg.intake.ledger.importing import import_ledger  # noqa: PLC0415 - only ledgers need it

        return import_ledger(settings, url, wanted, join)
    if join is not None:
        raise JoinNeedsLedger(str(wanted.file), key=join)
    report = import_parcels(settings, url, wanted, progress, team)
    return replace(report, translations=_translations(settings, wanted, report.county))


def _translations(settings: Settings, wanted: Wanted, county: str) -> list[dict[str, Any]]:
    """Codes brought to another scheme or to today's, which few mappings and counties ask for."""
    mapping = chosen_mapping(settings, wanted.mapping)
    if not mapping.schemes and former_code(county) is None:
        return []
    with open_source(wanted.file, layer=wanted.layer, crs_given=wanted.crs, encoding=wanted.encoding) as source:
        mapped = in_todays_codes(mapping.apply(source.fields, known_kind(wanted.kind)), county)
        return [one.as_json() for one in translated_codes(source, mapped)]
