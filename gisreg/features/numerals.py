"""Numbers in the words of a request, as OGC API – Common writes them: digits of ASCII, a sign, a point, an exponent.

Python reads more than these as a number: full-width digits, underscores, infinity. They are slips there.
"""

import re

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


def number_of(word: str) -> float | None:
    """The number, which may be too large to be finite; None where the word is none."""
    return float(word) if _NUMBER.fullmatch(word) else None


def integer_of(word: str) -> int | None:
    """The whole number; None where the word is none."""
    return int(word) if _INTEGER.fullmatch(word) else None
