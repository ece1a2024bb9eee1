"""Totals among the rows of a ledger: taken out, and compared with what the rows add up to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from gisreg.intake.ledger.header import LedgerField
from gisreg.intake.ledger.sheet import SheetRow
from gisreg.intake.ledger.words import is_number, number_of, plain, total_word

SUBTOTALS = ("小计",)
LABEL_AMONG_FIRST = 4
"""The label of a total stands in one of the first so many filled cells."""


@dataclass(frozen=True)
class Total:
    """A row of totals."""

    row: SheetRow
    label: str
    word: str
    at: int
    """How many rows of data stand above it."""


@dataclass(frozen=True)
class Difference:
    """A total that the rows do not add up to."""

    row: int
    label: str
    field: str
    stated: float
    sum: float


def label_of(row: SheetRow) -> tuple[str, str] | None:
    """The label and the word of a row of totals, None for a row of data."""
    for column in sorted(row.cells)[:LABEL_AMONG_FIRST]:
        text = row.cells[column]
        word = total_word(text)
        if word:
            return plain(text), word
    return None


def differences(totals: Sequence[Total], rows: Sequence[SheetRow], fields: Iterable[LedgerField]) -> list[Difference]:
    """Where a total fits none of the sums that it can mean."""
    found: list[Difference] = []
    for field in fields if totals else ():
        values = [_value(row, field) for row in rows]
        if _counts_up(values) or not any(value is not None for value in values):
            continue
        if any(text and not is_number(text) for text in (row.cells.get(field.column) for row in rows)):
            continue
        found += [one for total in totals if (one := _difference(total, totals, field, rows))]
    return sorted(found, key=lambda one: one.row)


def _difference(
    total: Total, totals: Sequence[Total], field: LedgerField, rows: Sequence[SheetRow]
) -> Difference | None:
    text = total.row.cells.get(field.column, "")
    stated = number_of(text)
    if stated is None:
        return None
    texts = [row.cells.get(field.column, "") for row in rows]
    values = [number_of(one) or 0.0 for one in texts]
    sums = [sum(values[first:last]) for first, last in _spans(total, totals, len(rows))]
    tolerance = _tolerance(text, texts) + 1e-9 * abs(stated)
    if any(abs(stated - one) <= tolerance for one in sums):
        return None
    return Difference(total.row.number, total.label, field.name, stated, sums[0])


def _spans(total: Total, totals: Sequence[Total], count: int) -> Iterable[tuple[int, int]]:
    """What a total can mean, likeliest first: all rows for 合计; since the last total, or up to the next, for 小计."""
    before = max((one.at for one in totals if one.at < total.at), default=0)
    after = min((one.at for one in totals if one.at > total.at), default=count)
    partial = [(before, total.at), (total.at, after)]
    whole = [(0, count), (0, total.at)]
    last_whole = max((one.at for one in totals if one.word not in SUBTOTALS and one.at < total.at), default=0)
    spans = [*partial, *whole] if total.word in SUBTOTALS else [*whole, (last_whole, total.at), *partial]
    return [span for span in spans if span[0] < span[1]] or [(0, count)]


def _tolerance(total: str, rows: Sequence[str]) -> float:
    """The total's rounding, and where the rows have decimals theirs too; whole numbers are exact."""
    of_rows = max((_decimals(text) for text in rows), default=0)
    coarse = 0.5 * 10.0 ** -min(_decimals(total), of_rows)
    return coarse * 0.99 if not of_rows else coarse + 0.5 * 10.0**-of_rows * min(len(rows), 100) ** 0.5


def _decimals(text: str) -> int:
    return len(plain(text).partition(".")[2])


def _value(row: SheetRow, field: LedgerField) -> float | None:
    return number_of(row.cells.get(field.column, ""))


def _counts_up(values: Sequence[float | None]) -> bool:
    """The rows' own numbers, 1 2 3 …"""
    present = [value for value in values if value is not None]
    return len(present) > 1 and all(later - earlier == 1 for earlier, later in pairwise(present))
