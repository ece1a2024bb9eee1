# ruff: noqa: E501 - wording stays in one piece

"""Typed columns of a file's text, without ever raising on a bad value: what is not usable becomes null and is marked.

Columns come and go as Arrow arrays. Numbers, of which nearly every one differs, are judged a column at a time; days, codes
and yes or no repeat, so each distinct text is judged once in plain Python.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from gisreg.intake.mapping import KEY_COLUMN, MappedColumn, amount_of, fitting_units, folded

if TYPE_CHECKING:
    import pyarrow as pa

NUMBER = r"^[+-]?(\d{1,15}(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?$"
WHOLE = r"^[+-]?\d{1,9}(\.0*)?$"
GROUPING = "[,\uff0c]"
DAY = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?(?:[ T].*)?", re.ASCII | re.DOTALL)
COMPACT_DAY = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
WHOLE_AS_NUMBER = re.compile(r"(\d+)\.0", re.ASCII)
YEARS = range(1900, 2201)
DAYS_REMEMBERED = 50_000
"""More than a century's: a file's days repeat from batch to batch."""
LONGEST_KEY = 200
LONGEST_QUOTE = 80
CODE_ENDINGS = ("_code", "_no")
MARKS = (
    "/",
    "//",
    "\\",
    "-",
    "--",
    "---",
    "\u2013",
    "\u2014",
    "\u2014\u2014",
    "\u2015",
    "\uff0d",
    "\uff0f",
    "无",
    "暂无",
)
NOTHING = (*MARKS, "N/A", "n/a", "#N/A", "NULL", "null", "Null", "<Null>", "<null>", "None")
"""What offices and programs write where there is nothing: a cell that holds only this is blank."""
SQL_TYPES = {"fact": "boolean", "day": "date", "whole": "int4", "number": "float8", "text": "text"}


@dataclass(frozen=True)
class Typed:
    """A column of typed values, and the rows whose text was not usable or stands in no code list."""

    values: "pa.Array"
    bad: "pa.Array"
    unknown: "pa.Array"


def sql_type(column: MappedColumn) -> str:
    """What the database calls the column's type."""
    return SQL_TYPES["text" if column.strict and column.type != "fact" else column.type]


def typed(column: MappedColumn, raw: "pa.Array") -> Typed:
    """A column's values; ``raw`` is text without blanks at its ends, null where nothing stood."""
    raw = _filled(column, raw)
    values = _values(column, raw)
    missing = _both(raw.is_valid(), values.is_null())
    none = _none(len(raw))
    if column.type == "day":  # eight zeros are how many programs write "no date"
        return Typed(values, _both(missing, _not(_matches(raw, "^0*$"))), none)
    if column.type == "text" and column.values and not column.strict:
        return Typed(_first(values, raw), none, missing)
    return Typed(values, missing, none)


def _filled(column: MappedColumn, raw: "pa.Array") -> "pa.Array":
    """Null where a word for nothing stands, unless the column's list knows the word (need: 无)."""
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    free = column.type == "text" and not column.strict and not column.target.endswith(CODE_ENDINGS)
    words = [word for word in (MARKS if free else NOTHING) if _listed(column, word) is None]
    empty = pc.is_in(raw, value_set=pa.array(words, raw.type))
    return _only(raw, _not(empty)) if pc.any(empty).as_py() else raw


def _values(column: MappedColumn, raw: "pa.Array") -> "pa.Array":  # noqa: PLR0911 - one line a type
    import pyarrow as pa  # noqa: PLC0415 - heavy

    if column.type == "fact":
        yes_or_no = {"true": True, "false": False}
        return _each(raw, lambda text: yes_or_no.get(_listed(column, text) or ""), pa.bool_())
    if column.strict:
        return _each(raw, lambda text: _listed(column, text), pa.string())
    if column.type == "day":
        return _each(raw, day, pa.date32())
    if column.type == "number":
        return _numbers(column, raw)
    if column.type == "whole":
        return _wholes(column, raw)
    if column.values:
        return _each(raw, lambda text: _listed(column, whole_code(text)), pa.string())
    if column.former:
        return todays_codes(column, raw)
    if column.target == KEY_COLUMN:
        return _short(_codes(raw))
    return _codes(raw) if column.target.endswith(CODE_ENDINGS) else raw


@lru_cache(DAYS_REMEMBERED)
def day(text: str) -> date | None:
    """2024-06-30, 2024/6/30, 2024.6.30, 2024年6月30日, each with or without a time behind it, or 20240630.

    The calendar decides: 31 June is no date.
    """
    found = COMPACT_DAY.fullmatch(text) or DAY.fullmatch(text)
    if not found:
        return None
    year, month, number = map(int, found.groups())
    try:
        return date(year, month, number) if year in YEARS else None
    except ValueError:
        return None


def whole_code(text: str) -> str:
    """A code that came as a number (140427.0) is still that code."""
    found = WHOLE_AS_NUMBER.fullmatch(text)
    return found[1] if found else text


def _listed(column: MappedColumn, text: str) -> str | None:
    """What a text stands for: as it is first, because most are."""
    return column.values.get(text) or column.values.get(folded(text))


def _each(raw: "pa.Array", judge: Callable[[str], Any], kind: "pa.DataType") -> "pa.Array":
    """Each distinct text judged once."""
    import pyarrow as pa  # noqa: PLC0415 - heavy

    distinct = raw.dictionary_encode()
    return pa.array([judge(text) for text in distinct.dictionary.to_pylist()], kind).take(distinct.indices)


def _codes(raw: "pa.Array") -> "pa.Array":
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    if not pc.any(pc.ends_with(raw, ".0")).as_py():
        return raw
    return _each(raw, whole_code, raw.type)


def todays_codes(column: MappedColumn, raw: "pa.Array") -> "pa.Array":
    """Codes of places as they are today."""
    return _each(raw, lambda text: column.of_today(whole_code(text)), raw.type)


def _short(raw: "pa.Array") -> "pa.Array":
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    return _only(raw, pc.less_equal(pc.utf8_length(raw), LONGEST_KEY))


def _numbers(column: MappedColumn, raw: "pa.Array") -> "pa.Array":
    """Finite numbers within the column's limits, so that the table's checks never fire."""
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    numbers = pc.cast(_plain(column, raw, NUMBER), pa.float64())
    numbers = numbers if column.factor == 1.0 else pc.multiply(numbers, column.factor)
    if fitting_units(column.target) and (left := _both(raw.is_valid(), numbers.is_null())).true_count:
        numbers = pc.coalesce(
            numbers, _each(_only(raw, left), lambda text: amount_of(text, column.target), pa.float64())
        )
    return _within(column, numbers)


def _wholes(column: MappedColumn, raw: "pa.Array") -> "pa.Array":
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    numbers = pc.cast(_plain(column, raw, WHOLE), pa.float64())  # nine digits are exact in it
    return _within(column, pc.cast(numbers, pa.int32()))


def _plain(column: MappedColumn, raw: "pa.Array", pattern: str) -> "pa.Array":
    """Texts that are numbers of that form, without the grouping commas and plus signs that nothing parses."""
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    if column.minimum == 0:  # then the form already says it
        pattern = pattern.replace("[+-]?", "[+]?", 1)
    fitting = _matches(raw, pattern)
    if not pc.all(fitting).as_py() and column.type == "number":
        raw = pc.replace_substring_regex(raw, GROUPING, "")
        fitting = _matches(raw, pattern)
    return pc.replace_substring_regex(_only(raw, fitting), r"^\+", "")


def _within(column: MappedColumn, numbers: "pa.Array") -> "pa.Array":
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    if column.minimum:
        numbers = _only(numbers, pc.greater_equal(numbers, column.minimum))
    if column.maximum is not None:
        numbers = _only(numbers, pc.less_equal(numbers, column.maximum))
    return numbers


def _matches(raw: "pa.Array", pattern: str) -> "pa.Array":
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    return pc.match_substring_regex(raw, pattern)


def _only(values: "pa.Array", kept: "pa.Array") -> "pa.Array":
    """The kept values, null for the others."""
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    return pc.if_else(kept, values, pa.scalar(None, values.type))


def _first(values: "pa.Array", otherwise: "pa.Array") -> "pa.Array":
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    return pc.coalesce(values, otherwise)


def _both(one: "pa.Array", other: "pa.Array") -> "pa.Array":
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    return pc.and_(one, pc.fill_null(other, fill_value=False))


def _not(one: "pa.Array") -> "pa.Array":
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    return pc.invert(one)


def _none(rows: int) -> "pa.Array":
    import numpy as np  # noqa: PLC0415 - heavy
    import pyarrow as pa  # noqa: PLC0415 - heavy

    return pa.array(np.zeros(rows, bool))


@dataclass(frozen=True)
class Remarks:
    """What is to be said of a batch's values, a text for each row, null for most."""

    bad: "pa.Array"
    """Columns that could not be used, comma between; ``!`` before those whose text the file's reader could not decode."""
    unknown: "pa.Array"
    """Columns whose code stands in no list."""
    said: "pa.Array"
    """What stood in the file in these columns: a JSON object."""


def remarks(
    columns: Sequence[MappedColumn], raws: "Sequence[pa.Array]", judged: "Sequence[Typed | None]", damaged: "pa.Array"
) -> Remarks:
    """Gather the marks of all columns by row; few rows have any."""
    import json  # noqa: PLC0415 - only here

    bad: dict[int, list[str]] = {
        row: [f"!{columns[int(place)].target}" for place in places.split(",")] for row, places in _present(damaged)
    }
    unknown: dict[int, list[str]] = {}
    said: dict[int, dict[str, str]] = {}
    for column, raw, one in zip(columns, raws, judged, strict=True):
        if one is None:
            continue
        for marks, found in ((one.bad, bad), (one.unknown, unknown)):
            for row in _rows(marks):
                found.setdefault(row, []).append(column.target)
                said.setdefault(row, {})[column.target] = raw[row].as_py()[:LONGEST_QUOTE]
    rows = len(damaged)
    return Remarks(
        sparse({row: ",".join(names) for row, names in bad.items()}, rows),
        sparse({row: ",".join(names) for row, names in unknown.items()}, rows),
        sparse({row: json.dumps(words, ensure_ascii=False) for row, words in said.items()}, rows),
    )


def _present(texts: "pa.Array") -> list[tuple[int, str]]:
    rows = _rows(texts.is_valid())
    return [(row, texts[row].as_py()) for row in rows]


def _rows(marks: "pa.Array") -> list[int]:
    import numpy as np  # noqa: PLC0415 - heavy

    rows: list[int] = np.flatnonzero(marks.to_numpy(zero_copy_only=False)).tolist()
    return rows


def sparse(texts: dict[int, str], rows: int) -> "pa.Array":
    """A text for some of the rows."""
    import pyarrow as pa  # noqa: PLC0415 - heavy

    if not texts:
        return pa.nulls(rows, pa.string())
    return pa.array([texts.get(row) for row in range(rows)], pa.string())
