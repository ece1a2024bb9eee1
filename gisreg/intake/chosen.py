"""Some rows of a file, as people name them: ``1,3,5-9``."""

import re
from typing import ClassVar

from gisreg.errors import InputError
from gisreg.text import Text

ONE = re.compile(r"(\d{1,12})(?:\s*[-–]\s*(\d{1,12}))?")


class RowsUnclear(InputError):
    """No list of rows."""

    what: ClassVar[Text] = Text("行号写法有误:{given}", "not a list of rows: {given}")
    mend: ClassVar[Text] = Text("请写成 1,3,5-9", "write it like 1,3,5-9")


def chosen_rows(given: str) -> str:
    """The rows as PostgreSQL writes a multirange of them, ends included.

    Raises:
        RowsUnclear.
    """
    ranges = []
    for part in re.split(r"[,,、\s]+(?![-–])", given.strip()):
        found = ONE.fullmatch(part)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
        if last < first:
            raise RowsUnclear(given=given[:60])
        ranges.append(f"[{first},{last}]")
    return "{" + ",".join(ranges) + "}"
