"""Migrations' own SQL files: frozen with the migration that runs them."""

from pathlib import Path

from alembic import op

FOLDER = Path(__file__).parent / "sql"


def run(name: str) -> None:
    """Execute one file of ``migrations/sql`` as it stands (no parameters)."""
    op.get_bind().exec_driver_sql((FOLDER / name).read_text(encoding="utf-8").replace("%", "%%"))
