"""Coordinate systems of the county's surveys, and areas in the units that people use.

Longitude comes first everywhere (lon, lat), although EPSG:4490 and the Gauss–Krüger zones officially put north first.
Transformations are the database's work; here are only the numbers by which they are chosen.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from gisreg.errors import InputError
from gisreg.text import Text

STORAGE_SRID = 4490
WEB_MERCATOR_SRID = 3857
WGS84_SRID = 4326

M2_PER_MU = 10_000 / 15
M2_PER_HA = 10_000.0
M2_PER_WAN_MU = M2_PER_MU * 10_000

CHINA_BOX = (73.0, 3.0, 136.0, 54.5)
"""West, south, east, north in degrees: land and sea of China, generously."""

FALSE_EASTING = 500_000.0
METRES_PER_ZONE_NUMBER = 1_000_000.0


class NoZoneError(InputError):
    """The longitude lies outside the zones that China's surveys use."""

    what: ClassVar[Text] = Text("经度 {lon} 不在国家分带范围内", "longitude {lon} lies outside China's zones")
    mend: ClassVar[Text] = Text("请检查坐标系和坐标轴顺序", "check the CRS and the order of the axes")


@dataclass(frozen=True)
class Zone:
    """A CGCS2000 Gauss–Krüger zone: 3° or 6° wide, its easting with or without the zone number in front."""

    number: int
    width: int
    prefixed: bool

    @property
    def central_meridian(self) -> int:
        """Degrees east."""
        return 3 * self.number if self.width == 3 else 6 * self.number - 3  # noqa: PLR2004 - 3° or 6°

    @property
    def srid(self) -> int:
        """The EPSG number."""
        if self.width == 3:  # noqa: PLR2004 - 3° or 6°
            return (4488 if self.prefixed else 4509) + self.number
        return (4478 if self.prefixed else 4489) + self.number

    @property
    def false_easting(self) -> float:
        """Metres added to the easting."""
        return FALSE_EASTING + (METRES_PER_ZONE_NUMBER * self.number if self.prefixed else 0)

    @property
    def title(self) -> Text:
        """How surveyors call it."""
        way_zh, way_en = (
            ("带号", f"zone {self.number}") if self.prefixed else ("中央经线", f"CM {self.central_meridian}E")
        )
        mark = self.number if self.prefixed else f"{self.central_meridian}E"
        return Text(f"CGCS2000 {self.width}度带 {way_zh} {mark}", f"CGCS2000 {self.width}-degree {way_en}")


ZONE_NUMBERS = {3: range(25, 46), 6: range(13, 24)}


def zones() -> Iterator[Zone]:
    """All zones that have an EPSG number: 4513–4554 (3°) and 4491–4512 (6°)."""
    for width, numbers in ZONE_NUMBERS.items():
        for prefixed in (True, False):
            for number in numbers:
                yield Zone(number, width, prefixed)


_BY_SRID = {zone.srid: zone for zone in zones()}


def zone_of(srid: int) -> Zone | None:
    """The zone that an EPSG number stands for."""
    return _BY_SRID.get(srid)


def zone_for(lon: float, width: int = 3, *, prefixed: bool = False) -> Zone:
    """The zone in which a longitude lies; a limit belongs to the zone east of it (112.5° is in zone 38)."""
    number = math.floor((lon + 1.5) / 3) if width == 3 else math.floor(lon / 6) + 1  # noqa: PLR2004 - 3° or 6°
    if number not in ZONE_NUMBERS[width]:
        raise NoZoneError(lon=round(lon, 6))
    return Zone(number, width, prefixed)


def is_supported_crs(srid: int) -> bool:
    """Whether files are written in it and the API speaks it: CGCS2000 and its zones, WGS 84, Web Mercator."""
    return srid in (STORAGE_SRID, WGS84_SRID, WEB_MERCATOR_SRID) or srid in _BY_SRID


def is_chinese_crs(srid: int) -> bool:
    """CGCS2000, geographic or in a zone."""
    return srid == STORAGE_SRID or srid in _BY_SRID


def m2_to_mu(area_m2: float) -> float:
    """亩."""
    return area_m2 / M2_PER_MU


def mu_to_m2(area_mu: float) -> float:
    """Square metres of 亩."""
    return area_mu * M2_PER_MU


def m2_to_ha(area_m2: float) -> float:
    """公顷."""
    return area_m2 / M2_PER_HA


def ha_to_m2(area_ha: float) -> float:
    """Square metres of hectares."""
    return area_ha * M2_PER_HA


def m2_to_wan_mu(area_m2: float) -> float:
    """万亩."""
    return area_m2 / M2_PER_WAN_MU
