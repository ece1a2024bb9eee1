"""The county's days: its clock is Asia/Shanghai, wherever the program runs (rules §6)."""

from datetime import date, datetime, time, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from gisreg.errors import InputError
from gisreg.text import Text

TIME_ZONE = "Asia/Shanghai"


class DayInFuture(InputError):
    """What has not happened is neither recorded as done nor read as if it were known."""

    what: ClassVar[Text] = Text("{field} {day} 晚于今天", "{field} {day} is after today")
    mend: ClassVar[Text] = Text("请给出不晚于今天的日期", "give a day not after today")


class DayTooEarly(InputError):
    """A day before what it follows."""

    what: ClassVar[Text] = Text("{field} {day} 早于 {earlier}", "{field} {day} is before {earlier}")
    mend: ClassVar[Text] = Text("请核对日期", "check the dates")


def today() -> date:
    """Today in the county."""
    return datetime.now(ZoneInfo(TIME_ZONE)).date()


def end_of(day: date) -> datetime:
    """The first instant after ``day`` in the county's time."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(TIME_ZONE))


def require_come(field: str, day: date) -> None:
    """Refuse a day that has not come.

    Raises:
        DayInFuture: it is after today in the county.
    """
    if day > today():
        raise DayInFuture(where=field, field=field, day=day)
