"""Tiles, made by PostGIS and passed through as bytes.

Far out a tile tells what each township has; nearer, what each cell of the map has; nearer still, the parcels
themselves, as soon as they are few enough. What would be too large is told by cells, of which a tile holds a bounded
number, so that none is larger than ``MOST_BYTES``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Literal, TypeGuard

from sqlalchemy import Connection, Engine, text

from gisreg.tiles.counting import clusters, totals
from gisreg.tiles.following import version_of
from gisreg.tiles.shapes import shapes, shapes_alone
from gisreg.tiles.townships import COARSER, townships
from gisreg.tiles.wanted import Wanted

MOST_BYTES = 500_000
TOWNSHIPS_UP_TO = 9
"""Matrices in which a tile tells what townships have."""


@dataclass(frozen=True)
class Made:
    """A tile, and what it was made from."""

    version: str
    content: bytes


def made(connection: Connection, wanted: Wanted, *, too_many: bool = False) -> Made:
    """The tile, from one snapshot, which the transaction takes here at the earliest.

    The copy is locked before that: while it is made anew as a whole, an older snapshot would see it empty. ``too_many``
    says that the parcels are known not to fit.
    """
    connection.execute(text("LOCK TABLE parcel_drawn IN ACCESS SHARE MODE"))
    return Made(version_of(connection), _content(connection, wanted, too_many=too_many))


def made_alone(engine: Engine, wanted: Wanted) -> Made | Literal["too many"] | None:
    """The same by a single statement, where the tile may show parcels; None where it is not the way."""
    if not wanted.collection.is_parcels or wanted.tile.matrix <= TOWNSHIPS_UP_TO:
        return None
    found = shapes_alone(engine, wanted)
    if found is None:
        return None
    return Made(found.version, found.content) if _fits(found.content) else "too many"


def _content(connection: Connection, wanted: Wanted, *, too_many: bool) -> bytes:
    if not wanted.collection.is_parcels:
        return _first_fitting(lambda step: townships(connection, wanted, coarser=COARSER[min(step, len(COARSER) - 1)]))
    content = None if too_many else _in_full(connection, wanted)
    return content if _fits(content) else _first_fitting(lambda step: clusters(connection, wanted, coarser=step))


def _in_full(connection: Connection, wanted: Wanted) -> bytes | None:
    if wanted.tile.matrix <= TOWNSHIPS_UP_TO:
        return totals(connection, wanted)
    return shapes(connection, wanted).content


def _fits(content: bytes | None) -> TypeGuard[bytes]:
    return content is not None and len(content) <= MOST_BYTES


def _first_fitting(make: Callable[[int], bytes]) -> bytes:
    """Coarser and coarser until it fits."""
    return next(content for step in count() if len(content := make(step)) <= MOST_BYTES)
