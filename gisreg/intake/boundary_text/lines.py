"""The text taken apart: head, parcels, points, each with its line. Nothing is judged here but a line's form."""

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

GEOMETRY_WORDS = ("面", "点", "线")
HEADER_WORDS = ("界址点数", "点号")
"""Some programs write the names of the columns too."""
OUR_SECTIONS = ("属性描述", "地块坐标")
MARK = "@"
USUAL_PLACE = 4
"""Of the kind of shape, behind count, area, code and name."""
LEAST_FIELDS = 6
"""Of a parcel's line, where neither its end nor the kind of its shape marks it."""
MOST_POINT_FIELDS = 5
AFTER_KIND = ("图幅号", "地块用途", "地类编码")
EXTRAS = ("TBLX", "DL", "GZQ", "GZH", "BZ")
"""Fields that some programs add behind the land-use code."""

_SECTION = re.compile(r"^[\[【]\s*(?P<name>[^\]】]+?)\s*[\]】]$")
_ANGLE = re.compile(
    r"""^(?P<d>\d{1,3})[°度]\s*((?P<m>\d{1,2}(\.\d+)?)['\u2032分]\s*)?((?P<s>\d{1,2}(\.\d+)?)(["\u2033秒]|''|\u2032\u2032))?$"""
)
SIXTY = 60
_LINE = re.compile(r"[^\r\n]+")
_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")


@dataclass(frozen=True, slots=True)
class Point:
    """A boundary point as it stands in its line."""

    line: int
    label: str
    ring: str
    first: float
    second: float


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line among the points that is none."""

    line: int
    text: str


@dataclass
class RawParcel:
    """A parcel's line and what follows it."""

    line: int
    count: int | None = None
    area: str = ""
    code: str = ""
    name: str = ""
    shape: str = "面"
    others: dict[str, str] = field(default_factory=dict)
    points: list[Point] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)


@dataclass
class RawFile:
    """The whole file."""

    head: dict[str, str] = field(default_factory=dict)
    parcels: list[RawParcel] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)
    stray: list[BadLine] = field(default_factory=list)
    """Lines before any parcel that mean nothing."""

    @property
    def is_ours(self) -> bool:
        """Whether this is boundary text at all: parcels under their own title, or points."""
        return bool(self.parcels) and ("地块坐标" in self.sections or any(parcel.points for parcel in self.parcels))


def take_apart(text: str) -> RawFile:
    """The file's lines by what they are."""
    found = RawFile()
    for number, line in _lines(text):
        clean = line.strip(" \t\ufeff\x1a\u3000")
        if clean:
            _take(found, number, clean)
    return found


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that hold anything, with their numbers: millions of empty ones cost nothing."""
    number, end = 1, 0
    for line in _LINE.finditer(text):
        gap = text[end : line.start()]
        number += len(gap) if len(gap) < 2 else gap.count("\n") + gap.count("\r") - gap.count("\r\n")  # noqa: PLR2004 - CR and LF
        yield number, line[0]
        end = line.end()


def _take(found: RawFile, number: int, line: str) -> None:
    section = _SECTION.match(line) if line[0] in "[\u3010" else None
    if section:
        found.sections.append(section["name"])
        return
    key, equals, value = line.replace("\uff1d", "=", 1).partition("=")
    if equals and not re.search("[,\uff0c\t]", key):
        found.head.setdefault(key.strip(), value.strip())
        return
    fields = split_fields(line)
    if fields[0] in HEADER_WORDS:
        return
    if is_parcel(fields):
        found.parcels.append(read_parcel(number, fields))
        return
    point = read_point(number, fields)
    if point is None:
        if found.parcels:
            found.parcels[-1].bad.append(BadLine(number, line[:60]))
        elif not found.sections or found.sections[-1] in OUR_SECTIONS:  # other sections say what they like
            found.stray.append(BadLine(number, line[:60]))
        return
    if not found.parcels:  # bare points
        found.parcels.append(RawParcel(number))
    found.parcels[-1].points.append(point)


def split_fields(line: str) -> list[str]:
    """By ASCII commas; by full-width ones or tabs only where there is none, for they may stand in a name.

    Points are also written with blanks between their numbers.
    """
    separator = next((mark for mark in (",", "\uff0c", "\t", ";") if mark in line), ",")
    if separator not in line:
        words = line.split()
        if len(words) > 1 and all(read_number(word) is not None for word in words[-2:]):
            return words
    return [part.strip() for part in line.split(separator)]


def is_parcel(fields: Sequence[str]) -> bool:
    """Whether this is a parcel's line rather than a point's."""
    if fields[-1].endswith(MARK) or MARK in fields:
        return True
    long = len(fields) >= LEAST_FIELDS
    return long and (any(word in GEOMETRY_WORDS for word in fields) or len(fields) > MOST_POINT_FIELDS + 1)


def read_parcel(number: int, fields: Sequence[str]) -> RawParcel:
    """The attributes, found from the word for the kind of shape, since some programs leave the first field out."""
    values = list(fields[: fields.index(MARK)] if MARK in fields else fields)
    if values and values[-1].endswith(MARK):
        values[-1] = values[-1].removesuffix(MARK).strip()
    places = (USUAL_PLACE, *range(len(values)))  # a name may be such a word too
    kind = next((p for p in places if p < len(values) and values[p] in GEOMETRY_WORDS), min(USUAL_PLACE, len(values)))
    before = ["", "", "", "", *values[:kind]][-USUAL_PLACE:]
    after = values[kind + 1 :]
    names = [*AFTER_KIND, *EXTRAS, *(f"附加{place}" for place in range(1, len(after) + 1))]
    count = unicodedata.normalize("NFKC", before[0])
    return RawParcel(
        number,
        int(count) if count.isascii() and count.isdigit() else None,
        before[1], before[2], before[3],
        values[kind] if kind < len(values) and values[kind] in GEOMETRY_WORDS else "面",
        {name: value for name, value in zip(names, after, strict=False) if value},
    )  # fmt: skip


def read_point(number: int, fields: Sequence[str]) -> Point | None:
    """Label, ring, two coordinates (a height behind them is left); fewer fields are label and pair, or the pair."""
    values = list(fields)
    while len(values) > 2 and not values[-1]:  # noqa: PLR2004 - a pair at least
        values.pop()
    if not 2 <= len(values) <= MOST_POINT_FIELDS:  # noqa: PLR2004 - a pair at least
        return None
    start = {2: 0, 3: 1}.get(len(values), 2)
    pair = [read_number(value) for value in values[start : start + 2]]
    if pair[0] is None or pair[1] is None:
        return None
    label = values[0] if start else ""
    ring = values[1] if start == 2 else "1"  # noqa: PLR2004 - label and ring before the pair
    return Point(number, label, ring or "1", pair[0], pair[1])


def read_number(text: str) -> float | None:
    """A coordinate, in digits of any width or as degrees, minutes and seconds; None for what is none or has no end."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    if plain.isascii() and _NUMBER.match(plain):
        number = float(plain)
        return number if math.isfinite(number) else None
    angle = _ANGLE.match(plain)
    if angle:
        degrees, minutes, seconds = (float(angle[part] or 0) for part in ("d", "m", "s"))
        return degrees + minutes / 60 + seconds / 3600 if max(minutes, seconds) < SIXTY else None
    return None


def field_names(parcels: Iterable[RawParcel]) -> list[str]:
    """The further attributes that any parcel has, in their usual order."""
    used = {name for parcel in parcels for name in parcel.others}
    usual = [*AFTER_KIND, *EXTRAS]
    return [*(name for name in usual if name in used), *sorted(used.difference(usual))]
