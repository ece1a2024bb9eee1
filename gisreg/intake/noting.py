"""The reader's notes among the database's findings: one report, in the order of the file."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, text

from gisreg.intake.notes import WHOLE_FILE, Note, as_params
from gisreg.intake.report import Problem
from gisreg.vocab import Severity

UNREADABLE_FAULT = "broken_geometry"
"""How the database refuses a row that the reader could not read."""
LEFT_ALONE = "SELECT row_no, fate FROM fate WHERE row_no = ANY(:rows) AND fate IN ('refused', 'unchanged')"


def with_notes(
    connection: Connection, problems: list[Problem], notes: Sequence[Note], counts: dict[str, Any]
) -> tuple[list[Problem], dict[str, Any]]:
    """Findings and counts, the notes included.

    A refusal by the reader takes the place of the database's; of rows refused or unchanged nothing else is told.
    """
    if not notes:
        return problems, counts
    rows = sorted({note.row for note in notes})
    fates: dict[int, str] = dict(connection.execute(text(LEFT_ALONE), {"rows": rows}).tuples().all())
    unreadable = {one.row for one in problems if one.fault == UNREADABLE_FAULT}
    refusals = {note.row for note in notes if note.refuses}.intersection(unreadable)
    kept = [one for one in problems if one.row not in refusals or one.grade != Severity.REFUSED]
    told = [note for note in notes if _is_told(note, fates, refusals)]
    added = [Problem(**as_params(note)) for note in told]
    warned = {one.row for one in problems if one.grade == Severity.WARNED}
    newly = {one.row for one in added if one.grade == Severity.WARNED} - warned - {WHOLE_FILE}
    merged = sorted([*kept, *added], key=lambda one: one.row)
    return merged, {**counts, "warned": counts["warned"] + len(newly)}


def _is_told(note: Note, fates: dict[int, str], refusals: Collection[int]) -> bool:
    if note.refuses:
        return note.row in refusals
    return note.row not in fates
