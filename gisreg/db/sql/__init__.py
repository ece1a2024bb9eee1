"""Named SQL files: read, reviewed and explained as SQL."""

from functools import cache
from importlib.resources import files


@cache
def load(package: str, name: str) -> str:
    """The text of ``name`` (for instance ``left.sql``) that lies in ``package`` (for instance ``gisreg.ledger``)."""
    return files(package).joinpath(name).read_text(encoding="utf-8")
