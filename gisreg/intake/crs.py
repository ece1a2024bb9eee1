"""The CRS of a file: read from it or given, never guessed; and refused where it needs parameters nobody has."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from gisreg.geometry import STORAGE_SRID, WGS84_SRID, Zone, zones
from gisreg.intake.errors import CrsMissing, CrsNeedsParameters, CrsUnknown, NotDegrees
from gisreg.text import Text

_OLD_DATUMS = re.compile(r"xi.?an.?1980|beijing.?1954|new.?beijing", re.IGNORECASE)
CRS84 = ("OGC", "CRS84")
"""WGS 84 with longitude first, which is how the registry reads EPSG:4326 too."""
_CGCS2000 = re.compile(r"china.?(geodetic.?coordinate.?system.?)?2000|cgcs.?2000", re.IGNORECASE)


@dataclass(frozen=True)
class FoundCrs:
    """An EPSG number and whether the file or the caller says it."""

    srid: int
    how: str
    geographic: bool


def decide(stated: str | None, given: str | None, shown: str, *, assumed: str | None = None) -> FoundCrs:
    """The CRS given by the caller, else the file's own, else the one its format implies."""
    if given:
        return _known(given, "given", shown)
    if stated:
        return _known(stated, "file", shown)
    if assumed:
        return _known(assumed, "format", shown)
    raise CrsMissing(shown, detail=Text("无 .prj", "no .prj"))


def _known(words: str, how: str, shown: str) -> FoundCrs:
    from pyproj import CRS  # noqa: PLC0415 - heavy
    from pyproj.exceptions import CRSError  # noqa: PLC0415

    text = words.strip()
    try:
        crs = CRS.from_user_input(int(text) if text.isdigit() else text)
    except CRSError as error:
        raise CrsUnknown(shown, crs=text[:80]) from error
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    base = crs.source_crs if crs.is_bound and crs.source_crs is not None else crs
    datum = f"{base.name} {base.datum.name if base.datum else ''} {base.geodetic_crs.name if base.geodetic_crs else ''}"
    if _OLD_DATUMS.search(datum):
        raise CrsNeedsParameters(shown, crs=base.name)
    srid = _cgcs2000_srid(base) if _CGCS2000.search(datum) else None
    srid = srid or base.to_epsg(min_confidence=25) or (WGS84_SRID if base.to_authority() == CRS84 else None)
    if srid is None or not (base.is_geographic or base.is_projected):
        raise CrsUnknown(shown, crs=base.name)
    return FoundCrs(srid, how, bool(base.is_geographic))


def _cgcs2000_srid(crs: object) -> int | None:
    """ESRI's and others' names for CGCS2000 zones, recognised by what they are: meridian and false easting."""
    from pyproj import CRS  # noqa: PLC0415 - heavy

    assert isinstance(crs, CRS)  # noqa: S101 - for the type checker
    if crs.is_geographic:
        return STORAGE_SRID
    operation = crs.coordinate_operation
    if operation is None or ("Gauss" not in operation.method_name and "Transverse" not in operation.method_name):
        return None
    values = {param.name: param.value for param in operation.params}
    for zone in zones():
        if _is_zone(values, zone) and (zone.width == _width(crs.name) or _width(crs.name) is None):
            return zone.srid
    return None


def _width(name: str) -> int | None:
    if re.search(r"3.?degree", name, re.IGNORECASE):
        return 3
    return 6 if re.search(r"6.?degree|GK_(Zone|CM)|Gauss-Kruger (zone|CM)", name, re.IGNORECASE) else None


def _is_zone(values: dict[str, Any], zone: Zone) -> bool:
    return (
        values.get("Longitude of natural origin") == zone.central_meridian
        and values.get("False easting") == zone.false_easting
        and values.get("False northing") == 0
        and values.get("Latitude of natural origin") == 0
        and values.get("Scale factor at natural origin") == 1
    )


def check_degrees(crs: FoundCrs, sample: Callable[[], Sequence[tuple[float, float, float, float]]], shown: str) -> None:
    """Longitude and latitude must be degrees in the first rows; single bad rows are the checks' business."""
    boxes = sample() if crs.geographic else ()
    outside = [box for box in boxes if max(map(abs, (box[0], box[2]))) > 360 or max(map(abs, (box[1], box[3]))) > 360]  # noqa: PLR2004 - swapped axes stay below 360 and are judged row by row
    if len(outside) * 2 > len(boxes):
        west, south = outside[0][:2]
        raise NotDegrees(shown, crs=f"EPSG:{crs.srid}", place=f"({west:.10g}, {south:.10g})")


def metres_per_unit(srid: int) -> float | None:
    """The unit of a projected CRS in metres; None for a geographic one and for Web Mercator, which keeps no areas."""
    from pyproj import CRS  # noqa: PLC0415 - heavy

    crs = CRS.from_epsg(srid)
    if not crs.is_projected or srid == 3857:  # noqa: PLR2004 - EPSG number
        return None
    return float(crs.axis_info[0].unit_conversion_factor)
