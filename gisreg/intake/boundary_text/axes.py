"""What the numbers of a point are: metres or degrees, with or without the zone's number, north or east first.

North of China runs from about 300 to 6,000 km, an unprefixed easting from 100 to 900 km, a prefixed one begins with the
zone's number (13–23: 6°, 25–45: 3°): except in the far south the two can never be taken for one another.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache

from gisreg.geometry import CHINA_BOX, METRES_PER_ZONE_NUMBER, ZONE_NUMBERS, Zone
from gisreg.intake.boundary_text.lines import Point

NORTHINGS = (300_000.0, 6_100_000.0)
EASTINGS = (100_000.0, 900_000.0)
_ZONES = frozenset(number for numbers in ZONE_NUMBERS.values() for number in numbers)
_TWO_LIMITS = 900_000.0
"""Beyond it a number is a northing and no unprefixed easting."""


class Unit(Enum):
    """How a pair is written."""

    PREFIXED = "prefixed"
    PLAIN = "plain"
    DEGREES = "degrees"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a pair of numbers can only be."""

    unit: Unit
    north_first: bool
    zone: int | None = None


@cache
def _reading(unit: Unit, north_first: bool, zone: int | None = None) -> Reading:
    """The same object for each of a survey's hundreds of thousands of points."""
    return Reading(unit, north_first, zone)


def read_pair(first: float, second: float) -> Reading | None:
    """The one sensible reading of a pair; None where there is none."""
    for north, east, north_first in ((first, second, True), (second, first, False)):
        zone = int(east // METRES_PER_ZONE_NUMBER)
        if _within(north, NORTHINGS) and zone in _ZONES and _within(east - zone * METRES_PER_ZONE_NUMBER, EASTINGS):
            return _reading(Unit.PREFIXED, north_first, zone)
        west, south, eastern, northern = CHINA_BOX
        if _within(north, (south, northern)) and _within(east, (west, eastern)):
            return _reading(Unit.DEGREES, north_first)
    for north, east, north_first in ((first, second, True), (second, first, False)):
        if _within(north, (_TWO_LIMITS, NORTHINGS[1])) and _within(east, EASTINGS):
            return _reading(Unit.PLAIN, north_first)
    if _within(first, NORTHINGS) and _within(second, EASTINGS):  # south of 8°: only the usual order can be believed
        return _reading(Unit.PLAIN, True)
    return None


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]


def commonest(readings: Iterable[Reading | None]) -> Reading | None:
    """The reading most points have."""
    counted = Counter(reading for reading in readings if reading)
    return counted.most_common(1)[0][0] if counted else None


def reading_of(points: Sequence[Point]) -> Reading | None:
    """How a parcel's points are written."""
    return commonest(read_pair(point.first, point.second) for point in points)


def agrees(point: Point, reading: Reading) -> bool:
    """Whether a point can be read so."""
    return read_pair(point.first, point.second) == reading


def place(point: Point, *, north_first: bool) -> tuple[float, float]:
    """East and north."""
    return (point.second, point.first) if north_first else (point.first, point.second)


def width_of(number: int) -> int | None:
    """3° zones are numbered 25 to 45, 6° zones 13 to 23: the number tells the width."""
    return next((width for width, numbers in ZONE_NUMBERS.items() if number in numbers), None)


def zone_from(number: int, *, prefixed: bool) -> Zone | None:
    """The zone of a number, or of a central meridian in its place."""
    width = width_of(number)
    if width is not None:
        return Zone(number, width, prefixed)
    three, rest = divmod(number, 3)
    return Zone(three, 3, prefixed) if not rest and three in ZONE_NUMBERS[3] else None
