"""Tiles of a base map that lies on this machine: a folder z/x/y, an MBTiles file, or a georeferenced picture."""

import math
import sqlite3
import warnings
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar

from gisreg.errors import InputError, NotFoundError
from gisreg.text import Text

MAX_ZOOM = 24
TILE_PIXELS = 256
HALF_WORLD_M = math.pi * 6378137.0
"""Web Mercator's square reaches this far from its middle."""

TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}
_STARTS = ((b"\x89PNG", "image/png"), (b"\xff\xd8", "image/jpeg"), (b"RIFF", "image/webp"))
RGB = 3
RASTERS = frozenset({".tif", ".tiff", ".vrt"})


class TileMissing(NotFoundError):
    """The base map has no picture of that place at that scale."""

    what: ClassVar[Text] = Text("底图没有瓦片 {z}/{x}/{y}", "the base map has no tile {z}/{x}/{y}")
    mend: ClassVar[Text] = Text("该处留白", "the place stays empty")


class TilesUnreadable(InputError):
    """The file is not what its name says, or a picture that nobody can place."""

    what: ClassVar[Text] = Text("底图文件读不了：{reason}", "the base map's file cannot be read: {reason}")
    mend: ClassVar[Text] = Text(
        "请用 MBTiles、z/x/y 瓦片文件夹，或带坐标系的 GeoTIFF",
        "use MBTiles, a folder of tiles z/x/y, or a GeoTIFF with its CRS",
    )


def read_tile(source: Path, z: int, x: int, y: int) -> tuple[bytes, str]:
    """A tile (rows counted from the north) and its media type.

    Raises:
        TileMissing: there is no such tile.
        TilesUnreadable: the file cannot be read.
    """
    if not (0 <= z <= MAX_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
        raise TileMissing(where=str(source), z=z, x=x, y=y)
    if source.is_dir():
        found = _from_folder(source, z, x, y)
    elif source.suffix.lower() in RASTERS:
        found = _from_raster(source, z, x, y)
    else:
        found = _from_mbtiles(source, z, x, y)
    if found is None:
        raise TileMissing(where=str(source), z=z, x=x, y=y)
    return found


def _from_folder(folder: Path, z: int, x: int, y: int) -> tuple[bytes, str] | None:
    for ending, media_type in TYPES.items():
        file = folder / str(z) / str(x) / f"{y}{ending}"
        if file.is_file():
            return file.read_bytes(), media_type
    return None


def _from_mbtiles(file: Path, z: int, x: int, y: int) -> tuple[bytes, str] | None:
    """MBTiles counts its rows from the south."""
    statement = "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?"
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            row = connection.execute(statement, (z, x, 2**z - 1 - y)).fetchone()
    except sqlite3.Error as error:
        raise TilesUnreadable(where=str(file), reason=str(error)) from error
    if row is None:
        return None
    content = bytes(row[0])
    media_type = next((kind for start, kind in _STARTS if content.startswith(start)), None)
    if media_type is None:
        raise TilesUnreadable(where=f"{file}, {z}/{x}/{y}", reason="no PNG, JPEG or WebP (vector tiles?)")
    return content, media_type


def _from_raster(file: Path, z: int, x: int, y: int) -> tuple[bytes, str] | None:
    """The picture's part under the tile, brought into Web Mercator; outside it the tile is transparent."""
    import rasterio  # noqa: PLC0415 - GDAL's raster half is loaded for imagery only
    from rasterio.errors import NotGeoreferencedWarning, RasterioError  # noqa: PLC0415

    warnings.simplefilter("ignore", NotGeoreferencedWarning)  # a tile's place is in its number
    try:
        with rasterio.open(file) as picture:
            pixels = _warped(file, picture, z, x, y)
    except (RasterioError, ValueError) as error:
        raise TilesUnreadable(where=str(file), reason=str(error)) from error
    if not pixels[-1].any():
        return None
    with rasterio.MemoryFile() as memory:
        with memory.open(
            driver="PNG", width=TILE_PIXELS, height=TILE_PIXELS, count=len(pixels), dtype="uint8"
        ) as written:
            written.write(pixels)
        return memory.read(), "image/png"


def _warped(file: Path, picture: Any, z: int, x: int, y: int) -> Any:
    """Colours (or grey) and opacity of the tile, 8 bits each."""
    from rasterio.enums import ColorInterp, Resampling  # noqa: PLC0415 - as above
    from rasterio.transform import from_bounds  # noqa: PLC0415
    from rasterio.vrt import WarpedVRT  # noqa: PLC0415

    meanings = picture.colorinterp
    if picture.crs is None or picture.dtypes[0] != "uint8" or ColorInterp.palette in meanings:
        raise TilesUnreadable(where=str(file), reason="no CRS, or not 8 bits grey or RGB (gdal_translate -expand rgb)")
    opaque = ColorInterp.alpha not in meanings
    side = 2 * HALF_WORLD_M / 2**z
    west, north = x * side - HALF_WORLD_M, HALF_WORLD_M - y * side
    with WarpedVRT(
        picture, crs="EPSG:3857", width=TILE_PIXELS, height=TILE_PIXELS, add_alpha=opaque,
        transform=from_bounds(west, north - side, west + side, north, TILE_PIXELS, TILE_PIXELS),
        resampling=Resampling.bilinear,
    ) as tile:  # fmt: skip
        alpha = tile.count if opaque else meanings.index(ColorInterp.alpha) + 1
        colours = (1, 2, 3) if picture.count - (not opaque) >= RGB else (1,)
        return tile.read([*colours, alpha])
