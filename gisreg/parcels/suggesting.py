"""The name that somebody may have meant; none where nothing is near."""

import difflib
from collections.abc import Iterable

from gisreg.text import Text

NEAR = 0.6
"""Below this a suggestion only misleads."""
MEANT = {"geometry": "boundary", "geom": "boundary", "shape": "boundary", "code": "parcel_code"}
"""Names that other programs give to what is called otherwise here."""


def did_you_mean(name: str, known: Iterable[str]) -> Text:
    """A question to stand before the rest of a mend, or nothing."""
    names = list(known)
    meant = MEANT.get(name.lower())
    near = [meant] if meant in names else difflib.get_close_matches(name, names, 1, NEAR)
    return Text(f"是否指 {near[0]}?", f"did you mean {near[0]}? ") if near else Text("", "")
