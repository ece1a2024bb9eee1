"""KML as Google Earth, Ovital and ArcGIS write it: folders as layers; ExtendedData and described tables as fields.

Read by a parser of our own: GDAL turns every Chinese field name into underscores and leaves descriptions as they are.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from gisreg.geometry import WGS84_SRID
from gisreg.intake import crs
from gisreg.intake.encoding import Found, canonical, codec_of
from gisreg.intake.errors import EncodingContradicted, FileTooLarge, LayerMissing, NotGeodata, SeveralLayers, looks_like
from gisreg.intake.notes import UNREADABLE
from gisreg.intake.plaintext import LARGEST_BYTES
from gisreg.intake.table import TableSource, make_table

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

SUFFIXES = (".kml", ".ovkml")
NAME, DESCRIPTION = "Name", "description"
_FOLDERS = ("Folder", "Document")
_SHAPES = ("Polygon", "MultiGeometry", "LineString", "LinearRing", "Point")
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*encoding=["']([A-Za-z0-9._-]+)["']""")
_PAIR = re.compile(r"^\s*([^:\uff1a]{1,40})[:\uff1a]\s*(.*)$")
_CHUNK = 1 << 20


@dataclass
class _Place:
    """A Placemark."""

    number: int
    folder: tuple[str, ...]
    values: dict[str, str]
    shape: bytes | None
    is_area: bool


def open_kml(path: Path, shown: str, *, layer: str | None, crs_given: str | None, encoding: str | None) -> TableSource:
    """Read the whole file and choose the folder meant."""
    text, found = _text(path, shown, encoding)
    try:
        places = list(_placemarks(text))
    except ParseError as error:
        raise NotGeodata(shown, detail=f"XML {error}"[:120]) from error
    if "<kml" not in text[:4096].lower() and not places:
        raise NotGeodata(shown, detail=path.suffix)
    name, chosen = _choose(places, layer, path.stem, shown)
    where = crs.decide(None, crs_given, shown, assumed=f"EPSG:{WGS84_SRID}")
    fields = tuple(dict.fromkeys(key for place in chosen for key, value in place.values.items() if value))
    rows = [(place.number, place.shape, [place.values.get(key) for key in fields]) for place in chosen]
    return TableSource(
        path=path, shown=shown, layer=name, fields=fields, rows=len(rows), srid=where.srid, crs_from=where.how,
        encoding=found.name, encoding_from=found.how, table=make_table(rows, fields),
    )  # fmt: skip


def _text(path: Path, shown: str, given: str | None) -> tuple[str, Found]:
    """XML says its encoding itself; the parser is handed text, since it knows few of them."""
    if path.stat().st_size > LARGEST_BYTES:
        raise FileTooLarge(shown, megabytes=path.stat().st_size // 1024**2, most=LARGEST_BYTES // 1024**2)
    raw = path.read_bytes()
    declared = _DECLARED.match(raw.removeprefix(b"\xef\xbb\xbf"))
    name = canonical(given or (declared[1].decode() if declared else "UTF-8"), shown)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) and not given:
        name = "UTF-16"
    try:
        text = raw.decode("utf-8-sig" if name == "UTF-8" else codec_of(name))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise EncodingContradicted(
            shown, encoding=name, source="XML", row=line, field="-", likely=looks_like("GB18030")
        ) from error
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text), Found(name, "given" if given else "format")


def _placemarks(text: str) -> Iterator[_Place]:
    parser: Any = XMLPullParser(("start", "end"))
    folders: list[list[str]] = []
    """Names of the open folders; a folder's name comes inside it."""
    parents: list[Element] = []
    number = 0
    for start in range(0, max(len(text), 1), _CHUNK):
        parser.feed(text[start : start + _CHUNK])
        for event, element in parser.read_events():
            kind = _local(element)
            if event == "start":
                parents.append(element)
                if kind in _FOLDERS:
                    folders.append([""])
                continue
            parents.pop()
            if kind == "name" and parents and _local(parents[-1]) in _FOLDERS:
                folders[-1][0] = (element.text or "").strip()
            elif kind in _FOLDERS:
                folders.pop()
            elif kind == "Placemark":
                number += 1
                yield _place(number, tuple(name for (name,) in folders), element)
                element.clear()
    parser.close()


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _find(element: Element, *kinds: str) -> Iterator[Element]:
    return (child for child in element if _local(child) in kinds)


def _place(number: int, folder: tuple[str, ...], element: Element) -> _Place:
    values: dict[str, str] = {}
    for child in _find(element, "name"):
        values[NAME] = (child.text or "").strip()
    for child in _find(element, "ExtendedData"):
        values |= _extended(child)
    for child in _find(element, "description"):
        values |= {key: value for key, value in described(child.text or "").items() if not values.get(key)}
    shapes = [shape for child in _find(element, *_SHAPES) for shape in _shapes(child)]
    kinds = {shape.geom_type if shape is not None else "" for shape in shapes}
    return _Place(number, folder, values, _wkb(shapes), "Polygon" in kinds or "" in kinds)


def _extended(element: Element) -> dict[str, str]:
    """Data and SimpleData, by their names."""
    values = {}
    for child in element.iter():
        name = child.get("name")
        if name and _local(child) == "Data":
            values[name.strip()] = next((value.text or "" for value in _find(child, "value")), "").strip()
        elif name and _local(child) == "SimpleData":
            values[name.strip()] = (child.text or "").strip()
    return values


def _shapes(element: Element) -> "Iterator[BaseGeometry | None]":
    """The simple shapes of a geometry; None for one that cannot be read."""
    kind = _local(element)
    if kind == "MultiGeometry":
        for child in _find(element, *_SHAPES):
            yield from _shapes(child)
        return
    yield _simple(kind, element)


def _simple(kind: str, element: Element) -> "BaseGeometry | None":
    from numpy import errstate  # noqa: PLC0415 - heavy
    from shapely import GEOSException, LineString, Point, Polygon  # noqa: PLC0415 - heavy

    try:
        with errstate(all="ignore"):  # coordinates without an end are refused row by row
            if kind == "Polygon":
                rings = {
                    side: [ring for edge in _find(element, side) for ring in _rings(edge)]
                    for side in ("outerBoundaryIs", "innerBoundaryIs")
                }
                return Polygon(rings["outerBoundaryIs"][0], rings["innerBoundaryIs"])
            (spots,) = list(_coordinates(element))
            return Point(spots[0]) if kind == "Point" else LineString(spots)
    except (ValueError, IndexError, GEOSException):
        return None


def _rings(element: Element) -> Iterator[list[tuple[float, ...]]]:
    for ring in _find(element, "LinearRing"):
        yield from _coordinates(ring)


def _coordinates(element: Element) -> Iterator[list[tuple[float, ...]]]:
    """Longitude, latitude and, where any is not zero, height."""
    for child in _find(element, "coordinates"):
        words = re.sub(r"\s*,\s*", ",", child.text or "").split()
        spots = [tuple(float(number) for number in word.split(",")[:3]) for word in words]
        deep = any(len(spot) > 2 and spot[2] for spot in spots)  # noqa: PLR2004 - a height
        yield [(*spot, 0.0)[:3] if deep else spot[:2] for spot in spots]


def _wkb(shapes: "Sequence[BaseGeometry | None]") -> bytes | None:
    """One shape as it is, several as a collection of their kind."""
    from shapely import GeometryCollection, MultiPolygon, Polygon  # noqa: PLC0415 - heavy

    known = [shape for shape in shapes if shape is not None]
    if not shapes:
        return None
    if len(known) < len(shapes):
        return UNREADABLE
    if len(known) == 1:
        return bytes(known[0].wkb)
    areas = [shape for shape in known if isinstance(shape, Polygon)]
    return bytes((MultiPolygon(areas) if len(areas) == len(known) else GeometryCollection(known)).wkb)


class _Cells(HTMLParser):
    """Rows of cells of all tables, and the plain text with its line ends."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.text: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        """Rows, cells, line ends."""
        del attrs
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
            self._inside = True
        elif tag in ("br", "p", "div", "li"):
            self.text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """The end of a cell."""
        if tag in ("td", "th", "tr", "table"):
            self._inside = False

    def handle_data(self, data: str) -> None:
        """Text, in a cell or outside."""
        if self._inside and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data
        else:
            self.text.append(data)


def described(html: str) -> dict[str, str]:
    """What a description holds: a table of two columns, or lines of "name: value", else the text itself."""
    cells = _Cells()
    cells.feed(html)
    pairs = {row[0].strip().rstrip(":\uff1a"): row[1].strip() for row in cells.rows if len(row) == 2 and row[0].strip()}  # noqa: PLR2004 - name and value
    if pairs:
        return pairs
    lines = [line.strip() for line in "".join(cells.text).splitlines() if line.strip()]
    matches = [_PAIR.match(line) for line in lines]
    if lines and all(matches) and not any("//" in line for line in lines):
        return {match[1].strip(): match[2].strip() for match in matches if match}
    return {DESCRIPTION: "\n".join(lines)} if lines else {}


def _choose(places: list[_Place], wanted: str | None, stem: str, shown: str) -> tuple[str, list[_Place]]:
    """The folder named, else the only one with areas, else the only one."""
    folders: dict[tuple[str, ...], list[_Place]] = {}
    for place in places:
        folders.setdefault(place.folder, []).append(place)
    if not folders:
        return stem, []
    names = _names(list(folders), stem)
    if wanted is not None:
        found = next((key for key, name in names.items() if wanted in (name, "/".join(key))), None)
        if found is None:
            raise LayerMissing(shown, layer=wanted, layers="、".join(names.values()))
        return names[found], folders[found]
    areas = [key for key, content in folders.items() if any(place.is_area for place in content)]
    likely = areas or list(folders)
    if len(likely) > 1:
        raise SeveralLayers(shown, layers="、".join(names[key] for key in likely))
    return names[likely[0]], folders[likely[0]]


def _names(folders: list[tuple[str, ...]], stem: str) -> dict[tuple[str, ...], str]:
    """A folder's own name, with those above it where two have the same."""
    short = {key: next((name for name in reversed(key) if name), stem) for key in folders}
    times = Counter(short.values())
    return {key: name if times[name] == 1 else "/".join(part for part in key if part) for key, name in short.items()}
