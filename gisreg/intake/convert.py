# ruff: noqa: E501 - wording and SQL stay in one piece

"""SQL expressions that make typed values of a file's text, without ever raising on a bad one.

Each takes the name of a text column and gives NULL for what is not usable; the caller compares the two and reports.
"""

from dataclasses import dataclass

from gisreg.intake.mapping import KEY_COLUMN, MappedColumn

NUMBER = r"^[+-]?(\d{1,15}(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?$"
PLAIN_DAY = r"^(19|20)\d\d(-(0[1-9]|1[0-2])-|(0[1-9]|1[0-2]))(0[1-9]|1\d|2[0-8])$"
LONGEST_KEY = 200
WHOLE = r"^[+-]?\d{1,9}(\.0*)?$"
CODE_ENDINGS = ("_code", "_no")


@dataclass(frozen=True)
class Converted:
    """A mapped column in SQL: its value, whether the text was unusable, whether a code is in no list."""

    target: str
    type: str
    value: str
    bad: str | None
    unknown: str | None


def quoted(text: str) -> str:
    """A literal as SQL (standard_conforming_strings: a backslash is itself); texts of a mapping file are data, never SQL."""
    return "'" + text.replace("'", "''") + "'"


def jsonb(values: dict[str, str]) -> str:
    """A small dictionary that SQL looks texts up in."""
    import json  # noqa: PLC0415 - only here

    return f"{quoted(json.dumps(values, ensure_ascii=False))}::jsonb"


def folded(raw: str) -> str:
    """Text for comparing, as :func:`gisreg.intake.mapping.folded` makes it."""
    return f"lower(regexp_replace(normalize({raw}, NFKC), '\\s+', '', 'g'))"


def lookup(values: dict[str, str], raw: str) -> str:
    """What a text stands for: as it is first, because folding costs more than looking up."""
    known = jsonb(values)
    return f"coalesce({known} ->> {raw}, {known} ->> {folded(raw)})"


def convert(column: MappedColumn, raw: str) -> Converted:  # noqa: PLR0911 - one line a type
    """The expressions of one column."""
    unusable = f"{raw} IS NOT NULL AND {column.target} IS NULL"
    if column.target == KEY_COLUMN:
        short = f"CASE WHEN length({raw}) <= {LONGEST_KEY} THEN {_whole_code(raw)} END"
        return Converted(column.target, "text", short, unusable, None)
    if column.type == "fact":
        return Converted(column.target, "boolean", f"({lookup(column.values, raw)})::boolean", unusable, None)
    if column.strict:
        return Converted(column.target, "text", lookup(column.values, raw), unusable, None)
    if column.type == "text":
        return _text(column, raw)
    if column.type == "day":
        # the usual form is cast at once: nothing it lets through is missing from any calendar
        day = f"CASE WHEN {raw} ~ '{PLAIN_DAY}' THEN {raw}::date ELSE pg_temp.to_day({raw}) END"
        return Converted(column.target, "date", day, f"{unusable} AND {raw} !~ '^0*$'", None)
    if column.type == "whole":
        return Converted(column.target, "int4", _whole(column, raw), unusable, None)
    return Converted(column.target, "float8", _number(column, raw), unusable, None)


def _whole_code(raw: str) -> str:
    """A code that came as a number (140427.0) is still that code."""
    return f"CASE WHEN right({raw}, 2) = '.0' AND {raw} ~ '^\\d+\\.0$' THEN split_part({raw}, '.', 1) ELSE {raw} END"


def _text(column: MappedColumn, raw: str) -> Converted:
    """Text as it stands; codes of a list may also be given by their titles."""
    if not column.values:
        value = _whole_code(raw) if column.target.endswith(CODE_ENDINGS) else raw
        return Converted(column.target, "text", value, None, None)
    code = _whole_code(raw)
    found = lookup(column.values, f"({code})")
    return Converted(column.target, "text", f"coalesce({found}, {raw})", None, f"{raw} IS NOT NULL AND {found} IS NULL")


def _number(column: MappedColumn, raw: str) -> str:
    """A finite number within the column's limits, so that the table's checks never fire."""
    pattern = _pattern(NUMBER, column)
    factor = f" * {column.factor!r}::float8" if column.factor != 1.0 else ""
    plain = f"WHEN {raw} ~ '{pattern}' THEN {raw}::float8{factor}"
    without = f"translate({raw}, ',,', '')"
    grouped = f"WHEN {raw} ~ '[,,]' AND {without} ~ '{pattern}' THEN {without}::float8{factor}"
    return _within(f"CASE {plain} {grouped} END", column)


def _whole(column: MappedColumn, raw: str) -> str:
    return _within(f"CASE WHEN {raw} ~ '{_pattern(WHOLE, column)}' THEN {raw}::numeric::int4 END", column)


def _pattern(signed: str, column: MappedColumn) -> str:
    """Most numbers cannot be negative: then the form already says so."""
    return signed.replace("[+-]?", "[+]?", 1) if column.minimum == 0 else signed


def _within(number: str, column: MappedColumn) -> str:
    limits = [f"n >= {column.minimum!r}"] if column.minimum else []
    limits += [f"n <= {column.maximum!r}"] if column.maximum is not None else []
    if not limits:
        return number
    return f"(SELECT n FROM (SELECT {number} AS n) AS v WHERE {' AND '.join(limits)})"  # noqa: S608 - built of constants
