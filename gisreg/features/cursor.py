"""Where a page ends, as a word that the next request brings back: the values it was ordered by, and the unique one.

Pages continue behind these values and not by counting, so that a change in between neither repeats nor skips a feature.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import Boolean, ColumnElement, Date, and_, false, literal, or_

from gisreg.errors import InputError
from gisreg.parcels.sorting import SortKey
from gisreg.text import Text

Columns = Mapping[str, ColumnElement[Any]]
MAX_CURSOR = 4_000


class CursorUnreadable(InputError):
    """Not a word that a page of this order ended with."""

    what: ClassVar[Text] = Text("cursor 无效", "the cursor is not one of this list")
    mend: ClassVar[Text] = Text("请原样使用上一页的 next 链接", "follow the next link of the page before as it is")


def written(values: Sequence[Any]) -> str:
    """The word for these values."""
    plain = [value.isoformat() if isinstance(value, date) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain, ensure_ascii=False).encode()).decode().rstrip("=")


def read(given: str, columns: Columns, keys: Sequence[SortKey], order: str) -> list[Any]:
    """The values of a word, by the types of their columns.

    Raises:
        CursorUnreadable.
    """
    names = [*(key.name for key in keys), order]
    try:
        padded = given + "=" * (-len(given) % 4)
        values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if len(given) > MAX_CURSOR or not isinstance(values, list) or len(values) != len(names):
            raise ValueError(given)
        return [_typed(columns[name], value) for name, value in zip(names, values, strict=True)]
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise CursorUnreadable(where="cursor") from None


def _typed(column: ColumnElement[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, Date):
        return date.fromisoformat(value)
    expected = column.type.python_type
    if isinstance(value, str) and "\x00" in value:
        raise ValueError(value)
    if isinstance(column.type, Boolean) != isinstance(value, bool):
        raise TypeError(value)
    if expected is float and isinstance(value, int):
        return float(value)
    if expected is int and not -(2**63) <= value < 2**63:
        raise ValueError(value)
    if not isinstance(value, expected):
        raise TypeError(value)
    return value


def behind(columns: Columns, keys: Sequence[SortKey], order: str, values: Sequence[Any]) -> ColumnElement[bool]:
    """What comes after these values in an order in which the unknown stands last."""
    steps: list[ColumnElement[bool]] = []
    same: list[ColumnElement[bool]] = []
    for key, value in zip(keys, values[:-1], strict=True):
        column = columns[key.name]
        steps.append(and_(*same, _beyond(column, value, descending=key.descending)))
        same.append(column.is_(None) if value is None else column == literal(value, column.type))
    # never unknown: to ask whether it is would keep the index from beginning where the page begins
    last = columns[order]
    return or_(*steps, and_(*same, last > literal(values[-1], last.type)))


def _beyond(column: ColumnElement[Any], value: Any, *, descending: bool) -> ColumnElement[bool]:
    if value is None:
        return false()  # nothing stands behind the unknown
    bound = literal(value, column.type)
    if isinstance(column.type, Boolean):
        further: ColumnElement[bool] = column.is_(not value) if value == descending else false()
    else:
        further = column < bound if descending else column > bound
    return or_(further, column.is_(None))
