"""Whether a database's schema is the one that the code expects. Without Alembic, whose import takes as long as a whole
answer: only what runs migrations loads it."""

import re
from pathlib import Path

from sqlalchemy import Connection, text

from gisreg.db.base import SCHEMA
from gisreg.db.errors import SchemaMissing
from gisreg.settings import PROJECT_DIR

VERSIONS = PROJECT_DIR / "migrations" / "versions"
_NAMED = re.compile(r'^(down_revision|revision) = "(\w+)"', re.MULTILINE)


def head_revision(folder: Path = VERSIONS) -> str:
    """The revision that the code expects: the one that no other follows."""
    named = [pair for file in folder.glob("*.py") for pair in _NAMED.findall(file.read_text(encoding="utf-8"))]
    followed = {revision for name, revision in named if name == "down_revision"}
    head: str
    (head,) = {revision for name, revision in named if name == "revision"} - followed
    return head


def current_revision(connection: Connection) -> str | None:
    """The revision of the database, or None where it holds no registry."""
    table = f"{SCHEMA}.alembic_version"
    if connection.execute(text("SELECT to_regclass(:table)"), {"table": table}).scalar_one() is None:
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {table}")).scalar_one_or_none()  # noqa: S608 - our own name
    return found


def require_current(connection: Connection) -> None:
    """Refuse to work on a schema that is older or newer than the code."""
    found, wanted = current_revision(connection), head_revision()
    if found != wanted:
        raise SchemaMissing("", detail=f"{found or '-'} → {wanted}")
