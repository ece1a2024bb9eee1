"""Shapes between shapely and the database: as EWKB either way, moved to another CRS by the database."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


def ewkb(shape: "BaseGeometry", srid: int) -> bytes:
    """A shape as ST_GeomFromEWKB takes it."""
    import shapely  # noqa: PLC0415 - heavy; edits of attributes do without

    return bytes(shapely.to_wkb(shapely.set_srid(shape, srid), include_srid=True))


def from_database(value: Any) -> "BaseGeometry":
    """A geometry column's value, or what ST_AsBinary or ST_AsEWKB gave."""
    import shapely  # noqa: PLC0415 - as above

    raw = getattr(value, "data", value)
    return shapely.from_wkb(raw if isinstance(raw, str) else bytes(raw))


def transformed(
    connection: Connection, shapes: "Sequence[BaseGeometry]", srid: int, target: int
) -> "list[BaseGeometry]":
    """The shapes in another CRS, longitude first; the very same where they are in it already."""
    if srid == target:
        return list(shapes)
    given = (func.ST_GeomFromEWKB(ewkb(shape, srid)) for shape in shapes)
    asked = select(*(func.ST_AsEWKB(func.ST_Transform(one, target)) for one in given))
    return [from_database(found) for found in connection.execute(asked).one()]
