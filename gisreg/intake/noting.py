"""The reader's notes among the database's findings: one report, in the order of the file."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from sqlalchemy import Connection, text

from gisreg.checks.policy import OFF, Policy
from gisreg.errors import InputError
from gisreg.intake.notes import WHOLE_FILE, Note, as_params
from gisreg.intake.report import Problem
from gisreg.text import Text
from gisreg.vocab import Severity

UNREADABLE_FAULT = "broken_geometry"
"""How the database refuses a row that the reader could not read."""
JUDGED_LATE = ("boundary_elsewhere", "books_decide")
"""What is found by holding rows against their parcels; the county may refuse rows for it."""
REFUSE = (
    "UPDATE fate AS f SET fate = 'refused', fault = r.fault "
    "FROM unnest(CAST(:rows AS int8[]), CAST(:faults AS text[])) AS r (row_no, fault) WHERE f.row_no = r.row_no"
)
LEFT_ALONE = "SELECT row_no, fate FROM fate WHERE row_no = ANY(:rows) AND fate IN ('refused', 'unchanged', 'left_out')"


class FileRefused(InputError):
    """The county wants no file of which this is suspected."""

    what: ClassVar[Text] = Text("{zh}", "{en}")
    mend: ClassVar[Text] = Text("{mend_zh}", "{mend_en}")


def with_notes(
    connection: Connection, problems: list[Problem], notes: Sequence[Note], counts: dict[str, Any]
) -> tuple[list[Problem], dict[str, Any]]:
    """Findings and counts, the notes included.

    A refusal by the reader takes the place of the database's; of rows refused or unchanged nothing else is told.
    """
    if not notes:
        return problems, counts
    rows = sorted({note.row for note in notes})
    fates: dict[int, str] = dict(connection.execute(text(LEFT_ALONE), {"rows": rows}).all())
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
        return note.row in refusals or note.fault in JUDGED_LATE
    return note.row not in fates


def by_policy(connection: Connection, policy: Policy, notes: Sequence[Note]) -> list[Note]:
    """Notes about rows against the registry, as grave as the county says; rows refused by them are so from here on.

    Raises:
        FileRefused: the county refuses a file of which this is suspected.
    """
    wanted = [note for note in notes if policy.grades[note.fault] != OFF]
    grades = {str(grade): grade for grade in Severity}
    told = [replace(note, grade=grades[policy.grades[note.fault]]) for note in wanted]
    for note in told:
        if note.refuses and note.row == WHOLE_FILE:
            raise FileRefused(**note.what._asdict(), mend_zh=note.mend.zh, mend_en=note.mend.en)
    refused = {note.row: note.fault for note in told if note.refuses}
    if refused:
        connection.execute(text(REFUSE), {"rows": list(refused), "faults": list(refused.values())})
    return told
