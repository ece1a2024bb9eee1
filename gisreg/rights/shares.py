"""Shares of a right, in exact fractions."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from gisreg.rights.errors import ShareUnusable

WHOLE = Fraction(1)
MAX_DENOMINATOR = 1_000_000_000
_FRACTION = re.compile(r"([0-9]{1,10})\s*/\s*([0-9]{1,10})")
_DECIMAL = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,9})?)\s*(%?)")
_WIDE = str.maketrans("0123456789/.%", "0123456789/.%")


def read_share(given: str) -> Fraction:
    """``1/3``, ``50%`` or ``0.25``.

    Raises:
        ShareUnusable: another form, nothing, or more than the whole.
    """
    words = given.strip().translate(_WIDE)
    share = None
    if match := _FRACTION.fullmatch(words):
        below = int(match[2])
        share = Fraction(int(match[1]), below) if below else None
    elif match := _DECIMAL.fullmatch(words):
        share = Fraction(match[1]) / (100 if match[2] else 1)
    if share is None or not 0 < share <= 1 or share.denominator > MAX_DENOMINATOR:
        raise ShareUnusable(where="share", value=given[:40])
    return share


def share_of(row: Mapping[str, Any]) -> Fraction | None:
    """The share of a stored right: its fraction, else its number to nine digits; None where it is not stated."""
    if row["share_numerator"] is not None:
        return Fraction(row["share_numerator"], row["share_denominator"])
    return None if row["share"] is None else Fraction(round(row["share"] * MAX_DENOMINATOR), MAX_DENOMINATOR)


def columns_of(share: Fraction | None) -> dict[str, Any]:
    """A share as it is stored."""
    if share is None:
        return {"share": None, "share_numerator": None, "share_denominator": None}
    return {"share": float(share), "share_numerator": share.numerator, "share_denominator": share.denominator}


def in_force(row: Mapping[str, Any], day: date) -> bool:
    """Whether a right is there on a day."""
    end = end_of_right(row)
    return (row["starts_on"] is None or row["starts_on"] <= day) and (end is None or day < end)


def end_of_right(row: Mapping[str, Any]) -> date | None:
    """The first day on which the right is no longer there; None where it has no end."""
    ends = [row["cancelled_on"], row["ends_on"] + timedelta(days=1) if row["ends_on"] else None]
    return min((end for end in ends if end is not None), default=None)


def largest_sum(rights: Iterable[Mapping[str, Any]]) -> Fraction:
    """The most that the shares of these rights ever come to on one day. Shares not stated count for nothing."""
    known = [(row, share) for row in rights if (share := share_of(row)) is not None]
    begins = {row["starts_on"] or date.min for row, _ in known}
    return max(
        (sum((share for row, share in known if in_force(row, day)), Fraction()) for day in begins), default=Fraction()
    )
