"""A small county with labels, and tiles read by GDAL as any map program reads them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyogrio
import pytest
from sqlalchemy import Engine
from tiles_county import fill

from gisreg.db.engine import transaction
from gisreg.features.collections import collection_of
from gisreg.features.reader import EVERYTHING, Reader
from gisreg.tiles.following import follow
from gisreg.tiles.grids import Tile
from gisreg.tiles.making import Made, made
from gisreg.tiles.wanted import Wanted

Features = list[dict[str, Any]]


@pytest.fixture
def county(engine: Engine) -> Engine:
    """Sixty parcels, not drawn yet."""
    fill(engine)
    return engine


@pytest.fixture
def make(engine: Engine) -> Callable[..., Made]:
    """``make(tile)``: the tile after the copy has followed."""

    def made_of(tile: Tile, collection: str = "parcels", reader: Reader = EVERYTHING) -> Made:
        follow(engine)
        with transaction(engine) as connection:
            return made(connection, Wanted(collection_of(collection), tile, reader))

    return made_of


@pytest.fixture
def layers(tmp_path: Path) -> Callable[[bytes], dict[str, Features]]:
    """All features of a tile by layer, with their geometry in the tile's own coordinates, turned up."""

    def read(content: bytes) -> dict[str, Features]:
        if not content:
            return {}
        file = tmp_path / "tile.mvt"
        file.write_bytes(content)
        found = {}
        for name, _ in pyogrio.list_layers(file):
            frame = pyogrio.read_dataframe(file, layer=name)
            rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
            found[str(name)] = [dict(row) for row in rows]
        return found

    return read
