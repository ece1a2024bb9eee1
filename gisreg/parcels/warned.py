"""What an edit tells besides what it did."""

from dataclasses import dataclass
from typing import Any

from gisreg.text import Text


@dataclass(frozen=True)
class Warned:
    """Something to look at afterwards; the edit stands."""

    parcel_code: str
    fault: str
    what: Text
    mend: Text
    place: str = ""
    area_m2: float | None = None


def warned(parcel_code: str, fault: str, what: Text, mend: Text, **said: Any) -> Warned:
    """A warning, its words filled in."""
    return Warned(parcel_code, fault, Text(what.say("zh", **said), what.say("en", **said)), mend)
