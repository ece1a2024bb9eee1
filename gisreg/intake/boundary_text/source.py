"""A boundary-point text as a source: one row a parcel, numbered by the line it stands in."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from gisreg.geometry import STORAGE_SRID, WGS84_SRID, Zone, zone_of
from gisreg.intake import crs
from gisreg.intake.boundary_text.axes import Reading, Unit, zone_from
from gisreg.intake.boundary_text.faults import KINDS
from gisreg.intake.boundary_text.judging import Work, begin, judge_all
from gisreg.intake.boundary_text.lines import RawFile, field_names, take_apart
from gisreg.intake.errors import (
    CrsMissing,
    CrsNeedsParameters,
    CrsUnknown,
    LayerMissing,
    NotGeodata,
    ZoneContradicted,
)
from gisreg.intake.notes import WHOLE_FILE, Note, settled
from gisreg.intake.plaintext import read_text
from gisreg.intake.table import TableSource, make_table
from gisreg.text import Text

SUFFIX = ".txt"
CODE, NAME, AREA = "地块编号", "地块名称", "地块面积(平方米)"
HEAD_FIELDS = ("数据产生单位", "数据产生日期")
_OLD = re.compile(r"西安|80|54|北京|xi.?an|beijing", re.IGNORECASE)
_CGCS2000 = re.compile(r"2000|cgcs", re.IGNORECASE)
_WGS84 = re.compile(r"wgs.?84|84", re.IGNORECASE)


def open_text(path: Path, shown: str, *, layer: str | None, crs_given: str | None, encoding: str | None) -> TableSource:
    """Read the whole file; it is one layer."""
    if layer not in (None, path.stem):
        raise LayerMissing(shown, layer=layer, layers=path.stem)
    text, found = read_text(path, shown, encoding)
    raw = take_apart(text)
    if not raw.is_ours:
        raise NotGeodata(shown, detail=path.suffix)
    works, usual = begin(raw.parcels)
    if usual is None and not (raw.sections or raw.head or crs_given):  # numbers of something else
        raise NotGeodata(shown, detail=path.suffix)
    where = _crs(raw, usual, crs_given, shown)
    judge_all(works, usual, where)
    about_file = _file_notes(raw, works, where)
    fields = _fields(raw)
    rows = [(work.raw.line, work.wkb, _values(work, raw, fields)) for work in works]
    return TableSource(
        path=path, shown=shown, layer=path.stem, fields=tuple(fields), rows=len(rows), srid=where.srid,
        crs_from=where.how, encoding=found.name, encoding_from=found.how, table=make_table(rows, fields),
        measured=(AREA,), whole_mm=True, notes=settled([*about_file, *(note for work in works for note in work.notes)]),
    )  # fmt: skip


def _crs(raw: RawFile, usual: Reading | None, given: str | None, shown: str) -> crs.FoundCrs:
    """As the caller says, else as the head and the coordinates together say; the datum is never guessed."""
    stated = raw.head.get("坐标系", "")
    if given:
        found = crs.decide(None, given, shown)
        check_zone(found, usual, given, shown)
        return found
    if not stated:
        raise CrsMissing(shown, detail=Text("没有“坐标系=”一行", "no line 坐标系="))
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
        raise CrsMissing(shown, detail=Text("没有带号", "no zone"))
    return crs.FoundCrs(zone.srid, "file", geographic=False)


def check_zone(found: crs.FoundCrs, usual: Reading | None, given: str, shown: str) -> None:
    """A zone given by the caller must fit the coordinates.

    Raises:
        ZoneContradicted: the numbers have another zone's prefix, or none, or are degrees.
    """
    zone = zone_of(found.srid)
    if zone is None or usual is None:
        return
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


def _file_notes(raw: RawFile, works: Sequence[Work], where: crs.FoundCrs) -> Iterator[Note]:
    zone, system = zone_of(where.srid), raw.head.get("坐标系", "")
    if where.how == "given" and system and not _CGCS2000.search(system):
        yield KINDS["text_system_overruled"].about(WHOLE_FILE, field="坐标系", words={"stated": system[:40]})
    readings = [work.reading for work in works if work.reading]
    if readings and not any(reading.north_first for reading in readings):
        yield KINDS["text_swapped_file"].about(WHOLE_FILE)
    stated = _whole(raw.head.get("带号"))
    if zone and stated and zone_from(stated, prefixed=zone.prefixed) not in (None, zone):
        yield KINDS["text_zone_differs"].about(WHOLE_FILE, field="带号", words={"stated": stated, "found": zone.number})
    parameters = raw.head.get("转换参数", "")
    if re.search(r"[1-9]", parameters):
        yield KINDS["text_parameters"].about(WHOLE_FILE, field="转换参数", words={"text": parameters[:60]})
    for stray in raw.stray:
        yield KINDS["text_stray_line"].about(WHOLE_FILE, words={"line": stray.line, "text": stray.text})


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


def _values(work: Work, raw: RawFile, fields: Sequence[str]) -> list[str | None]:
    values: dict[str, str | None] = {**raw.head, **work.raw.others, CODE: work.raw.code, NAME: work.raw.name}
    values[AREA] = _digits(work.area.m2) if work.area else None
    return [values.get(name) for name in fields]


def _digits(m2: float) -> str:
    """Square metres without the noise of the multiplication."""
    return f"{m2:.6f}".rstrip("0").rstrip(".")
