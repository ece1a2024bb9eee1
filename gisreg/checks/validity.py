"""What GEOS says of a boundary that is not valid, in words for people."""

import re
from typing import TYPE_CHECKING

from gisreg.text import Text

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

REASONS: dict[str, Text] = {
    "Self-intersection": Text("边界自相交", "the boundary crosses itself"),
    "Ring Self-intersection": Text("边界在一点上自相接", "the boundary touches itself in a point"),
    "Hole lies outside shell": Text("内圈在外圈之外", "a hole lies outside its outer ring"),
    "Holes are nested": Text("内圈套内圈", "a hole lies within another hole"),
    "Nested shells": Text("一部分在另一部分之内", "a part lies within another part"),
    "Interior is disconnected": Text("内圈把图形隔断", "holes cut the interior apart"),
    "Duplicate Rings": Text("同一圈画了两次", "the same ring is drawn twice"),
    "Too few points in geometry component": Text("一圈的点不足三个", "a ring has fewer than three points"),
    "Invalid Coordinate": Text("坐标不是数", "a coordinate is no number"),
    "Ring is not closed": Text("有一圈没有闭合", "a ring is not closed"),
}
_SAID = re.compile(r"^([^\[]*?)\s*(?:\[(\S+) (\S+)\])?$")


def said_of(reason: str) -> Text:
    """GEOS's reason, with its place where it has one; what is not known yet is told as it came."""
    found = _SAID.match(reason)
    if found is None:
        return Text(reason, reason)
    name, x, y = found.groups()
    told = REASONS.get(name, Text(name, name))
    return Text(f"{told.zh} ({x}, {y})", f"{told.en} ({x}, {y})") if x else told


def fault_of(shape: "BaseGeometry") -> Text:
    """Why a shape is not valid, and where in its own CRS."""
    import shapely  # noqa: PLC0415 - only shapes in hand need it

    return said_of(str(shapely.is_valid_reason(shape)))
