"""Boundary-point text (勘测定界 TXT), as the approval system takes it: the survey's own coordinates to the digit.

X is north, Y east with the zone's number in front, three decimals or as many as the survey has; areas in hectares, of
the coordinates as they are written; outer rings and holes numbered through, each closed with its first point's label.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from gisreg.errors import InputError
from gisreg.export.encoding import ENCODINGS, CharacterNotInEncoding
from gisreg.export.fields import Field
from gisreg.export.statement import GEOMETRY, SURVEYED
from gisreg.geometry import M2_PER_HA, Zone, zone_of
from gisreg.text import Text

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

KEY, CODE, NAME, USE, LAND_USE = "parcel_code", "source_code", "name", "sector", "land_use_code"
FIELDS = (KEY, CODE, NAME, USE, LAND_USE)
DECIMALS, AREA_DECIMALS = 3, 4
LEAST_CORNERS = 3
_NOT_IN_A_FIELD = str.maketrans({",": "\uff0c", "\n": " ", "\r": " ", "\t": " "})
"""A comma ends a field, so it becomes the full-width one."""
_HEAD = (
    ("格式版本号", "1.0"), ("数据产生单位", "{unit}"), ("数据产生日期", "{day}"),
    ("坐标系", "2000国家大地坐标系"), ("几度分带", "{width}"),
    ("投影类型", "高斯克吕格"), ("计量单位", "米"), ("带号", "{number}"), ("精度", "0.001"), ("转换参数", ",,,,,,"),
)  # fmt: skip


class NeedsZone(InputError):
    """Boundary-point text holds metres of a zone."""

    what: ClassVar[Text] = Text(
        "界址点 TXT 只用 CGCS2000 分带坐标,不能用 {crs}",
        "boundary-point text is in a zone of CGCS2000, not in {crs}",
    )
    mend: ClassVar[Text] = Text(
        "请用 --crs EPSG:4513–4533(带号在前)或 4534–4554,或省略 --crs",
        "use --crs EPSG:4513–4533 (zone in front) or 4534–4554, or leave --crs out",
    )


@dataclass(frozen=True)
class Written:
    """What became of the rows."""

    rows: int
    unmapped: int
    """Parcels without a boundary, which this format cannot hold."""


def needed_zone(srid: int) -> Zone:
    """The zone of a target CRS.

    Raises:
        NeedsZone: it is none.
    """
    zone = zone_of(srid)
    if zone is None:
        raise NeedsZone(crs=f"EPSG:{srid}")
    return zone


def write_boundary_text(
    batches: Iterable[Any],
    wanted: Sequence[Field],
    path: Path,
    *,
    zone: Zone,
    encoding: str,
    unit: str,
    day: date,
    progress: Callable[[int], None] | None = None,
) -> Written:
    """Write the head and every parcel that has a boundary."""
    import shapely  # noqa: PLC0415 - heavy, only some writers need it

    uses = {str(term): term.zh for field in wanted if field.name == USE for term in field.terms or ()}
    done = unmapped = 0
    with path.open("wb") as file:
        file.write(_encoded(_head(zone, unit, day), encoding, "-", "数据产生单位"))
        for batch in batches:
            shapes = shapely.from_wkb(batch.column(GEOMETRY).to_numpy(zero_copy_only=False))
            columns = {name: batch.column(name).to_pylist() for name in (*FIELDS, SURVEYED)}
            for place, shape in enumerate(shapes):
                if shape is None or shape.is_empty:
                    unmapped += 1
                    continue
                row = {name: column[place] for name, column in columns.items()}
                row[USE] = uses.get(row[USE], row[USE])
                file.write(_parcel(row, shape, encoding))
                done += 1
            if progress:
                progress(done)
    return Written(done, unmapped)


def _head(zone: Zone, unit: str, day: date) -> str:
    words = {"unit": unit.translate(_NOT_IN_A_FIELD), "day": day, "width": zone.width, "number": zone.number}
    lines = [f"{key}={value.format(**words)}" for key, value in _HEAD]
    return _lines(["[属性描述]", *lines, "[地块坐标]"])


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\r\n" for line in lines)


def _parcel(row: dict[str, Any], shape: "BaseGeometry", encoding: str) -> bytes:
    """A parcel's line and its points."""
    rings = list(_rings(shape, exact=bool(row[SURVEYED])))
    area = f"{abs(_area_m2(rings)) / M2_PER_HA:.{AREA_DECIMALS}f}"
    values = {
        CODE: row[CODE] or row[KEY],
        NAME: row[NAME],
        "面": "面",
        "图幅号": "",
        USE: row[USE],
        LAND_USE: row[LAND_USE],
    }
    fields = [str(sum(len(ring) + 1 for _, ring in rings)), area]
    for name, value in values.items():
        text = (value or "").translate(_NOT_IN_A_FIELD).strip()
        _encoded(text, encoding, row[KEY], name)
        fields.append(text)
    return _lines([",".join([*fields, "@"]), *_points(rings)]).encode(ENCODINGS[encoding])


def _encoded(text: str, encoding: str, parcel: str, field: str) -> bytes:
    """Text in the code page, which must hold all of it."""
    try:
        return text.encode(ENCODINGS[encoding])
    except UnicodeEncodeError as error:
        character = text[error.start]
        raise CharacterNotInEncoding(
            where=Text(f"宗地 {parcel},字段 {field}", f"parcel {parcel}, field {field}"),
            encoding=encoding, value=text, character=character,
            number=f"{ord(character):04X}",
        ) from None  # fmt: skip


Corner = tuple[str, str]
"""North and east as they are written."""


def _rings(shape: "BaseGeometry", *, exact: bool) -> Iterator[tuple[bool, list[Corner]]]:
    """Whether it is a hole, and its different corners: each outer ring is followed by its holes."""
    import shapely  # noqa: PLC0415 - heavy, only some writers need it

    for part in shapely.get_parts(shape):
        for place, ring in enumerate((part.exterior, *part.interiors)):
            corners = [(number(y, exact=exact), number(x, exact=exact)) for x, y, *_ in ring.coords]
            different = [one for one, before in zip(corners, [None, *corners], strict=False) if one != before]
            if len(different) > LEAST_CORNERS:
                yield place > 0, different[:-1]


def number(value: float, *, exact: bool) -> str:
    """Three decimals; a survey's own number keeps more where it has them, and comes back the same."""
    short = f"{value:.{DECIMALS}f}"
    if not exact or float(short) == value:
        return short
    import numpy as np  # noqa: PLC0415 - rare

    return str(np.format_float_positional(value, unique=True, trim="-"))


def _area_m2(rings: Sequence[tuple[bool, list[Corner]]]) -> float:
    """Of the coordinates as they are written."""
    from shapely import Polygon  # noqa: PLC0415 - heavy, only some writers need it

    signed = ((-1 if hole else 1) * Polygon([(float(y), float(x)) for x, y in ring]).area for hole, ring in rings)
    return float(sum(signed))


def _points(rings: Sequence[tuple[bool, list[Corner]]]) -> Iterator[str]:
    """Labels go on through the rings; each ring ends with its first point's."""
    first = 1
    for ring_number, (_, ring) in enumerate(rings, 1):
        for place, (north, east) in enumerate(ring):
            yield f"J{first + place},{ring_number},{north},{east}"
        yield f"J{first},{ring_number},{ring[0][0]},{ring[0][1]}"
        first += len(ring)
