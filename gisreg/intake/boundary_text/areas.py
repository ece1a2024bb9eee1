"""The stated area: hectares by the format, but square metres and 亩 are written too, with their unit or without."""

import re
import unicodedata
from dataclasses import dataclass

from gisreg.geometry import M2_PER_HA, M2_PER_MU

UNITS = {
    "公顷": M2_PER_HA, "ha": M2_PER_HA, "hm2": M2_PER_HA, "平方米": 1.0, "m2": 1.0, "平米": 1.0, "亩": M2_PER_MU,
    "平方公里": 1e6, "km2": 1e6,
}  # fmt: skip
HECTARE = "公顷"
BARE = ("公顷", "平方米", "亩")
"""What a number without a unit may be in, the format's own unit first."""
RELATIVE = 0.002
"""Some programs state the ellipsoidal area, which differs by so much at most from that on the plane."""
_STATED = re.compile(r"^(?P<number>\d+(?:\.(?P<decimals>\d*))?)(?P<unit>[^\d.].*)?$")


@dataclass(frozen=True)
class StatedArea:
    """An area as a file states it."""

    m2: float
    unit: str
    agrees: bool
    """With the boundary's own area, to the digits written or nearly."""
    assumed: bool
    """The unit is not the format's and not written: it follows from the boundary."""


def read_area(text: str, measured_m2: float | None) -> StatedArea | None:
    """The area in square metres; None where there is no number."""
    match = _STATED.match(re.sub(r"[\s,]", "", unicodedata.normalize("NFKC", text)).lower())
    if not match:
        return None
    number, digits = float(match["number"]), len(match["decimals"] or "")
    word = match["unit"]
    if word is not None and word not in UNITS:
        return None
    candidates = (word,) if word else BARE
    for unit in candidates:
        m2 = number * UNITS[unit]
        if measured_m2 is not None and _agree(m2, measured_m2, UNITS[unit] * 10.0**-digits):
            return StatedArea(m2, unit, agrees=True, assumed=word is None and unit != HECTARE)
    unit = word or HECTARE
    return StatedArea(number * UNITS[unit], unit, agrees=measured_m2 is None, assumed=False)


def _agree(stated_m2: float, measured_m2: float, last_digit_m2: float) -> bool:
    """To half of the last digit written, or to what the choice of surface makes."""
    return abs(stated_m2 - measured_m2) <= max(min(last_digit_m2, measured_m2 / 10) * 0.51, RELATIVE * measured_m2)
