"""Numbers and dates as spreadsheets store them: days since 1900 or 1904, floats that were typed as decimals."""

import math
import re
from datetime import date, datetime, timedelta

LAST_SERIAL = 2_958_465
"""31 December 9999."""
FALSE_LEAP_DAY = 60
"""Excel believes in 29 February 1900."""
LIKELY_SERIALS = range(18_264, 73_051)
"""1950 to 2099: what a number in a column of dates must be to be taken for a day."""
_BUILT_IN = {*range(14, 18), 22, *range(27, 32), 36, *range(50, 55), 57, 58}
"""Number formats of Excel that show a date, those of its Chinese versions among them."""
_NO_LETTERS_OF_DATES = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
SERIAL = re.compile(r"(\d{5})(?:\.\d+)?", re.ASCII)


def is_date_format(number: int, code: str | None) -> bool:
    """Whether a number format shows a date (a time alone is none)."""
    if code is None:
        return number in _BUILT_IN
    plain = _NO_LETTERS_OF_DATES.sub("", code.partition(";")[0]).lower()
    return "general" not in plain and any(letter in plain for letter in "yd年日") and not re.search(r"[0#]", plain)


def as_date(serial: float, *, since_1904: bool = False) -> str | None:
    """A serial number as ISO date, with the time where it has one."""
    if not 0 < serial <= LAST_SERIAL:
        return None
    if since_1904:
        moment = datetime(1904, 1, 1) + timedelta(days=serial)
    else:
        moment = datetime(1899, 12, 30) + timedelta(days=serial + (1 if serial < FALSE_LEAP_DAY else 0))
    moment = (moment + timedelta(microseconds=500_000)).replace(microsecond=0)
    return moment.isoformat(" ") if moment.time() != datetime.min.time() else moment.date().isoformat()


def day_of_serial(text: str) -> date | None:
    """A bare number in a column of dates."""
    found = SERIAL.fullmatch(text)
    if not found or int(found[1]) not in LIKELY_SERIALS:
        return None
    return date(1899, 12, 30) + timedelta(days=int(found[1]))


def as_number(text: str) -> str:
    """The decimal that was typed: fifteen digits are what a spreadsheet keeps and shows."""
    try:
        value = float(text)
    except ValueError:
        return text
    if not math.isfinite(value):
        return text
    if value == int(value) and abs(value) < 1e15:  # noqa: PLR2004 - exact in a float
        return str(int(value))
    shown = f"{value:.15g}"
    return f"{value:.15f}".rstrip("0").rstrip(".") if "e-" in shown and abs(value) > 1e-9 else shown  # noqa: PLR2004
