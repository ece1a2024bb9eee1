"""A sheet of a workbook as texts: what all formats of ledgers are brought to."""

from dataclasses import dataclass, field

MOST_CELLS = 6_000_000
"""Filled cells; a ledger beyond this is a database."""
LONGEST_TEXT = 32_767
"""What a cell of Excel holds."""
FORMULA, ERROR = "formula", "error"


@dataclass(frozen=True)
class Merge:
    """Merged cells, first and last row (as the spreadsheet numbers them) and column (from 0)."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        return f"{letters(self.left)}{self.top}:{letters(self.right)}{self.bottom}"


@dataclass
class SheetRow:
    """A row with something in it."""

    number: int
    """As the spreadsheet shows it, from 1."""
    cells: dict[int, str]
    """Texts by column, from 0; blank cells are absent."""
    hidden: bool = False


@dataclass
class Sheet:
    """Filled rows in order, and what is to be said of single cells."""

    name: str
    rows: list[SheetRow] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    odd: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    """By row and column: a formula without a result, or an error's name."""


@dataclass(frozen=True)
class Workbook:
    """A sheet that was chosen, and the names of the others that hold something."""

    sheet: Sheet
    others: tuple[str, ...]
    encoding: str | None = None
    encoding_from: str | None = None


def letters(column: int) -> str:
    """0 → A, 26 → AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
