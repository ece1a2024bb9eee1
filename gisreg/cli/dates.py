"""Days on the command line: one form, one refusal, wherever an option takes one."""

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, ClassVar

import typer

from gisreg.errors import InputError
from gisreg.text import Text

FIRST_DAY, LAST_DAY = date(1949, 10, 1), date(2199, 12, 31)


class BadDateOption(InputError):
    """An option that needs a date got something else."""

    what: ClassVar[Text] = Text("{value} 不是有效日期", "{value} is not a date")
    mend: ClassVar[Text] = Text(
        "写作 2026-11-21,自 {first} 至 {last}", "write it as 2026-11-21, between {first} and {last}"
    )


def read_day(option: str) -> Callable[[str], date]:
    """A reader of the option's value.

    Raises:
        BadDateOption: no such day, another form, or a day far outside any file of a county.
    """

    def read(value: str) -> date:
        try:
            day = date.fromisoformat(value) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) else None
        except ValueError:
            day = None
        if day is None or not FIRST_DAY <= day <= LAST_DAY:
            raise BadDateOption(option, value=value, first=FIRST_DAY, last=LAST_DAY)
        return day

    return read


def day_option(name: str, help: str) -> Any:
    """An option that takes a day."""
    return typer.Option(name, parser=read_day(name), metavar="YYYY-MM-DD", help=help)


AsOf = Annotated[date | None, day_option("--as-of", "按该日 24 时的登记 · as recorded at the end of that day")]
InForceOn = Annotated[date | None, day_option("--as-of", "该日有效的权利、负担 · what is in force on that day")]
ClockDay = Annotated[date | None, day_option("--as-of", "基准日 · the clock's date")]
RecordedAsOf = Annotated[
    date | None, day_option("--recorded-as-of", "按该日 24 时已记录的事实 · facts as recorded that day")
]
