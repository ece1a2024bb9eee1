"""A boundary-point text as a source: one row a parcel, numbered by the line it stands in."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gisreg.geometry import STORAGE_SRID, WGS84_SRID, Zone, zone_of
from gisreg.intake import crs
from gisreg.intake.boundary_text import rings as ring_work
from gisreg.intake.boundary_text.areas import StatedArea, read_area
from gisreg.intake.boundary_text.axes import (
    Reading,
    Unit,
    agrees,
    commonest,
    place,
    reading_of,
    zone_from,
)
from gisreg.intake.boundary_text.faults import KINDS
from gisreg.intake.boundary_text.lines import RawFile, RawParcel, field_names, take_apart
from gisreg.intake.errors import (
    CrsMissing,
    CrsNeedsParameters,
    CrsUnknown,
    LayerMissing,
    NotGeodata,
    ZoneContradicted,
)
from gisreg.intake.notes import UNREADABLE, WHOLE_FILE, Note, settled
from gisreg.intake.plaintext import read_text
from gisreg.intake.table import TableSource, make_table

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

SUFFIX = ".txt"
CODE, NAME, AREA = "地块编号", "地块名称", "地块面积(平方米)"
HEAD_FIELDS = ("数据产生单位", "数据产生日期")
_OLD = re.compile(r"西安|80|54|北京|xi.?an|beijing", re.IGNORECASE)
_CGCS2000 = re.compile(r"2000|cgcs", re.IGNORECASE)
_WGS84 = re.compile(r"wgs.?84|84", re.IGNORECASE)


@dataclass
class _Work:
    """One parcel on its way to a row."""

    raw: RawParcel
    reading: Reading | None
    notes: list[Note] = field(default_factory=list)
    shape: "BaseGeometry | None" = None
    area: StatedArea | None = None

    def say(self, token: str, *, place: str | None = None, **words: object) -> None:
        note = KINDS[token].about(self.raw.line, self.raw.code or None, place=place, words=words)
        self.notes.append(note)

    @property
    def refused(self) -> bool:
        return any(note.refuses for note in self.notes)


def open_text(path: Path, shown: str, *, layer: str | None, crs_given: str | None, encoding: str | None) -> TableSource:
    """Read the whole file; it is one layer."""
    if layer not in (None, path.stem):
        raise LayerMissing(shown, layer=layer, layers=path.stem)
    text, found = read_text(path, shown, encoding)
    raw = take_apart(text)
    if not raw.is_ours:
        raise NotGeodata(shown, detail=path.suffix)
    works = [_Work(parcel, reading_of(parcel.points)) for parcel in raw.parcels]
    usual = commonest(work.reading for work in works)
    if usual is None and not (raw.sections or raw.head or crs_given):  # numbers of something else
        raise NotGeodata(shown, detail=path.suffix)
    where = _crs(raw, usual, crs_given, shown)
    zone = zone_of(where.srid)
    chinese = zone is not None or where.srid in (STORAGE_SRID, WGS84_SRID)
    last, others_closed = works[-1], _others_closed(works)
    for work in works:
        _judge(work, usual if chinese else None, where, cut_possible=work is last and others_closed)
    fields = _fields(raw)
    rows = [(work.raw.line, _wkb(work), _values(work, raw, fields)) for work in works]
    return TableSource(
        path=path, shown=shown, layer=path.stem, fields=tuple(fields), rows=len(rows), srid=where.srid,
        crs_from=where.how, encoding=found.name, encoding_from=found.how, table=make_table(rows, fields),
        notes=settled([*_file_notes(raw, usual, zone), *(note for work in works for note in work.notes)]),
    )  # fmt: skip


def _crs(raw: RawFile, usual: Reading | None, given: str | None, shown: str) -> crs.FoundCrs:
    """As the caller says, else as the head and the coordinates together say; the datum is never guessed."""
    stated = raw.head.get("坐标系", "")
    if given:
        found = crs.decide(None, given, shown)
        zone = zone_of(found.srid)
        if zone and usual:
            _check_zone(zone, usual, given, shown)
        return found
    if not stated:
        raise CrsMissing(shown, detail="没有“坐标系=” / no 坐标系= line")
    if not _CGCS2000.search(stated) and (_OLD.search(stated) and not _WGS84.search(stated)):
        raise CrsNeedsParameters(shown, crs=stated)
    degrees = usual is not None and usual.unit is Unit.DEGREES
    if degrees:
        world = _WGS84.search(stated) and not _CGCS2000.search(stated)
        return crs.FoundCrs(WGS84_SRID if world else STORAGE_SRID, "file", geographic=True)
    if not _CGCS2000.search(stated):
        raise CrsUnknown(shown, crs=stated)
    zone = _zone(raw, usual)
    if zone is None:
        raise CrsMissing(shown, detail="没有带号 / no zone")
    return crs.FoundCrs(zone.srid, "file", geographic=False)


def _check_zone(zone: Zone, usual: Reading, given: str, shown: str) -> None:
    """A zone given by the caller must fit the coordinates."""
    fits = {Unit.PREFIXED: zone.prefixed and usual.zone == zone.number, Unit.PLAIN: not zone.prefixed}
    if not fits.get(usual.unit, False):
        written = f"{usual.zone} 带 (带号在前) / zone {usual.zone}, prefixed" if usual.zone else str(usual.unit.value)
        raise ZoneContradicted(shown, crs=given, found=written)


def _zone(raw: RawFile, usual: Reading | None) -> Zone | None:
    """By the coordinates' own prefix, else by the head's 带号 or central meridian."""
    if usual is not None and usual.zone is not None:
        return zone_from(usual.zone, prefixed=True)
    number = next((found for key in ("带号", "中央子午线", "中央经线") if (found := _whole(raw.head.get(key)))), None)
    return zone_from(number, prefixed=False) if number else None


def _whole(text: str | None) -> int | None:
    found = re.search(r"\d+", text or "")
    return int(found[0]) if found else None


def _file_notes(raw: RawFile, usual: Reading | None, zone: Zone | None) -> Iterator[Note]:
    if usual is not None and not usual.north_first:
        yield KINDS["text_swapped_file"].about(WHOLE_FILE)
    stated = _whole(raw.head.get("带号"))
    if zone and stated and zone_from(stated, prefixed=zone.prefixed) not in (None, zone):
        yield KINDS["text_zone_differs"].about(WHOLE_FILE, field="带号", words={"stated": stated, "found": zone.number})
    parameters = raw.head.get("转换参数", "")
    if re.search(r"[1-9]", parameters):
        yield KINDS["text_parameters"].about(WHOLE_FILE, field="转换参数", words={"text": parameters[:60]})
    for stray in raw.stray:
        yield KINDS["text_stray_line"].about(WHOLE_FILE, words={"line": stray.line, "text": stray.text})


def _others_closed(works: Sequence[_Work]) -> bool:
    """Whether all parcels before the last one end where they began: then an open last one was cut off."""
    return len(works) > 1 and all(
        ring.closed
        for work in works[:-1]
        for ring in ring_work.rings_of(work.raw.points, degrees=_in_degrees(work.reading))
    )


def _in_degrees(reading: Reading | None) -> bool:
    return reading is not None and reading.unit is Unit.DEGREES


def _judge(work: _Work, usual: Reading | None, where: crs.FoundCrs, *, cut_possible: bool) -> None:
    """Shape and area of one parcel, or why it has none; each step only where the one before went well."""
    raw = work.raw
    if raw.shape != "面":
        work.say("text_not_polygon", line=raw.line, shape=raw.shape)
        return
    rings = ring_work.rings_of(raw.points, degrees=_in_degrees(work.reading))
    if _is_cut(work, rings, cut_possible=cut_possible):
        last = max(point.line for point in raw.points) if raw.points else raw.line
        work.say("text_cut", line=raw.line, last=last, count=raw.count or "?", found=len(raw.points))
        return
    for bad in raw.bad:
        work.say("text_bad_line", line=bad.line, text=bad.text)
    if not raw.points and not raw.bad:
        work.say("text_no_points", line=raw.line)
    _check_ends(work, rings)
    if usual is not None and raw.points:
        _check_points(work, rings, usual)
    if work.refused:
        return
    north_first = work.reading.north_first if work.reading and usual else True
    _shape(work, rings, where, north_first=north_first)
    if not work.refused:
        _compare(work, rings)


def _is_cut(work: _Work, rings: Sequence[ring_work.Ring], *, cut_possible: bool) -> bool:
    """An open end, and fewer points than stated, or a last line that is no point, or no count in the last parcel."""
    raw = work.raw
    if not rings or rings[-1].closed or rings[-1].far_end:
        return False
    torn = bool(raw.bad) and raw.bad[-1].line > raw.points[-1].line
    short = raw.count is not None and len(raw.points) < raw.count - len(rings)
    return short or (cut_possible and (torn or raw.count is None))


def _check_ends(work: _Work, rings: Sequence[ring_work.Ring]) -> None:
    for ring in rings:
        first = ring.points[0]
        if ring.different < ring_work.LEAST_POINTS:
            work.say("text_few_points", ring=ring.name, line=first.line, found=ring.different)
        elif ring.far_end:
            away = f"{ring_work.distance(ring.far_end, first):.3f}"
            work.say("text_closing_point_far", line=ring.far_end.line, label=ring.far_end.label, metres=away)
        elif ring.wrong_end:
            end = ring.wrong_end
            work.say("text_closing_point", line=end.line, text=f"{end.first:.10g},{end.second:.10g}")
        elif not ring.closed:
            work.say("text_not_closed", ring=ring.name, line=first.line)


def _check_points(work: _Work, rings: Sequence[ring_work.Ring], usual: Reading) -> None:
    """Every point must be written as the parcel's others are, and the parcel in the file's zone."""
    reading = work.reading
    points = [point for ring in rings for point in ring.points]
    strange = [point for point in points if reading is None or not agrees(point, reading)]
    for point in strange:
        work.say("text_point", line=point.line, text=f"{point.first:.10g},{point.second:.10g}")
    if reading is None or strange:
        return
    if (reading.unit, reading.zone) != (usual.unit, usual.zone):
        zone, other = (one.zone or one.unit.value for one in (reading, usual))
        work.say("text_other_zone", line=work.raw.line, zone=zone, other=other)
    elif not reading.north_first:
        work.say("text_swapped", line=work.raw.line)


def _shape(work: _Work, rings: Sequence[ring_work.Ring], where: crs.FoundCrs, *, north_first: bool) -> None:
    shape = ring_work.polygon([[place(point, north_first=north_first) for point in ring.points] for ring in rings])
    spot = ring_work.crossing(shape)
    if spot:
        lines = ring_work.near_lines(spot, rings, north_first=north_first)
        work.say("text_crosses", lines="、".join(map(str, lines)), place=f"{spot[0]:.10g} {spot[1]:.10g}")
        return
    work.shape = shape
    work.area = read_area(work.raw.area, _measured(shape, where)) if work.raw.area else None


def _measured(shape: "BaseGeometry", where: crs.FoundCrs) -> float:
    if not where.geographic:
        return float(shape.area) * (crs.metres_per_unit(where.srid) or 1.0) ** 2
    from pyproj import Geod  # noqa: PLC0415 - heavy

    return abs(float(Geod(a=6_378_137.0, rf=298.257222101).geometry_area_perimeter(shape)[0]))


def _compare(work: _Work, rings: Sequence[ring_work.Ring]) -> None:
    """What is stated beside what is there: the number of points and the area."""
    raw, written = work.raw, sum(ring.written for ring in rings)
    different = sum(len(ring.points) for ring in rings)
    if raw.count is not None and raw.count not in (written, different, different + len(rings), different + 1):
        work.say("text_count", count=raw.count, found=written)
    if not raw.area:
        return
    if work.area is None:
        work.say("text_area_unreadable", text=raw.area[:40])
    elif not work.area.agrees:
        assert work.shape is not None  # noqa: S101 - only shapes are compared
        measured = f"{work.shape.area:.1f}" if not _in_degrees(work.reading) else "?"
        work.say("text_area_differs", text=raw.area[:40], stated=f"{work.area.m2:.1f}", measured=measured)
    elif work.area.assumed:
        work.say("text_area_unit", text=raw.area[:40], unit=work.area.unit)


def _fields(raw: RawFile) -> list[str]:
    """The columns that hold anything."""
    own = [
        name
        for name, values in (
            (CODE, [parcel.code for parcel in raw.parcels]),
            (NAME, [parcel.name for parcel in raw.parcels]),
            (AREA, [parcel.area for parcel in raw.parcels]),
        )
        if any(values)
    ]
    return [*own, *field_names(raw.parcels), *(key for key in HEAD_FIELDS if raw.head.get(key))]


def _values(work: _Work, raw: RawFile, fields: Sequence[str]) -> list[str | None]:
    values: dict[str, str | None] = {**raw.head, **work.raw.others, CODE: work.raw.code, NAME: work.raw.name}
    values[AREA] = _digits(work.area.m2) if work.area else None
    return [values.get(name) for name in fields]


def _digits(m2: float) -> str:
    """Square metres without the noise of the multiplication."""
    return f"{m2:.6f}".rstrip("0").rstrip(".")


def _wkb(work: _Work) -> bytes:
    return UNREADABLE if work.refused or work.shape is None else bytes(work.shape.wkb)
