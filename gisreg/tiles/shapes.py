"""Parcels by their shapes, where they are few enough for one tile."""

from typing import Any

from sqlalchemy import Connection, Select, case, func, null, select

from gisreg.features.collections import GEOMETRY
from gisreg.geometry import WEB_MERCATOR_SRID
from gisreg.tiles.copying import DRAWN
from gisreg.tiles.wanted import EXTENT, Wanted, bytes_of, layer_of, mu, near, placed, point

LAYER = "parcels"
SLIM = ("parcel_code", "kind", "state", "township_code", "label", "gated", "is_left")
"""What a shape tells beside its area, as far as its collection tells it at all."""
MOST_PARCELS, MOST_CORNERS = 4_000, 200_000
POINT_BELOW = 12
"""A parcel of fewer steps is drawn as a point: it would be less than a pixel."""


def shapes(connection: Connection, wanted: Wanted) -> bytes | None:
    """The tile; None where there are too many parcels or corners for one."""
    found = select(DRAWN).where(DRAWN.c[GEOMETRY].op("&&")(near(wanted.tile)), *wanted.rows(DRAWN))
    some = found.limit(MOST_PARCELS + 1).cte("some").prefix_with("MATERIALIZED", dialect="postgresql")
    corners = func.coalesce(func.sum(some.c.corners), 0)
    fits = select((func.count() <= MOST_PARCELS) & (corners <= MOST_CORNERS)).select_from(some).scalar_subquery()
    layer = layer_of(LAYER, _features(wanted, some), numbered=True).scalar_subquery()
    return bytes_of(connection, select(case((fits, layer), else_=null())))


def _features(wanted: Wanted, some: Any) -> Select[Any]:
    c, mercator = some.c, wanted.tile.mercator
    step_m = (mercator.east - mercator.west) / EXTENT
    place = case((c.size_m < POINT_BELOW * step_m, point(c.x, c.y)), else_=c[GEOMETRY])
    told = [c[name] for name in SLIM if name in wanted.collection.fields]
    return select(
        c.id, *told, mu(c.land_dm2).label("area_mu"), placed(wanted.tile, place, WEB_MERCATOR_SRID).label("geom")
    )
