"""One way in for every file: boundaries with their facts, or a ledger of facts alone."""

from gisreg.intake.ledger.faults import JoinNeedsLedger
from gisreg.intake.ledger.source import is_ledger
from gisreg.intake.load import Progress, Wanted, import_parcels
from gisreg.intake.parallel import Team
from gisreg.intake.report import Report
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
    return import_parcels(settings, url, wanted, progress, team)
