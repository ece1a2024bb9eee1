"""Any file as a source, whether it has shapes or is a ledger; and the townships that its rows may lie in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, text

from gisreg.intake.ledger.source import is_ledger, open_ledger
from gisreg.intake.opening import open_source
from gisreg.intake.source import Source

TOWNSHIPS = """
    SELECT code, name FROM admin_unit WHERE county_code = :county AND level = 'township' AND valid_to = 'infinity'
"""


@contextmanager
def opened(
    path: Path, *, layer: str | None = None, crs_given: str | None = None, encoding: str | None = None
) -> Iterator[Source]:
    """The one layer or sheet meant."""
    if is_ledger(path, encoding):
        yield open_ledger(path, layer=layer, encoding=encoding)
        return
    with open_source(path, layer=layer, crs_given=crs_given, encoding=encoding) as source:
        yield source


def townships(connection: Connection, county: str) -> dict[str, str]:
    """Names of a county's townships by code, as they are today."""
    found = connection.execute(text(TOWNSHIPS), {"county": county})
    return {unit.code: unit.name for unit in found}
