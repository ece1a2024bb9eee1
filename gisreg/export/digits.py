"""Numbers and dates as digits in fixed columns of bytes, whole arrays at a time."""

from typing import Any

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]

RELATIVE, ABSOLUTE = 1e-9, 5e-7
"""Numbers are written so precisely, by both measures; the survey's own digits (12.34) come back as they are."""
MOST_DECIMALS = 15
EXACT = 2.0**53
_BLANK, _ZERO, _POINT, _MINUS = 32, 48, 46, 45
_GROUP = 10_000
_GROUPS = np.frombuffer("".join(f"{n:04d}" for n in range(_GROUP)).encode(), np.uint8).reshape(_GROUP, 4)
_POWERS = 10 ** np.arange(1, 19, dtype=np.int64)


def digits(values: npt.NDArray[np.int64], width: int) -> Bytes:
    """Non-negative whole numbers with leading zeros, four digits at a time."""
    groups = -(-width // 4)
    out = np.empty((len(values), groups * 4), np.uint8)
    for place in range(groups - 1, -1, -1):
        values, rest = np.divmod(values, _GROUP)
        out[:, place * 4 : place * 4 + 4] = _GROUPS[rest]
    return out[:, groups * 4 - width :]


def decimals_needed(values: Floats, at_least: int) -> int:
    """The fewest decimals that keep every value (no NaN among them) to both measures."""
    left = values
    for count in range(at_least, MOST_DECIMALS):
        left = left[np.abs(left - np.round(left, count)) > np.minimum(RELATIVE * np.abs(left), ABSOLUTE)]
        if not left.size:
            return count
    return MOST_DECIMALS


def number_width(largest: float, negative: bool, decimals: int) -> int:
    """Bytes for the largest absolute value, sign and point included."""
    whole = len(str(int(np.round(largest, decimals))))
    return whole + (decimals + 1 if decimals else 0) + int(negative)


def number_block(values: Floats, width: int, decimals: int) -> Bytes:
    """Right-justified decimal numbers; NaN is blank, which is how a DBF says NULL."""
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0)
    size = np.abs(filled) * 10.0**decimals
    if size.size and size.max() >= EXACT:
        return _one_by_one(values, width, decimals)
    scaled = np.rint(size).astype(np.int64)
    return _laid_out(scaled, (filled < 0) & (scaled > 0), known, width, decimals)


def _laid_out(
    scaled: npt.NDArray[np.int64],
    negative: npt.NDArray[np.bool_],
    known: npt.NDArray[np.bool_],
    width: int,
    decimals: int,
) -> Bytes:
    point = 1 if decimals else 0
    out = np.full((len(scaled), width), _BLANK, np.uint8)
    written = digits(scaled, width - point)
    whole = width - point - decimals
    out[:, :whole] = written[:, :whole]
    if decimals:
        out[:, whole] = _POINT
        out[:, whole + 1 :] = written[:, whole:]
    used = np.maximum(np.searchsorted(_POWERS, scaled, side="right") + 1 - decimals, 1)  # digits before the point
    lead = whole - used
    out[np.arange(width) < lead[:, None]] = _BLANK
    rows = np.flatnonzero(negative)
    out[rows, lead[rows] - 1] = _MINUS
    out[~known] = _BLANK
    return out


def _one_by_one(values: Floats, width: int, decimals: int) -> Bytes:
    """Beyond 2⁵³ the vectorised way would lose digits; such numbers are rare."""
    lines = (" " * width if np.isnan(value) else f"{value:{width}.{decimals}f}" for value in values)
    return np.frombuffer("".join(lines).encode(), np.uint8).reshape(len(values), width)


def date_block(array: Any) -> Bytes:
    """YYYYMMDD; NULL is blank."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and loaded already where there are arrays

    days = array.cast(pa.int32()).fill_null(0).to_numpy(zero_copy_only=False).astype("datetime64[D]")
    months, years = days.astype("datetime64[M]"), days.astype("datetime64[Y]")
    number = (
        (years.astype(np.int64) + 1970) * 10_000
        + ((months - years).astype(np.int64) + 1) * 100
        + (days - months).astype(np.int64)
        + 1
    )
    out = digits(number, 8)
    out[np.asarray(array.is_null())] = _BLANK
    return out
