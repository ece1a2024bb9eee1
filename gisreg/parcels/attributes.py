"""The fields that people may edit, their values by type, and what becomes of amounts when a parcel is divided."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import ARRAY, Boolean, Column, Date, Double, Integer, Table

from gisreg.checks.attributes import PAST
from gisreg.columns import Meaning
from gisreg.days import today
from gisreg.db.models import Parcel
from gisreg.parcels.faults import FieldUnknown, ValueUnusable
from gisreg.text import Text

FIXED = frozenset(
    {
        "id", "version", "recorded_at", "recorded_by", "recorded_from", "county_code", "parcel_code", "kind", "state",
        "area_m2", "planar_area_m2", "survey_crs", "survey_boundary", "boundary", "batch_id", "source_row",
        "source_hash",
    }
)  # fmt: skip
"""Given by the registry, by the boundary or by the workflow: never typed in."""

AMOUNTS = (
    "official_area_m2", "floor_area_m2", "supplied_area_m2", "started_area_m2", "due_area_m2", "price_wan", "paid_wan",
    "total_investment_wan", "invested_wan", "market_value_wan", "land_cost_wan", "debt_wan", "funding_gap_wan",
    "yearly_income_wan", "energy_quota_tce", "water_quota_t",
)  # fmt: skip
"""What adds up over the parts of a parcel: divided by the share of the area, added when parcels are merged."""

OWN_KEYS = ("source_code", "source_row", "source_hash", "batch_id", "cadastral_code", "real_estate_unit_code")
"""Numbers that belong to one parcel: its successors get their own."""

MAX_TEXT = 10_000
TRUE, FALSE = frozenset({"true", "yes", "1", "是"}), frozenset({"false", "no", "0", "否"})

EDITABLE: dict[str, Column[Any]] = {
    column.name: column for column in cast(Table, Parcel.__table__).columns if column.name not in FIXED
}


RECORD_TITLES = {
    "boundary": Text("界址", "Boundary"),
    "survey_boundary": Text("测量原坐标", "Survey's own coordinates"),
    "batch_id": Text("导入批次", "Batch"),
    "source_row": Text("文件中的行", "Row in the file"),
    "source_hash": Text("文件内容校验值", "Hash of the content"),
    "recorded_at": Text("记录时间", "Recorded at"),
    "recorded_by": Text("经手", "Recorded by"),
    "recorded_from": Text("来源", "Recorded from"),
}
"""What the record says of itself: no filter asks for it."""


def title_of(field: str) -> Text:
    """What a field is called."""
    column = Parcel.__table__.columns.get(field)
    meaning: Meaning | None = column.info.get("meaning") if column is not None else None
    return meaning.title if meaning else RECORD_TITLES.get(field, Text(field, field))


def read_values(given: Mapping[str, Any]) -> dict[str, Any]:
    """The values by their fields' types; None and empty text mean unknown.

    Raises:
        FieldUnknown: no such field, or one that people do not edit.
        ValueUnusable: a value that does not fit.
    """
    return {field: _read(field, value) for field, value in given.items()}


def _read(field: str, value: Any) -> Any:
    column = EDITABLE.get(field)
    if column is None:
        raise FieldUnknown(where=field, field=field, known=", ".join(EDITABLE))
    read = read_value(field, column, value)
    if field in PAST and read is not None and read > today():
        raise _unusable(field, value, Text("不晚于今天的日期", "a day that is not after today"))
    return read


def read_value(field: str, column: Column[Any], value: Any) -> Any:
    """One value by its column's type; None and empty text mean unknown.

    Raises:
        ValueUnusable: it does not fit.
    """
    empty = value is None or (isinstance(value, str) and not value.strip())
    if empty:
        if not column.nullable:
            raise _unusable(field, value, Text("不为空的值", "a value"))
        return None
    for kind, expected, reader in _READERS:
        if isinstance(column.type, kind):
            read = _by(reader, field, value, expected)
            _check_limits(field, column, read)
            return read
    return _token(field, column, _by(_text, field, value, Text("文字", "text")))


def _by(reader: Any, field: str, value: Any, expected: Text) -> Any:
    try:
        return reader(value)
    except (TypeError, ValueError):
        raise _unusable(field, value, expected) from None


def _check_limits(field: str, column: Column[Any], value: Any) -> None:
    meaning: Meaning | None = column.info.get("meaning")
    if meaning is None or isinstance(value, bool) or not isinstance(value, int | float):
        return
    if meaning.least is not None and value < meaning.least:
        raise _unusable(field, value, Text(f"不小于 {meaning.least:g} 的数", f"a number of {meaning.least:g} or more"))
    if meaning.most is not None and value > meaning.most:
        raise _unusable(field, value, Text(f"不大于 {meaning.most:g} 的数", f"a number of {meaning.most:g} or less"))


def _unusable(field: str, value: Any, expected: Text) -> ValueUnusable:
    shown = str(value)[:80].encode("utf-8", "replace").decode()
    return ValueUnusable(where=field, field=field, value=shown, expected_zh=expected.zh, expected_en=expected.en)


def _token(field: str, column: Column[Any], value: str) -> str:
    meaning: Meaning | None = column.info.get("meaning")
    if meaning and meaning.terms and value not in list(meaning.terms):
        allowed = ", ".join(meaning.terms)
        raise _unusable(field, value, Text(f"其中之一:{allowed}", f"one of {allowed}"))
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT or "\x00" in value:
        raise ValueError
    value.encode("utf-8")
    return value.strip()


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise TypeError
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _whole(value: Any) -> int:
    number = _number(value)
    if number != int(number) or abs(number) >= 2**31:
        raise ValueError
    return int(number)


def _flag(value: Any) -> bool:
    word = str(value).strip().lower()
    if word not in TRUE | FALSE:
        raise ValueError
    return word in TRUE


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value).strip())


def _words(value: Any) -> list[str]:
    words = value.split(",") if isinstance(value, str) else value
    if not isinstance(words, list):
        raise TypeError
    return [word for word in (_text(word) for word in words) if word]


_READERS: tuple[tuple[type, Text, Any], ...] = (
    (ARRAY, Text("文字列表(用逗号分开)", "a list of texts"), _words),
    (Boolean, Text("是或否(true/false)", "true or false"), _flag),
    (Date, Text("日期 YYYY-MM-DD", "a date, YYYY-MM-DD"), _day),
    (Integer, Text("整数", "a whole number"), _whole),
    (Double, Text("数值", "a number"), _number),
)


def shared_out(row: Mapping[str, Any], shares: Sequence[float]) -> list[dict[str, float | None]]:
    """The amounts of each part; the last one takes what rounding leaves, so that they add up to the cent."""
    parts: list[dict[str, float | None]] = [{} for _ in shares]
    for name in AMOUNTS:
        whole = row[name]
        left = whole
        for part, share in zip(parts[:-1], shares[:-1], strict=True):
            part[name] = None if whole is None else round(whole * share, 4)
            left = None if left is None else left - (part[name] or 0.0)
        parts[-1][name] = None if left is None else round(left, 4)
    return parts


def added_up(rows: Sequence[Mapping[str, Any]]) -> dict[str, float | None]:
    """The amounts of parcels taken together, unknown where one is; the measured area stands in for an official one."""
    sums: dict[str, float | None] = {}
    for name in AMOUNTS:
        values = [row[name] for row in rows]
        if name == "official_area_m2" and any(value is not None for value in values):
            values = [row[name] if row[name] is not None else row["area_m2"] for row in rows]
        sums[name] = None if any(value is None for value in values) else round(sum(values), 4)
    return sums
