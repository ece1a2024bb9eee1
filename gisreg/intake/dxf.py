# ruff: noqa: E501 - wording stays in one piece

"""Drawings (DXF): closed lines and hatches become rows; what a drawing has for attributes is the layer's name and the
text that stands inside (as CASS draws it)."""

import codecs
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gisreg.intake import archive, crs
from gisreg.intake.drawn_text import said
from gisreg.intake.errors import BrokenFile, CrsMissing, LayerMissing, NotGeodata
from gisreg.intake.notes import UNREADABLE, WHOLE_FILE, Note, make_kinds
from gisreg.intake.ogr import brief
from gisreg.intake.table import TableSource, make_table
from gisreg.vocab import Severity

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

LAYER, HANDLE = "图层", "句柄"
CLOSED_METRES = 0.001
"""A line whose ends are as near is closed, though the drawing does not say so."""
LEAST_CORNERS = 3
CHUNK_BYTES = 1024**2
LINE_END = re.compile(rb"\r*\n|\r")
"""Transfers in the wrong mode double the CR."""
ODD_END = re.compile(rb"\r[\r\0]")
"""GDAL waits for ever behind 0, CR, CR, and behind a CR that a NUL or the file's end follows."""
KINDS = make_kinds(
    ("drawing_rest", Severity.WARNED,
     ("图中另有未闭合的线 {lines} 条、点和文字 {points} 个,不作为宗地", "{lines} open lines and {points} points or texts are no parcels"),
     ("如有漏掉的边界,请在 CAD 中闭合多段线", "close the polyline in the drawing if a boundary is among them")),
    ("drawing_double", Severity.WARNED,
     ("填充与边界线重合 {count} 处,只取一个", "{count} hatches lie exactly on a closed line; one of the two is taken"),
     ("无需处理", "nothing to do")),
)  # fmt: skip


@dataclass
class _Area:
    """A closed thing of the drawing."""

    shape: "BaseGeometry"
    layer: str
    handle: str
    texts: list[tuple[float, float, str]] = field(default_factory=list)
    """North, east, and what stands there."""


def open_dxf(path: Path, shown: str, *, layer: str | None, crs_given: str | None, encoding: str | None) -> TableSource:
    """All closed things, or those of one of the drawing's layers."""
    names, wkb, columns = _read(path, shown, encoding)
    shapes = _shapes(wkb)
    areas, texts, lines = _sorted_out(shapes, columns)
    layers = list(dict.fromkeys(area.layer for area in areas))
    if layer is not None and layer not in layers:
        raise LayerMissing(shown, layer=layer, layers="、".join(layers))
    areas, doubles = _single([area for area in areas if layer in (None, area.layer)])
    if not crs_given:
        raise CrsMissing(shown, detail="DXF")
    where = crs.decide(None, crs_given, shown)
    _write_in(areas, texts)
    unit_m = crs.metres_per_unit(where.srid)
    values = [_values(area, unit_m) for area in areas]
    fields = tuple(dict.fromkeys(key for row in values for key, value in row.items() if value)) or (LAYER,)
    rows: list[tuple[int, bytes | None, list[str | None]]] = [
        (number, bytes(area.shape.wkb), [row.get(key) for key in fields])
        for number, (area, row) in enumerate(zip(areas, values, strict=True), 1)
    ]
    broken = _broken(wkb, shapes, columns, fields, layer)
    rows += [(number, raw, cells) for number, (raw, cells) in enumerate(broken, len(rows) + 1)]
    return TableSource(
        path=path, shown=shown, layer=layer or path.stem, fields=fields, rows=len(rows), srid=where.srid, crs_from=where.how,
        encoding=encoding or names, encoding_from="given" if encoding else "format", table=make_table(rows, fields),
        notes=tuple(_notes(lines, len(texts), doubles)),
    )  # fmt: skip


@contextmanager
def _with_plain_lines(path: Path) -> Iterator[Path]:
    """The drawing, or a copy where its lines end otherwise than GDAL can bear."""
    with path.open("rb") as file:
        last, odd = b"", False
        while not odd and (chunk := file.read(CHUNK_BYTES)):
            odd = ODD_END.search(last + chunk) is not None
            last = chunk[-1:]
    if not odd and last != b"\r":
        yield path
        return
    with archive.scratch() as folder:
        plain = Path(folder) / path.name
        plain.write_bytes(LINE_END.sub(b"\n", path.read_bytes()) + b"\n")
        yield plain


def _read(path: Path, shown: str, encoding: str | None) -> tuple[str, list[bytes | None], dict[str, Any]]:
    """Encoding, shapes (WKB) and columns of all entities."""
    import pyogrio  # noqa: PLC0415 - heavy

    try:
        with (
            _drawing_encoding(encoding or _unicode(path)),
            _with_plain_lines(path) as plain,
            warnings.catch_warnings(action="ignore"),
        ):
            meta, _, wkb, values = pyogrio.raw.read(plain, CLOSED_LINE_AS_POLYGON="TRUE")
    except pyogrio.errors.DataSourceError as error:
        raise NotGeodata(shown, detail=brief(error)) from error
    except (pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError, UnicodeDecodeError) as error:
        raise BrokenFile(shown, detail=brief(error)) from error
    columns = dict(zip([str(name) for name in meta["fields"]], values, strict=True))
    return str(meta["encoding"] or "UTF-8"), list(wkb), columns


def _shapes(wkb: Sequence[bytes | None]) -> list[Any]:
    """None for what cannot be read, such as a ring with coordinates that are no numbers."""
    import numpy as np  # noqa: PLC0415 - heavy
    import shapely  # noqa: PLC0415 - heavy

    with np.errstate(all="ignore"):
        return list(shapely.from_wkb(np.array(wkb, dtype=object), on_invalid="ignore"))


def _broken(
    wkb: Sequence[bytes | None],
    shapes: Sequence[Any],
    columns: dict[str, Any],
    fields: Sequence[str],
    layer: str | None,
) -> Iterator[tuple[bytes, list[str | None]]]:
    """Closed things that cannot be read are rows too, so that they are told and not lost."""
    for place, (raw, shape) in enumerate(zip(wkb, shapes, strict=True)):
        values = {LAYER: _plain(columns["Layer"][place]), HANDLE: _plain(columns["EntityHandle"][place])}
        if raw is not None and shape is None and layer in (None, values[LAYER]):
            yield UNREADABLE, [values.get(name) for name in fields]


def _unicode(path: Path) -> str | None:
    """Drawings since AutoCAD 2007 are UTF-8 whatever code page they name, and GDAL believes the name."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    ascii_only = True
    with path.open("rb") as file:
        try:
            while chunk := file.read(CHUNK_BYTES):
                ascii_only = ascii_only and chunk.isascii()
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return None
    return None if ascii_only else "UTF-8"


@contextmanager
def _drawing_encoding(encoding: str | None) -> Iterator[None]:
    """The code page of a drawing that names none or a wrong one."""
    import pyogrio  # noqa: PLC0415 - heavy

    pyogrio.set_gdal_config_options({"DXF_ENCODING": encoding})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"DXF_ENCODING": None})


def _sorted_out(
    shapes: Sequence[Any], columns: dict[str, Any]
) -> tuple[list[_Area], list[tuple[float, float, str]], int]:
    """Closed things, texts, and how many lines are open."""
    areas: list[_Area] = []
    texts: list[tuple[float, float, str]] = []
    lines = 0
    for place, shape in enumerate(shapes):
        if shape is None or shape.is_empty:
            continue
        layer, handle, text = (_plain(columns[name][place]) for name in ("Layer", "EntityHandle", "Text"))
        if shape.geom_type == "Point":
            if text:
                texts.append((shape.y, shape.x, text))
            continue
        closed = _closed(_on_the_ground(shape))
        lines += closed is None
        if closed is not None:
            areas.append(_Area(closed, layer, handle))
    return areas, texts, lines


def _on_the_ground(shape: "BaseGeometry") -> "BaseGeometry":
    """Heights of nothing but zero are how polylines are written, not a survey of heights."""
    import shapely  # noqa: PLC0415 - heavy

    return shape if shapely.get_coordinates(shape, include_z=True)[:, 2].any() else shapely.force_2d(shape)


def _plain(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _closed(shape: "BaseGeometry") -> "BaseGeometry | None":
    """A polygon, or several of a block; None for what encloses nothing."""
    from shapely import MultiPolygon, Polygon, get_parts  # noqa: PLC0415 - heavy

    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    found = []
    for part in get_parts(shape):
        if part.geom_type == "Polygon":
            found.append(part)
        elif part.geom_type == "LineString" and len(part.coords) > LEAST_CORNERS:
            first, last = part.coords[0], part.coords[-1]
            if max(abs(a - b) for a, b in zip(first, last, strict=True)) <= CLOSED_METRES:
                found.append(Polygon([*part.coords[:-1], first]))
    if not found:
        return None
    return found[0] if len(found) == 1 else MultiPolygon(found)


def _single(areas: list[_Area]) -> tuple[list[_Area], int]:
    """A hatch on a closed line is the same parcel drawn twice."""
    kept: dict[bytes, _Area] = {}
    for area in areas:
        kept.setdefault(_key(area.shape), area)
    return list(kept.values()), len(areas) - len(kept)


def _key(shape: "BaseGeometry") -> bytes:
    import numpy as np  # noqa: PLC0415 - heavy
    import shapely  # noqa: PLC0415 - heavy

    with np.errstate(all="ignore"):  # coordinates without an end are refused row by row
        rounded = shapely.transform(shapely.force_2d(shape), lambda spots: spots.round(3))
        return bytes(shapely.normalize(rounded).wkb)


def _write_in(areas: Sequence[_Area], texts: Sequence[tuple[float, float, str]]) -> None:
    """Each text belongs to the smallest area that it stands in."""
    import shapely  # noqa: PLC0415 - heavy

    if not areas or not texts:
        return
    valid = [area.shape if area.shape.is_valid else area.shape.buffer(0) for area in areas]
    tree = shapely.STRtree(valid)
    spots = shapely.points([(east, north) for north, east, _ in texts])
    best: dict[int, int] = {}
    for text, area in tree.query(spots, predicate="within").T.tolist():
        if text not in best or valid[area].area < valid[best[text]].area:
            best[text] = area
    for text, area in best.items():
        areas[area].texts.append(texts[text])


def _values(area: _Area, unit_m: float | None) -> dict[str, str]:
    """Layer, and what the texts say, from top to bottom."""
    texts = [text for _, _, text in sorted(area.texts, key=lambda one: (-one[0], one[1]))]
    measured = area.shape.area * unit_m**2 if unit_m else None
    return {LAYER: area.layer, HANDLE: area.handle, **said(texts, measured)}


def _notes(lines: int, points: int, doubles: int) -> Iterator[Note]:
    if lines:
        yield KINDS["drawing_rest"].about(WHOLE_FILE, words={"lines": lines, "points": points})
    if doubles:
        yield KINDS["drawing_double"].about(WHOLE_FILE, words={"count": doubles})
