"""Fresh planner statistics after big loads."""

from sqlalchemy import Engine, text

from gisreg.db.engine import Actor, transaction

WORTH_IT_ROWS = 10_000
"""Below this many new rows autovacuum's own rhythm is good enough."""
TARGET = 30
"""A third of PostgreSQL's own detail takes a third of the time; autovacuum looks more closely soon after."""


def refresh_statistics(engine: Engine, actor: Actor, new_rows: int) -> None:
    """Let the database look at its tables again if ``new_rows`` make a difference."""
    if new_rows >= WORTH_IT_ROWS:
        with transaction(engine, actor) as connection:
            connection.execute(text(f"SET LOCAL default_statistics_target = {TARGET}"))
            connection.execute(text("SELECT refresh_statistics()"))
