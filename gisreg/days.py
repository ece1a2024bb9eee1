"""The county's days: its clock is Asia/Shanghai, wherever the program runs (rules §6)."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

TIME_ZONE = "Asia/Shanghai"


def today() -> date:
    """Today in the county."""
    return datetime.now(ZoneInfo(TIME_ZONE)).date()


def end_of(day: date) -> datetime:
    """The first instant after ``day`` in the county's time."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(TIME_ZONE))
