"""Tiles of imagery on this machine."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_bounds

from maps.tiles import TileMissing, TilesUnreadable, read_tile

PNG, JPEG = b"\x89PNG\r\n\x1a\n...", b"\xff\xd8\xff..."


def test_a_folder_of_tiles(tmp_path: Path) -> None:
    (tmp_path / "3" / "6").mkdir(parents=True)
    (tmp_path / "3" / "6" / "2.jpg").write_bytes(JPEG)
    assert read_tile(tmp_path, 3, 6, 2) == (JPEG, "image/jpeg")
    for z, x, y in ((3, 6, 3), (4, 6, 2), (3, 8, 0), (3, -1, 0), (99, 0, 0)):
        with pytest.raises(TileMissing):
            read_tile(tmp_path, z, x, y)


def mbtiles(file: Path, content: bytes) -> Path:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE tiles (zoom_level int, tile_column int, tile_row int, tile_data blob)")
        connection.execute("INSERT INTO tiles VALUES (3, 6, 5, ?)", (content,))
        connection.commit()
    return file


def test_mbtiles_count_their_rows_from_the_south(tmp_path: Path) -> None:
    file = mbtiles(tmp_path / "影像?1.mbtiles", PNG)
    assert read_tile(file, 3, 6, 2) == (PNG, "image/png")
    with pytest.raises(TileMissing):
        read_tile(file, 3, 6, 5)


def test_a_file_that_holds_no_pictures_says_so(tmp_path: Path) -> None:
    vector = mbtiles(tmp_path / "vector.mbtiles", b"\x1f\x8b\x08")
    other = tmp_path / "other.mbtiles"
    other.write_text("no database")
    picture = tmp_path / "other.tif"
    picture.write_text("no picture")
    for file in (vector, other, picture):
        with pytest.raises(TilesUnreadable) as caught:
            read_tile(file, 3, 6, 2)
        assert str(file) in caught.value.line("zh")


def picture(file: Path, colours: list[int], **more: Any) -> Path:
    """One colour over 113–114° E, 36–37° N."""
    place = from_bounds(113, 36, 114, 37, 100, 100)
    options = {"crs": "EPSG:4490", "dtype": "uint8", "transform": place} | more
    with rasterio.open(file, "w", driver="GTiff", width=100, height=100, count=len(colours), **options) as written:
        written.write(np.array([np.full((100, 100), c) for c in colours]).astype(options["dtype"]))
    return file


def tile_of(longitude: float, latitude: float, z: int) -> tuple[int, int, int]:
    y = np.arcsinh(np.tan(np.radians(latitude))) / np.pi
    return z, int((longitude + 180) / 360 * 2**z), int((1 - y) / 2 * 2**z)


@pytest.mark.parametrize(
    ("colours", "more", "seen"),
    [
        ([200, 100, 50], {}, [200, 100, 50, 255]),
        ([200, 100, 50, 128], {"photometric": "RGB", "alpha": "YES"}, [200, 100, 50, 128]),
        ([90], {}, [90, 255]),
    ],
)
def test_a_georeferenced_picture_is_cut_into_tiles(
    tmp_path: Path, colours: list[int], more: dict[str, Any], seen: list[int]
) -> None:
    file = picture(tmp_path / "picture.tif", colours, **more)
    content, media_type = read_tile(file, *tile_of(113.5, 36.5, 12))
    assert media_type == "image/png"
    with rasterio.MemoryFile(content) as memory, memory.open() as tile:
        assert (tile.width, tile.height) == (256, 256)
        assert tile.read()[:, 128, 128].tolist() == pytest.approx(seen, abs=1)
    with pytest.raises(TileMissing):
        read_tile(file, *tile_of(120.5, 36.5, 12))


def test_outside_the_picture_a_tile_is_clear(tmp_path: Path) -> None:
    content, _ = read_tile(picture(tmp_path / "picture.tif", [200, 100, 50]), *tile_of(113.0, 36.5, 9))
    with rasterio.MemoryFile(content) as memory, memory.open() as tile:
        assert {0, 255} <= set(np.unique(tile.read(4)).tolist())


def test_pictures_that_cannot_be_placed_or_shown_are_refused(tmp_path: Path) -> None:
    for name, more in (("no-crs.tif", {"crs": None}), ("deep.tif", {"dtype": "uint16"})):
        with pytest.raises(TilesUnreadable):
            read_tile(picture(tmp_path / name, [1, 2, 3], **more), *tile_of(113.5, 36.5, 12))
