# ruff: noqa: E501 - wording and patterns stay in one piece

"""CSV with shapes in it: a column of WKT (or hexadecimal WKB), or a row for each boundary point.

Rows are numbered as a spreadsheet shows them: the header is row 1.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gisreg.intake import crs
from gisreg.intake.boundary_text.judging import Manner, begin, judge_all
from gisreg.intake.boundary_text.lines import BadLine, Point, RawParcel, read_number
from gisreg.intake.boundary_text.source import check_zone
from gisreg.intake.encoding import Found
from gisreg.intake.errors import CrsMissing, LayerMissing, NoGeometryLayer, NotGeodata, PointsOnly
from gisreg.intake.notes import UNREADABLE, Note, make_kinds, settled
from gisreg.intake.plaintext import read_text
from gisreg.intake.table import TableSource, make_table
from gisreg.vocab import Severity

SUFFIX = ".csv"
DELIMITERS = ",\t;|"
SAMPLE_CHARACTERS = 1_000_000
"""So much of a file shows whether there are shapes in it."""
SHAPE_NAMES = ("wkt", "geometry", "geom", "thegeom", "wktgeom", "shape", "图形", "几何", "边界")
EASTS = ("经度", "lon", "lng", "long", "longitude", "东", "横", "easting", "e")
NORTHS = ("纬度", "lat", "latitude", "北", "纵", "northing", "n")
PARCELS = (
    "地块编号", "宗地编号", "宗地号", "宗地代码", "地块号", "图斑编号", "资产编号", "dkbh", "zddm", "zdh", "tbbh", "bsm", "parcelid", "parcel",
    "编号", "地块", "宗地", "地块名称", "名称", "name", "id", "fid",
)  # fmt: skip
RINGS = ("地块圈号", "圈号", "环号", "ring", "ringno", "部件", "part")
ORDERS = ("点号", "界址点号", "序号", "顺序", "点序", "pointno", "point", "order", "seq", "vertex", "no")
_WKT = re.compile(r"^\s*(SRID\s*=\s*(?P<srid>\d+)\s*;\s*)?(MULTI)?(POINT|LINESTRING|POLYGON|CURVE|SURFACE|GEOMETRYCOLLECTION|CURVEPOLYGON)\b", re.IGNORECASE)  # fmt: skip
_HEX = re.compile(r"^[0-9A-Fa-f]{42,}$")
KINDS = make_kinds(
    ("csv_columns", Severity.REFUSED,
     ("该行有 {found} 列,表头只有 {wanted} 列", "the row has {found} cells, the header {wanted}"),
     ("含分隔符的值请加双引号", "put values that hold the separator in double quotes")),
    ("csv_shape", Severity.REFUSED,
     ("图形无法解析:{text}", "the shape cannot be read: {text}"), ("请更正该行的 WKT", "correct the WKT of that row")),
)  # fmt: skip


@dataclass(frozen=True)
class _Sheet:
    """The file as a table of texts."""

    header: tuple[str, ...]
    rows: list[tuple[int, list[str]]]

    def column(self, place: int) -> Iterator[str]:
        """The values of a column that has any."""
        return (row[place] for _, row in self.rows if len(row) > place and row[place])

    def find(self, names: Sequence[str]) -> int | None:
        """The first column of one of these names."""
        folded = [fold(name) for name in self.header]
        return next((folded.index(name) for name in names if name in folded), None)


@dataclass(frozen=True)
class _File:
    """The file, opened, and what the caller says of it."""

    path: Path
    shown: str
    sheet: _Sheet
    encoding: Found
    crs_given: str | None


def open_csv(path: Path, shown: str, *, layer: str | None, crs_given: str | None, encoding: str | None) -> TableSource:
    """Read the whole file."""
    if layer not in (None, path.stem):
        raise LayerMissing(shown, layer=layer, layers=path.stem)
    text, found = read_text(path, shown, encoding)
    file = _File(path, shown, _read(text, shown), found, crs_given)
    place = _shape_column(file.sheet)
    if place is not None:
        return _from_shapes(file, place)
    pair = _pair(file.sheet)
    if pair is None:
        raise NoGeometryLayer(shown, layer=path.stem)
    return _from_points(file, pair)


def holds_shapes(path: Path, shown: str, encoding: str | None) -> bool:
    """Whether a CSV has a column of shapes or columns of coordinates; others are ledgers."""
    text, _ = read_text(path, shown, encoding)
    head = text[:SAMPLE_CHARACTERS]
    sheet = _read(head if len(head) == len(text) else head.rpartition("\n")[0] or head, shown)
    return _shape_column(sheet) is not None or _pair(sheet) is not None


def fold(name: str) -> str:
    """A column's name for comparing: without units, blanks and the word for coordinate."""
    plain = re.sub(r"[(\[].*?[)\]]|坐标|[\s_]", "", unicodedata.normalize("NFKC", name)).casefold()
    return plain or name.strip().casefold()


def _read(text: str, shown: str) -> _Sheet:
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    csv.field_size_limit(2**31 - 1)  # a boundary of many points is one long value
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False))
    except csv.Error as error:
        raise NotGeodata(shown, detail=str(error)[:80]) from error
    numbered = [(number, [cell.strip() for cell in row]) for number, row in enumerate(records, 1)]
    filled = [(number, row) for number, row in numbered if any(row)]
    if len(filled) < 1 or len(filled[0][1]) < 1:
        raise NotGeodata(shown, detail="CSV")
    header, names = filled[0][1], []
    for place, name in enumerate(header, 1):
        unique = name or f"列{place}"
        names.append(unique if unique not in names else f"{unique}_{place}")
    return _Sheet(tuple(names), filled[1:])


def _shape_column(sheet: _Sheet) -> int | None:
    """By its name and what stands in it, else by what stands in it alone."""
    named: list[int] = [place for place, name in enumerate(sheet.header) if fold(name) in SHAPE_NAMES]
    for place in [*named, *range(len(sheet.header))]:
        value = next(sheet.column(place), "")
        if _WKT.match(value) or (place in named and _HEX.match(value)):
            return int(place)
    return None


def _from_shapes(file: _File, place: int) -> TableSource:
    sheet = file.sheet
    import numpy as np  # noqa: PLC0415 - heavy

    where = crs.decide(_stated(sheet, place), file.crs_given, file.shown)
    fields = tuple(name for at, name in enumerate(sheet.header) if at != place)
    wanted = len(sheet.header)
    notes: list[Note] = []
    rows: list[tuple[int, bytes | None, Sequence[str | None]]] = []
    for number, row in sheet.rows:
        full = [*row, *[""] * (wanted - len(row))]
        with np.errstate(all="ignore"):  # what is no number is told as such
            shape = _shape(full[place])
        if len(row) > wanted and any(row[wanted:]):
            shape = UNREADABLE
            notes.append(KINDS["csv_columns"].about(number, words={"found": len(row), "wanted": wanted}))
        elif shape == UNREADABLE:
            notes.append(KINDS["csv_shape"].about(number, field=sheet.header[place], words={"text": full[place][:40]}))
        rows.append((number, shape, [value for at, value in enumerate(full[:wanted]) if at != place]))
    return _source(file, fields, rows, where, notes)


def _stated(sheet: _Sheet, place: int) -> str | None:
    """The SRID that PostGIS writes before its WKT, where all rows have the same."""
    found = {match["srid"] for value in sheet.column(place) if (match := _WKT.match(value))}
    (only,) = found if len(found) == 1 else (None,)
    return f"EPSG:{only}" if only and only != "0" else None


def _shape(value: str) -> bytes | None:
    import shapely  # noqa: PLC0415 - heavy

    if not value:
        return None
    if _HEX.match(value):
        shape = shapely.from_wkb(value, on_invalid="ignore")
    else:
        shape = shapely.from_wkt(value.partition(";")[2] if value[:4].upper() == "SRID" else value, on_invalid="ignore")
    return UNREADABLE if shape is None else bytes(shapely.to_wkb(shape, include_srid=False))


def _pair(sheet: _Sheet) -> tuple[int, int, bool] | None:
    """The columns of the coordinates, in the file's order of north and east, and whether their names say which is which."""
    north, east = sheet.find(NORTHS), sheet.find(EASTS)
    if north is not None and east is not None:
        return north, east, True
    x, y = sheet.find(("x",)), sheet.find(("y",))
    if x is not None and y is not None:
        return x, y, False
    return None


def _from_points(file: _File, pair: tuple[int, int, bool]) -> TableSource:
    """A parcel for each value of the column that names them."""
    sheet = file.sheet
    if not file.crs_given:
        raise CrsMissing(file.shown, detail="CSV")
    where = crs.decide(None, file.crs_given, file.shown)
    by, ring, order = _parcel_column(sheet), sheet.find(RINGS), sheet.find(ORDERS)
    if by is None and ring is None and order is None:
        raise PointsOnly(file.shown)
    used = {pair[0], pair[1], ring, order, by}
    others = [place for place in range(len(sheet.header)) if place not in used]
    parcels = _grouped(sheet, pair, by, ring, order)
    works, usual = begin(list(parcels.values()))
    check_zone(where, usual, file.crs_given, file.shown)
    # X is north to a surveyor and east to everyone else: only named columns can be wrong
    judge_all(works, usual, where, Manner(north_first=pair[2], order_matters=pair[2], closes=False))
    fields = tuple(sheet.header[place] for place in ([by] if by is not None else []) + others)
    values = _first_values(sheet, by, others)
    rows = [
        (work.raw.line, work.wkb, [*([work.raw.code] if by is not None else []), *values[work.raw.code]])
        for work in works
    ]
    return _source(file, fields, rows, where, [note for work in works for note in work.notes])


def _parcel_column(sheet: _Sheet) -> int | None:
    """The column whose values come again and again, by its usual names."""
    folded = [fold(name) for name in sheet.header]
    for name in PARCELS:
        if name in folded:
            values = list(sheet.column(folded.index(name)))
            if len(set(values)) < len(values):
                return folded.index(name)
    return None


def _grouped(
    sheet: _Sheet, pair: tuple[int, int, bool], by: int | None, ring: int | None, order: int | None
) -> dict[str, RawParcel]:
    parcels: dict[str, RawParcel] = {}
    for number, row in sheet.rows:
        full = [*row, *[""] * (len(sheet.header) - len(row))]
        code = full[by] if by is not None else ""
        parcel = parcels.setdefault(code, RawParcel(number, code=code))
        first, second = (read_number(full[place]) for place in pair[:2])
        if first is not None and second is not None:
            label = full[order] if order is not None else ""
            part = full[ring] if ring is not None else "1"
            parcel.points.append(Point(number, label, part or "1", first, second))
        else:
            parcel.bad.append(BadLine(number, ",".join(full[place] for place in pair[:2])[:60]))
    for parcel in parcels.values():
        parcel.points = _in_order(parcel.points)
    return parcels


def _in_order(points: list[Point]) -> list[Point]:
    """By their numbers, where they have some that the rows do not follow; rings stay together."""
    rings: dict[str, list[Point]] = {}
    for point in points:
        rings.setdefault(point.ring, []).append(point)
    return [point for ring in rings.values() for point in _ring_in_order(ring)]


def _ring_in_order(ring: list[Point]) -> list[Point]:
    labels = [re.sub(r"^\D+", "", point.label) for point in ring]
    if not all(label.isdigit() for label in labels):
        return ring
    numbers = [int(label) for label in labels]
    if len(set(numbers)) < len(numbers) or numbers == sorted(numbers):  # closing points and restarts: the rows' order
        return ring
    return [point for _, point in sorted(zip(numbers, ring, strict=True), key=lambda pair: pair[0])]


def _first_values(sheet: _Sheet, by: int | None, others: Sequence[int]) -> dict[str, list[str | None]]:
    """A parcel's other columns: the first value that stands in any of its rows."""
    found: dict[str, list[str | None]] = {}
    for _, row in sheet.rows:
        full = [*row, *[""] * (len(sheet.header) - len(row))]
        mine = found.setdefault(full[by] if by is not None else "", [None] * len(others))
        for at, place in enumerate(others):
            mine[at] = mine[at] or full[place] or None
    return found


def _source(file: _File, fields: Sequence[str], rows: list[Any], where: crs.FoundCrs, notes: list[Note]) -> TableSource:
    return TableSource(
        path=file.path, shown=file.shown, layer=file.path.stem, fields=tuple(fields), rows=len(rows), srid=where.srid,
        crs_from=where.how, encoding=file.encoding.name, encoding_from=file.encoding.how, table=make_table(rows, fields),
        notes=settled(notes),
    )  # fmt: skip
