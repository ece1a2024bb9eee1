"""Townships as tiles draw them: straight from their table, there are few of them."""

from typing import Any, cast

from sqlalchemy import Connection, Double, FromClause, Select, Table, func, select
from sqlalchemy import cast as sql_cast

from gisreg.db.models import AdminUnit
from gisreg.features.collections import GEOMETRY
from gisreg.geometry import STORAGE_SRID
from gisreg.tiles.wanted import BUFFER, EXTENT, Column, Wanted, box, bytes_of, frame_of, layer_of, near, placed
from gisreg.vocab import UnitLevel

LAYER = "townships"
UNIT = cast(Table, AdminUnit.__table__)
COARSER = (0, 8, 64, 512)
"""Steps that an outline may be off where a tile would otherwise be too large."""


def units_today() -> Select[Any]:
    """Townships of today that are on the map."""
    c, today = UNIT.c, func.current_date()
    return select(UNIT).where(
        c.level == UnitLevel.TOWNSHIP, c.valid_from <= today, c.valid_to > today, c[GEOMETRY].is_not(None)
    )


def near_units(wanted: Wanted) -> FromClause:
    """Those that this reader sees at the tile."""
    tile = wanted.tile
    place: Column = box(tile.bounds.grown(BUFFER / EXTENT), STORAGE_SRID)
    if not tile.grid.is_degrees:
        place = func.ST_Transform(near(tile), STORAGE_SRID)
    there = units_today().where(UNIT.c[GEOMETRY].op("&&")(place), *wanted.reader.rows(UNIT))
    return there.subquery("near_unit")


def townships(connection: Connection, wanted: Wanted, *, coarser: int = 0) -> bytes:
    """The tile of the collection, outlines so many steps coarse."""
    unit = near_units(wanted)
    c = unit.c
    place: Column = c[GEOMETRY]
    if coarser:
        span = wanted.tile.grid.span(wanted.tile.matrix) / EXTENT
        place = func.ST_Simplify(place, coarser * span)
    told = [c.code, c.name, c.name_en, c.county_code, sql_cast(c.area_m2, Double).label("area_m2")]
    features = select(c.id, *told, placed(frame_of(wanted.tile), place, STORAGE_SRID).label("geom"))
    return bytes_of(connection, layer_of(LAYER, features, numbered=True)) or b""
