"""A collection of points, lines and areas beside an area, part by part: PostGIS relates no such collection itself.

Its parts are united before, so no line lies within an area of the collection and no point on either. An area that lies
within the whole lies within its areas, for lines and points have none to add; and no area equals what has more parts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Integer, and_, func, not_, or_

Shape = ColumnElement[Any]
Condition = ColumnElement[bool]
AREA = 2
INTERIORS_MEET = "T********"


@dataclass(frozen=True)
class Mixed:
    """The collection and its parts by their dimension, in the storage system."""

    whole: Shape
    parts: Mapping[int, Shape]

    def __str__(self) -> str:
        return "GeometryCollection"

    @property
    def area(self) -> Shape | None:
        """The areas among the parts."""
        return self.parts.get(AREA)


def related(name: str, area: Shape, mixed: Mixed) -> Condition:
    """The condition; ``area`` comes first. The index is asked by whether it meets the whole at all."""
    told = _RELATIONS[name](area, mixed)
    return _never(area) if told is None else and_(_is("ST_Intersects", area, mixed.whole), told)


def turned(name: str) -> str:
    """The same relation with its operands exchanged."""
    return {"s_within": "s_contains", "s_contains": "s_within"}.get(name, name)


def _is(function: str, *operands: Any) -> Condition:
    condition: Condition = getattr(func, function)(*operands, type_=Boolean())
    return condition


def _never(area: Shape) -> Condition:
    """False; unknown where the area is."""
    return func.ST_Dimension(area, type_=Integer()) < 0


def _meet(area: Shape, mixed: Mixed) -> Condition:
    return or_(*(_is("ST_Relate", area, part, INTERIORS_MEET) for part in mixed.parts.values()))


def _covers(area: Shape, mixed: Mixed) -> Condition:
    return and_(*(_is("ST_Covers", area, part) for part in mixed.parts.values()))


def _within(area: Shape, mixed: Mixed) -> Condition | None:
    return None if mixed.area is None else _is("ST_Within", area, mixed.area)


def _contains(area: Shape, mixed: Mixed) -> Condition:
    return and_(_covers(area, mixed), _meet(area, mixed))


def _touches(area: Shape, mixed: Mixed) -> Condition:
    return not_(_meet(area, mixed))


def _partly(area: Shape, mixed: Mixed) -> Condition:
    return and_(_meet(area, mixed), not_(_covers(area, mixed)))


def _crosses(area: Shape, mixed: Mixed) -> Condition | None:
    """Only what has another dimension crosses an area."""
    return _partly(area, mixed) if mixed.area is None else None


def _overlaps(area: Shape, mixed: Mixed) -> Condition | None:
    """Only what has the same dimension overlaps an area."""
    return None if mixed.area is None else and_(_partly(area, mixed), not_(_is("ST_Within", area, mixed.area)))


_RELATIONS: dict[str, Callable[[Shape, Mixed], Condition | None]] = {
    "s_within": _within,
    "s_contains": _contains,
    "s_equals": lambda _area, _mixed: None,
    "s_touches": _touches,
    "s_crosses": _crosses,
    "s_overlaps": _overlaps,
}
