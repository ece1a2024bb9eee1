"""What an import did: the counts, and each finding with row, id, field, place and mend."""

import csv
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from gisreg.errors import InputError
from gisreg.text import Language, Text

LISTED_AREAS = 1000


class ReportFormatUnknown(InputError):
    """Reports are CSV or JSON."""

    what: ClassVar[Text] = Text("报告只能是 .csv 或 .json", "a report is .csv or .json")
    mend: ClassVar[Text] = Text("请更改 --report 的扩展名", "change the suffix of --report")


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about one row."""

    row: int
    id: str | None
    field: str | None
    grade: str
    fault: str
    place: str | None
    what: Text
    mend: Text

    def as_json(self) -> dict[str, Any]:
        """With both languages."""
        plain = asdict(self)
        return {
            **{key: plain[key] for key in ("row", "id", "field", "grade", "fault", "place")},
            "mend": self.mend.zh, "mend_en": self.mend.en, "what": self.what.zh, "what_en": self.what.en,
        }  # fmt: skip


@dataclass(frozen=True)
class Report:
    """The outcome of one import."""

    batch: int | None
    county: str
    kind: str
    file: str
    layer: str
    crs: str
    crs_from: str
    encoding: str | None
    encoding_from: str | None
    read: int
    loaded: int
    repaired: int
    refused: int
    unchanged: int
    warned: int
    dry_run: bool
    again_of: int | None
    """An earlier batch that loaded the very same file."""
    mapped: dict[str, str]
    unmapped: tuple[str, ...]
    areas_m2: list[float | None] = field(repr=False)
    planar_areas_m2: list[float | None] = field(repr=False)
    problems: list[Problem] = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        """The shape that scripts lean on."""
        plain = {key: value for key, value in self.__dict__.items() if key != "problems"}
        return {**plain, "unmapped": list(self.unmapped), "problems": [problem.as_json() for problem in self.problems]}


def check_report_path(path: Path) -> None:
    """Refuse before the work, not after it."""
    if path.suffix.lower() not in (".csv", ".json"):
        raise ReportFormatUnknown(str(path))


def write_report(report: Report, path: Path, language: Language) -> None:
    """As CSV (one line per finding; Excel reads it) or JSON (all of it)."""
    check_report_path(path)
    if path.suffix.lower() == ".json":
        path.write_text(json.dumps(report.as_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        _write_rows(csv.writer(file), report.problems, language)


def _write_rows(table: Any, problems: Iterable[Problem], language: Language) -> None:
    table.writerow(("row", "id", "field", "grade", "fault", "place", "what", "mend"))
    for one in problems:
        words = (one.what.say(language), one.mend.say(language))
        table.writerow((one.row, _safe(one.id), one.field, one.grade, one.fault, one.place, *map(_safe, words)))


def _safe(value: str | None) -> str | None:
    """A cell that a spreadsheet would run as a formula is shown as text."""
    return f"'{value}" if value and value[0] in "=+-@\t" else value
