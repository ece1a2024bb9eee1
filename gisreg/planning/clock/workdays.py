"""Working days: weekends, the State Council's yearly notices and a county's own days. The calendar is data.

Only steps of a procedure look at it; the one- and two-year tests of idle land do not roll over a weekend (rules §6).
"""

import csv
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, ClassVar, Literal

from gisreg.errors import InputError
from gisreg.text import Text

SATURDAY = 5
DAY = timedelta(days=1)
HOLIDAY, WORKDAY = "holiday", "workday"
COLUMNS = ("day", "kind", "name", "source", "confirmed")
FIXED = {(1, 1): "元旦", (5, 1): "劳动节", (10, 1): "国庆节", (10, 2): "国庆节", (10, 3): "国庆节"}
"""Holidays whose day is the same each year: all that is known of a year without its notice, besides weekends."""
ENGLISH = {
    "元旦": "New Year's Day", "春节": "Spring Festival", "清明节": "Qingming Festival", "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival", "中秋节": "Mid-Autumn Festival", "国庆节": "National Day",
}  # fmt: skip
"""Names of holidays; a day of a county's own keeps the one that the county gave it."""
WEEKEND = Text("周末", "weekend")
OWN_FOLDER = "calendars"


class CalendarUnusable(InputError):
    """A calendar file with a line that is no day."""

    what: ClassVar[Text] = Text("日历文件有误:{detail}", "the calendar is wrong: {detail}")
    mend: ClassVar[Text] = Text(
        "每行写 day,kind,name,source,confirmed;kind 为 holiday 或 workday",
        "a line is day,kind,name,source,confirmed; kind is holiday or workday",
    )


@dataclass(frozen=True)
class CalendarDay:
    """A day that is not what its weekday says."""

    day: date
    kind: Literal["holiday", "workday"]
    name: str
    source: str
    confirmed: bool

    @property
    def title(self) -> Text:
        """The name in both languages; two holidays of one day are joined."""
        return holiday(self.name)

    def as_json(self) -> dict[str, Any]:
        """For programs: its name in both languages beside the one of the notice."""
        return {**asdict(self), "title": self.title._asdict()}


@dataclass(frozen=True)
class Calendar:
    """Which days are worked."""

    days: dict[date, CalendarDay] = field(default_factory=dict)

    def covers(self, day: date) -> bool:
        """Whether the notice of that year is here; else movable holidays are not known."""
        return any(one.year == day.year for one in self.days)

    def sure(self, first: date, last: date) -> bool:
        """Whether all that is said of these days is confirmed."""
        years = range(first.year, last.year + 1)
        covered = all(self.covers(date(year, 1, 1)) for year in years)
        return covered and all(one.confirmed for one in self.days.values() if first <= one.day <= last)

    def works(self, day: date) -> bool:
        """Whether it is a working day."""
        known = self.days.get(day)
        if known is not None:
            return known.kind == WORKDAY
        fixed = (day.month, day.day) in FIXED and not self.covers(day)
        return day.weekday() < SATURDAY and not fixed

    def why_not(self, day: date) -> Text | None:
        """What keeps people from work that day: a holiday's name, or the weekend; None on a working day."""
        if self.works(day):
            return None
        known = self.days.get(day)
        if known is not None:
            return known.title
        fixed = FIXED.get((day.month, day.day))
        return holiday(fixed) if fixed else WEEKEND

    def roll_forward(self, day: date) -> date:
        """The day itself, or the next working day: where the last day of a step's period goes (Civil Code art. 203)."""
        while not self.works(day):
            day += DAY
        return day

    def working_days_later(self, day: date, count: int) -> date:
        """The last of so many working days; the first day does not count."""
        while count > 0:
            day += DAY
            count -= self.works(day)
        return day


def holiday(name: str) -> Text:
    """A holiday's name, or those of two that fall together, in both languages."""
    return Text(name, ", ".join(ENGLISH.get(one, one) for one in name.split("、")))


def load_calendar(data_dir: Path, home: Path | None = None) -> Calendar:
    """The national calendar, and a county's own days over it (``calendars/*.csv`` of its data directory).

    Raises:
        CalendarUnusable.
    """
    files = sorted((data_dir / OWN_FOLDER).glob("*.csv"))
    files += sorted((home / OWN_FOLDER).glob("*.csv")) if home is not None else []
    days: dict[date, CalendarDay] = {}
    for file in files:
        days |= {one.day: one for one in read_days(file)}
    return Calendar(days)


def read_days(file: Path) -> Iterable[CalendarDay]:
    """The days of one file.

    Raises:
        CalendarUnusable.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CalendarUnusable(where=file.name, detail=str(error)) from None
    numbered = [(no, line) for no, line in enumerate(lines, start=1) if line.strip() and not line.startswith("#")]
    if not numbered or tuple(numbered[0][1].split(",")) != COLUMNS:
        raise CalendarUnusable(where=file.name, detail=",".join(COLUMNS))
    return [_day(f"{file.name}:{no}", line) for no, line in numbered[1:]]


def _day(where: str, line: str) -> CalendarDay:
    cells = next(csv.reader([line]))
    if len(cells) != len(COLUMNS):
        raise CalendarUnusable(where=where, detail=line[:80])
    day, kind, name, source, confirmed = (cell.strip() for cell in cells)
    if kind not in (HOLIDAY, WORKDAY) or confirmed not in ("true", "false"):
        raise CalendarUnusable(where=where, detail=line[:80])
    try:
        read = date.fromisoformat(day)
    except ValueError:
        raise CalendarUnusable(where=where, detail=day[:80]) from None
    return CalendarDay(read, "holiday" if kind == HOLIDAY else "workday", name, source, confirmed == "true")
