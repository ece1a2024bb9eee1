"""``datetime`` as time travel: an instant asks for the registry as it was recorded then, an interval for its end."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from gisreg.days import TIME_ZONE, end_of
from gisreg.errors import InputError
from gisreg.text import Text

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})")
_OPEN = ("", "..")
ENDS = 2


class MomentUnreadable(InputError):
    """Neither an instant nor an interval of RFC 3339."""

    what: ClassVar[Text] = Text("datetime={given} 无法读取", "datetime={given} cannot be read")
    mend: ClassVar[Text] = Text(
        "请写 2024-12-31、2024-12-31T08:00:00Z,或区间 起/止,开口端写 ..",
        "give 2024-12-31, 2024-12-31T08:00:00Z, or an interval START/END with .. for an open end",
    )


class MomentBackwards(InputError):
    """An interval that ends before it begins."""

    what: ClassVar[Text] = Text("datetime={given} 的止早于起", "datetime={given} ends before it begins")
    mend: ClassVar[Text] = Text("请交换起止", "exchange the two ends")


@dataclass(frozen=True)
class Moment:
    """The first instant that is not seen any more, and the day it belongs to in the county."""

    day: date
    until: datetime


def moment_of(given: str | None) -> Moment | None:
    """The moment a ``datetime`` parameter asks for; None is now.

    Raises:
        MomentUnreadable, MomentBackwards.
    """
    if given is None:
        return None
    ends = given.split("/")
    if len(ends) > ENDS or (len(ends) < ENDS and ends[0] in _OPEN):
        raise MomentUnreadable(where="datetime", given=given[:100])
    first, last = (None if end in _OPEN else _read(end, given) for end in (ends[0], ends[-1]))
    if first is not None and last is not None and last.until < first.until:
        raise MomentBackwards(where="datetime", given=given[:100])
    return None if last is None or last.until > datetime.now(UTC) else last


def _read(end: str, given: str) -> Moment:
    try:
        if _DAY.fullmatch(end):
            day = date.fromisoformat(end)
            return Moment(day, end_of(day))
        if _INSTANT.fullmatch(end):
            instant = datetime.fromisoformat(_shortened(end.upper()))
            until = instant + timedelta(microseconds=1)
            return Moment(until.astimezone(ZoneInfo(TIME_ZONE)).date(), until)
    except (ValueError, OverflowError):
        pass  # a day that no calendar has: refused below with all that cannot be read
    raise MomentUnreadable(where="datetime", given=given[:100])


def _shortened(instant: str) -> str:
    """Python reads at most six decimals of a second."""
    return re.sub(r"(\.\d{6})\d+", r"\1", instant)
