"""JSON bodies: compact, Chinese readable, dates and dataclasses as programs expect them."""

import dataclasses
import json
from datetime import date
from decimal import Decimal
from typing import Any


def json_bytes(value: Any) -> bytes:
    """The value as one JSON document."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain, allow_nan=False).encode()


def _plain(value: object) -> object:
    """How types that JSON lacks are written."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, date):  # and datetime
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
