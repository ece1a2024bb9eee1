"""The header of a ledger: below titles and lines of units, in one to three lines, merged or not.

Units stand in the names, on a line of their own below them, or above for the whole sheet.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gisreg.intake.ledger.sheet import Merge, Sheet, SheetRow, letters
from gisreg.intake.ledger.words import (
    UNITS,
    is_column_number,
    is_wordy,
    plain,
    split_unit,
    unit_alone,
    units_of_line,
)

WITHIN_ROWS = 30
"""The header begins in one of the first so many filled rows."""
MOST_LINES = 3
LEAST_NAMES = 2
LEAST_NUMBERED = 3
"""Columns are numbered where there are several; 1 2 in a list of two columns are values."""
JOINT = "/"


@dataclass(frozen=True)
class LedgerField:
    """A column that has a name."""

    column: int
    name: str
    """As the report calls it: the lines of the header joined, 上级/下级."""
    levels: tuple[str, ...]
    """The lines, without units."""
    unit: str | None
    """The column's own unit."""


@dataclass(frozen=True)
class Header:
    """The columns, the sheet's own units, and where the rows begin."""

    fields: tuple[LedgerField, ...]
    sheet_units: tuple[str, ...]
    above: int
    """Rows of the sheet that stand above."""
    lines: int
    """Rows that the header takes, the numbering of columns and a line of units included."""


def find_header(sheet: Sheet) -> Header | None:
    """The header, or None where no row looks like one."""
    start = _first_line(sheet)
    if start is None:
        return None
    grid = _Grid(sheet, start)
    lines = grid.lines()
    below, units = _lines_below(sheet.rows[start + len(lines) :])
    fields = tuple(_fields(lines, units))
    return Header(fields, _sheet_units(sheet.rows[: start + len(lines)]), start, len(lines) + below)


def _first_line(sheet: Sheet) -> int | None:
    """The first row of at least two words that is about as wide as what stands below it."""
    rows = sheet.rows[: WITHIN_ROWS + MOST_LINES]
    wide = max((len(row.cells) for row in rows), default=0)
    spans = {merge.top: merge for merge in sheet.merges}
    for at, row in enumerate(rows[:WITHIN_ROWS]):
        names = [text for text in row.cells.values() if is_wordy(text) and not units_of_line(text)]
        if len(names) < LEAST_NAMES or len(names) < len(row.cells):
            continue
        # the upper line of a header is narrower than its rows; a title with a remark beside it is narrower still
        if (
            len(names) * 2 >= wide
            or (row.number in spans and len(names) * 4 >= wide)
            or _has_line_below(rows, at, wide)
        ):
            return at
    return None


def _has_line_below(rows: Sequence[SheetRow], at: int, wide: int) -> bool:
    """A narrow line of group names, with the wide line of names right below."""
    if at + 1 >= len(rows):
        return False
    below = rows[at + 1]
    return len(below.cells) * 2 >= wide and all(is_wordy(text) for text in below.cells.values()) and len(rows) > at + 2


class _Grid:
    """The header's lines, each with a text for every column that it covers."""

    def __init__(self, sheet: Sheet, start: int) -> None:
        self._rows = sheet.rows[start : start + MOST_LINES + 1]
        last = self._rows[-1].number
        self._merges = [m for m in sheet.merges if m.top <= last and m.bottom >= self._rows[0].number]
        self._width = max(max(row.cells) for row in sheet.rows[start : start + WITHIN_ROWS]) + 1

    def lines(self) -> list[dict[int, str]]:
        """One to three."""
        spread = [self._spread(self._rows[0], None)]
        for row in self._rows[1:MOST_LINES]:
            if not self._continues(row, self._rows[len(spread) - 1]):
                break
            spread.append(self._spread(row, spread[-1]))
        return spread

    def _merge_at(self, number: int, column: int) -> Merge | None:
        return next((m for m in self._merges if m.top <= number <= m.bottom and m.left <= column <= m.right), None)

    def _spread(self, row: SheetRow, upper: dict[int, str] | None) -> dict[int, str]:
        """A row's texts over the columns that they stand for."""
        line: dict[int, str] = {}
        for column in range(self._width):
            own = row.cells.get(column)
            merge = self._merge_at(row.number, column)
            if own is None and merge and merge.top == row.number and merge.left < column:
                own = row.cells.get(merge.left)
            if own is None and not self._merges and not merge:
                own = self._group_of(row, column, upper)
            if own is not None:
                line[column] = own
        return line

    def _group_of(self, row: SheetRow, column: int, upper: dict[int, str] | None) -> str | None:
        """Where merges are not known (CSV): a blank belongs to the group on its left, if the line below names it."""
        at = self._rows.index(row)
        below = self._rows[at + 1] if at + 1 < len(self._rows) else None
        if below is None or column not in below.cells or not self._continues(below, row):
            return None
        left = max((place for place in row.cells if place < column), default=None)
        if left is None or (upper is not None and upper.get(left) != upper.get(column)):
            return None
        return row.cells[left]

    def _continues(self, row: SheetRow, above: SheetRow) -> bool:
        """Whether a row is another line of the header."""
        texts = row.cells
        if not all(is_wordy(text) for text in texts.values()) or all(is_column_number(t) for t in texts.values()):
            return False
        if all(unit_alone(text) for text in texts.values()):
            return False
        merged_down = any(m.top <= above.number and m.bottom >= row.number for m in self._merges)
        across = [m for m in self._merges if m.top == above.number == m.bottom and m.right > m.left]
        if merged_down or across:
            return all(self._has_place(row, column, across) for column in texts) and row.number == above.number + 1
        return not self._merges and self._fills_gaps(texts, above)

    def _has_place(self, row: SheetRow, column: int, across: Sequence[Merge]) -> bool:
        """Below a group, or below nothing; never below a single name."""
        above_cell = self._rows[self._rows.index(row) - 1].cells.get(column)
        return above_cell is None or any(merge.left <= column <= merge.right for merge in across)

    def _fills_gaps(self, texts: dict[int, str], above: SheetRow) -> bool:
        """Without merges: names for columns that the line above leaves blank, none below a name that stands alone."""
        gaps = [column for column in texts if column not in above.cells and column > min(above.cells)]
        if not gaps:
            return False
        grouped = {column for column in above.cells if column + 1 in texts and column + 1 not in above.cells}
        return all(column in grouped or column not in above.cells for column in texts)


def _lines_below(rows: Sequence[SheetRow]) -> tuple[int, dict[int, str]]:
    """The numbering of the columns and a line of units; how many rows, and the units by column."""
    taken, units, numbered = 0, {}, False
    for row in rows[:2]:
        texts = list(row.cells.values())
        if all(unit_alone(text) for text in texts):
            units = {column: unit for column, text in row.cells.items() if (unit := unit_alone(text))}
        elif numbered or not _is_numbering(texts):
            break
        else:
            numbered = True
        taken += 1
    return taken, units


def _is_numbering(texts: Sequence[str]) -> bool:
    """1 2 3 … or 甲 (1) (2) 3=1+2: one number for each column, counting up."""
    if len(texts) < LEAST_NUMBERED or not all(is_column_number(text) for text in texts):
        return False
    counted = [int(digits) for text in texts if (digits := plain(text).strip("()")).isdigit()]
    return bool(counted) and counted == list(range(1, len(counted) + 1))


def _fields(lines: Sequence[dict[int, str]], units: dict[int, str]) -> list[LedgerField]:
    fields: list[LedgerField] = []
    taken: set[str] = set()
    columns = sorted({column for line in lines for column in line})
    for column in columns:
        parts = [line[column] for line in lines if column in line]
        named = [part for at, part in enumerate(parts) if at == 0 or plain(part) != plain(parts[at - 1])]
        split = [split_unit(part) for part in named]
        own = next((unit for _, unit in reversed(split) if unit), None) or UNITS.get(units.get(column, ""))
        name = JOINT.join(" ".join(part.split()) for part in named)
        if name in taken:
            name = f"{name}_{letters(column)}"
        taken.add(name)
        fields.append(LedgerField(column, name, tuple(words for words, _ in split), own))
    return fields


def _sheet_units(rows: Sequence[SheetRow]) -> tuple[str, ...]:
    """Of a line such as 单位:亩、万元 above the header."""
    return tuple(unit for row in rows for text in row.cells.values() for unit in units_of_line(text))
