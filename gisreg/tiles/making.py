"""Tiles, made by PostGIS and passed through as bytes.

Far out a tile tells what each township has; nearer, what each cell of the map has; nearer still, the parcels
themselves, as soon as they are few enough. What would be too large is told by cells, of which a tile holds a bounded
number, so that none is larger than ``MOST_BYTES``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from sqlalchemy import Connection, text

from gisreg.tiles.counting import clusters, totals
from gisreg.tiles.following import version_of
from gisreg.tiles.shapes import shapes
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


def made(connection: Connection, wanted: Wanted) -> Made:
    """The tile, from one snapshot, which the transaction takes here at the earliest.

    The copy is locked before that: while it is made anew as a whole, an older snapshot would see it empty.
    """
    connection.execute(text("LOCK TABLE parcel_drawn IN ACCESS SHARE MODE"))
    return Made(version_of(connection), _content(connection, wanted))


def _content(connection: Connection, wanted: Wanted) -> bytes:
    if not wanted.collection.is_parcels:
        return _first_fitting(lambda step: townships(connection, wanted, coarser=COARSER[min(step, len(COARSER) - 1)]))
    first = totals if wanted.tile.matrix <= TOWNSHIPS_UP_TO else shapes
    content = first(connection, wanted)
    if content is not None and len(content) <= MOST_BYTES:
        return content
    return _first_fitting(lambda step: clusters(connection, wanted, coarser=step))


def _first_fitting(make: Callable[[int], bytes]) -> bytes:
    """Coarser and coarser until it fits."""
    return next(content for step in count() if len(content := make(step)) <= MOST_BYTES)
