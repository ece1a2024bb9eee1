"""Named SQL files: read, reviewed and explained as SQL."""

from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import Connection


@cache
def load(package: str, name: str) -> str:
    """The text of ``name`` (for instance ``left.sql``) that lies in ``package`` (for instance ``gisreg.ledger``)."""
    return files(package).joinpath(name).read_text(encoding="utf-8")


def run_script(connection: Connection, script: str) -> None:
    """Plain SQL in which colons and percent signs mean themselves."""
    driver: Any = connection.connection.cursor()
    driver.execute(script)
    driver.close()
