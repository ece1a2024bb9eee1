"""What an import did: the counts, and each finding with row, id, field, place and mend."""

import csv
import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from gisreg.errors import InputError, NotFoundError, ResourceError
from gisreg.text import Language, Text
from gisreg.vocab import Severity

LISTED_AREAS = 1000
UNTOLD = ("drawing", "edited")
"""Parts of a comparison that are no words for a reader: the shapes of a map, and what tells that others have edited."""


class ReportFormatUnknown(InputError):
    """Reports are CSV or JSON."""

    what: ClassVar[Text] = Text("报告只能是 .csv 或 .json", "a report is .csv or .json")
    mend: ClassVar[Text] = Text("请更改 --report 的扩展名", "change the suffix of --report")


class ReportFolderMissing(NotFoundError):
    """The report's folder is not there."""

    what: ClassVar[Text] = Text("报告的文件夹不存在", "the report's folder does not exist")
    mend: ClassVar[Text] = Text("请先建立文件夹;尚未导入", "make the folder first; nothing was imported yet")


class ReportNotWritten(ResourceError):
    """The import is done, its report could not be written."""

    what: ClassVar[Text] = Text(
        "导入已完成(批次 {batch}),但报告没有写成({detail})",
        "the import is done (batch {batch}), but its report could not be written ({detail})",
    )
    mend: ClassVar[Text] = Text(
        "请腾出空间或换一个位置,再用 --dry-run --report 取得报告",
        "free some space or name another place, then get the report with --dry-run --report",
    )


class EveryRowRefused(InputError):
    """Nothing of the file could be loaded."""

    what: ClassVar[Text] = Text(
        "{refused} 行全部被拒绝,没有载入任何宗地(最多见:{what_zh})",
        "all {refused} rows were refused, no parcel was loaded (most often: {what_en})",
    )
    mend: ClassVar[Text] = Text("{mend_zh}", "{mend_en}")


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
    diff: dict[str, Any] | None = field(default=None, repr=False)
    """What would become of each parcel; only where it was asked for."""
    translations: list[dict[str, Any]] = field(default_factory=list, repr=False)
    """Words and codes of the file for which others were stored."""
    left_out: int = 0
    """Rows of the file that were not chosen: none of the other numbers counts them."""

    def as_json(self) -> dict[str, Any]:
        """The shape that scripts lean on."""
        plain = {key: value for key, value in self.__dict__.items() if key not in ("problems", "diff")}
        if self.diff is not None:
            plain["diff"] = {key: value for key, value in self.diff.items() if key not in UNTOLD}
        return {**plain, "unmapped": list(self.unmapped), "problems": [problem.as_json() for problem in self.problems]}


class NothingChosen(InputError):
    """The file has none of the rows that were named."""

    what: ClassVar[Text] = Text(
        "选中的行都不在文件中(文件有 {rows} 行)", "none of the rows named are in the file ({rows} rows)"
    )
    mend: ClassVar[Text] = Text(
        "行号见 gisreg batches preview 的报告", "gisreg batches preview tells the numbers of the rows"
    )


def require_chosen(counts: Mapping[str, Any], file: Path) -> None:
    """Some rows were chosen, or all are meant.

    Raises:
        NothingChosen.
    """
    if counts["left_out"] and not counts["read"]:
        raise NothingChosen(str(file), rows=counts["left_out"])


def require_some(report: Report, file: Path) -> None:
    """A file of which every row is refused is a wrong file: its commonest fault says why.

    Raises:
        EveryRowRefused: no row was loaded, and none was there already.
    """
    if report.refused < report.read or not report.read:
        return
    refusals = [problem for problem in report.problems if problem.grade == Severity.REFUSED]
    fault, _ = Counter(problem.fault for problem in refusals).most_common(1)[0]
    first = next(problem for problem in refusals if problem.fault == fault)
    raise EveryRowRefused(
        str(file), refused=report.refused, what_zh=first.what.zh, what_en=first.what.en,
        mend_zh=first.mend.zh, mend_en=first.mend.en,
    )  # fmt: skip


class NotWhole(InputError):
    """A file of which every row was wanted has rows that are refused."""

    what: ClassVar[Text] = Text(
        "有 {refused} 行被拒绝,按要求整个文件未载入", "{refused} rows are refused, so nothing of the file was loaded"
    )
    mend: ClassVar[Text] = Text(
        "请更正这些行;不用 --strict 则载入其余各行", "correct these rows; without --strict the others are loaded"
    )


def require_whole(report: Report, file: Path) -> None:
    """A file that is to be loaded whole has no refused row.

    Raises:
        NotWhole: nothing was loaded.
    """
    if report.refused:
        raise NotWhole(str(file), refused=report.refused)


def check_report_path(path: Path) -> None:
    """Refuse before the work, not after it; only opening the file tells whether it can be written."""
    if path.suffix.lower() not in (".csv", ".json"):
        raise ReportFormatUnknown(str(path))
    if not path.absolute().parent.is_dir():
        raise ReportFolderMissing(str(path))
    there = path.exists()
    with path.open("a", encoding="utf-8"):
        pass
    if not there:
        path.unlink()


def write_report(report: Report, path: Path, language: Language) -> None:
    """As CSV (one line per finding; Excel reads it) or JSON (all of it); an older report is replaced whole.

    Raises:
        ReportNotWritten: what was imported stays imported.
    """
    scratch = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if path.suffix.lower() == ".json":
            scratch.write_text(json.dumps(report.as_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        else:
            with scratch.open("w", encoding="utf-8-sig", newline="") as file:
                _write_rows(csv.writer(file), report.problems, language)
        scratch.replace(path)
    except OSError as error:
        raise ReportNotWritten(str(path), batch=report.batch or "-", detail=error.strerror) from error
    finally:
        scratch.unlink(missing_ok=True)


def _write_rows(table: Any, problems: Iterable[Problem], language: Language) -> None:
    table.writerow(("row", "id", "field", "grade", "fault", "place", "what", "mend"))
    for one in problems:
        words = (one.what.say(language), one.mend.say(language))
        table.writerow((one.row, _safe(one.id), one.field, one.grade, one.fault, one.place, *map(_safe, words)))


def _safe(value: str | None) -> str | None:
    """A cell that a spreadsheet would run as a formula is shown as text."""
    return f"'{value}" if value and value[0] in "=+-@\t" else value
