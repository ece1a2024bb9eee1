"""What a reader finds wrong or curious while it reads: things that the judged rows no longer show (a line of a
text file, columns that were exchanged, an open line in a drawing).

A row that the reader cannot read still is a row: it travels with :data:`UNREADABLE` as its shape, the database refuses
it, and the note says why in the place of the database's own words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from gisreg.text import Text
from gisreg.vocab import Severity

UNREADABLE = bytes((1, 3, 0, 0, 0, 1, 0, 0, 0))
"""WKB that ends in the middle: no shape at all, and not to be mistaken for a row without one."""
WHOLE_FILE = 0
"""The row of a note that concerns no single row."""


@dataclass(frozen=True)
class NoteKind:
    """One thing that a reader may have to say."""

    token: str
    grade: Severity
    what: Text
    mend: Text

    def about(
        self,
        row: int,
        id: str | None = None,
        *,
        field: str | None = None,
        place: str | None = None,
        words: Mapping[str, object] = MappingProxyType({}),
    ) -> "Note":
        """The note about one row, its wording filled in with ``words``."""
        filled = [Text(text.say("zh", **words), text.say("en", **words)) for text in (self.what, self.mend)]
        return Note(row, id, field, self.grade, self.token, place, *filled)


@dataclass(frozen=True, slots=True)
class Note:
    """A finding of the reader; it has what a line of the import's report has."""

    row: int
    """As the source numbers its rows; :data:`WHOLE_FILE` for the file."""
    id: str | None
    field: str | None
    grade: Severity
    fault: str
    place: str | None
    """In the file's own coordinates."""
    what: Text
    mend: Text

    @property
    def refuses(self) -> bool:
        """Whether the row is not loaded because of it."""
        return self.grade is Severity.REFUSED


MOST_REASONS = 5


def settled(notes: Sequence[Note]) -> tuple[Note, ...]:
    """A refused row has one note, with all its reasons; what else was noted about it no longer matters."""
    reasons: dict[int, list[Note]] = {}
    for note in notes:
        if note.refuses:
            reasons.setdefault(note.row, []).append(note)
    told = [note for note in notes if note.row not in reasons]
    return tuple(sorted([*told, *map(_joined, reasons.values())], key=lambda note: note.row))


def _joined(notes: Sequence[Note]) -> Note:
    first, more = notes[0], len(notes) - MOST_REASONS
    shown = [note.what for note in notes[:MOST_REASONS]]
    rest = Text(f"……等 {len(notes)} 处", f"… and {more} more") if more > 0 else Text("", "")
    what = Text(";".join(one.zh for one in shown) + rest.zh, "; ".join(one.en for one in shown) + rest.en)
    return replace(first, what=what)


def make_kinds(*rows: tuple[str, Severity, tuple[str, str], tuple[str, str]]) -> dict[str, NoteKind]:
    """A reader's list of what it may say, by token."""
    return {token: NoteKind(token, grade, Text(*what), Text(*mend)) for token, grade, what, mend in rows}


def as_params(note: Note) -> dict[str, Any]:
    """The values of a line of the report."""
    return {
        "row": note.row, "id": note.id, "field": note.field, "grade": str(note.grade), "fault": note.fault,
        "place": note.place, "what": note.what, "mend": note.mend,
    }  # fmt: skip
