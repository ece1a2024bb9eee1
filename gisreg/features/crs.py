"""Coordinate systems by the addresses that OGC gives them, with the order of the axes as the authority has it.

Inside the registry longitude or easting comes first. Outside, an EPSG address means EPSG's own order: latitude first
for 4490 and 4326, northing first for the Gauss-Krüger zones; only CRS84 and Web Mercator have east first.
"""

import re
from dataclasses import dataclass
from typing import ClassVar

from gisreg.errors import InputError
from gisreg.geometry import STORAGE_SRID, WEB_MERCATOR_SRID, WGS84_SRID, zone_of, zones
from gisreg.text import Text

_OGC = "http://www.opengis.net/def/crs/OGC/{version}/CRS84"
_EPSG = "http://www.opengis.net/def/crs/EPSG/0/{srid}"
_NAMED = re.compile(
    r"(?:https?://www\.opengis\.net/def/crs/EPSG/[0-9.]{1,12}/|urn:ogc:def:crs:EPSG:[0-9.]{0,12}:|\[EPSG:|EPSG:)"
    r"([0-9]{4,6})\]?"
)
_CRS84 = re.compile(
    r"(?:https?://www\.opengis\.net/def/crs/OGC/(?:1\.3|0)/|urn:ogc:def:crs:OGC:(?:1\.3)?:|\[?OGC:)CRS84\]?"
)
METRE_DIGITS, DEGREE_DIGITS = 4, 8
"""Decimals that are written: a tenth of a millimetre, and about a millimetre."""


class CrsNotServed(InputError):
    """An address that no coordinate system of the registry has."""

    what: ClassVar[Text] = Text("不支持坐标系 {given}", "the CRS {given} is not one of this service")
    mend: ClassVar[Text] = Text(
        "可用坐标系见 /ogc/collections 的 crs:CRS84、EPSG 4490、4326、3857 及 CGCS2000 各带(4491–4554)",
        "crs of /ogc/collections lists them: CRS84, EPSG 4490, 4326, 3857 and the CGCS2000 zones (4491–4554)",
    )


@dataclass(frozen=True)
class Crs:
    """A coordinate system as programs name it."""

    uri: str
    srid: int
    north_first: bool
    title: Text

    @property
    def is_geographic(self) -> bool:
        """Degrees, not metres."""
        return self.srid in (STORAGE_SRID, WGS84_SRID)

    @property
    def digits(self) -> int:
        """Decimals worth writing."""
        return DEGREE_DIGITS if self.is_geographic else METRE_DIGITS


def _epsg(srid: int, title: Text, *, north_first: bool = True) -> Crs:
    return Crs(_EPSG.format(srid=srid), srid, north_first, title)


CRS84 = Crs(
    _OGC.format(version="1.3"), WGS84_SRID, False,
    Text("WGS 84 经纬度(经度在前)", "WGS 84 longitude/latitude"),
)  # fmt: skip
STORAGE = _epsg(STORAGE_SRID, Text("CGCS2000 经纬度(纬度在前)", "CGCS2000 latitude/longitude"))
SUPPORTED: tuple[Crs, ...] = (
    CRS84,
    STORAGE,
    _epsg(WGS84_SRID, Text("WGS 84 经纬度(纬度在前)", "WGS 84 latitude/longitude")),
    _epsg(WEB_MERCATOR_SRID, Text("Web 墨卡托", "Web Mercator"), north_first=False),
    *sorted((_epsg(zone.srid, zone.title) for zone in zones()), key=lambda crs: crs.srid),
)
"""What every collection is served in; CRS84, the default, first."""
_BY_SRID = {crs.srid: crs for crs in SUPPORTED if crs is not CRS84}


def crs_of(given: str | None, where: str = "crs") -> Crs:
    """The coordinate system of a parameter or header; CRS84 where none is named.

    Raises:
        CrsNotServed.
    """
    if given is None or _CRS84.fullmatch(given):
        return CRS84
    named = _NAMED.fullmatch(given)
    found = _BY_SRID.get(int(named[1])) if named else None
    if found is None:
        raise CrsNotServed(where=where, given=given[:100])
    return found


def is_zone(crs: Crs) -> bool:
    """A Gauss-Krüger zone of CGCS2000."""
    return zone_of(crs.srid) is not None
