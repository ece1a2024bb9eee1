"""``.shp`` and ``.shx`` from batches of WKB: whole batches are laid out as arrays, no loop over the parcels."""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from gisreg.errors import ResourceError
from gisreg.text import Text

Words = npt.NDArray[np.uint32]
Whole = npt.NDArray[np.int64]

TWO_GIB = 2**31 - 1
_FILE_HEAD = 100
_FILE_CODE, _VERSION, _POLYGON = 9994, 1000, 5
# In 32-bit words, as everything in a .shp is a multiple of four bytes:
_RECORD_HEAD = 2  # number and length, big-endian
_FIXED = 11  # type, box, number of parts, number of points
_NULL_SHAPE = 1


class ShapefileTooLarge(ResourceError):
    """Shapefiles end at 2 GiB a part."""

    what: ClassVar[Text] = Text(
        "{part} 将超过 shapefile 的 2 GB 上限", "the {part} would exceed the 2 GB limit of shapefiles"
    )
    mend: ClassVar[Text] = Text(
        "请用 --filter 分乡镇导出,或导出 .gpkg;原文件未改动",
        "export by township with --filter, or export .gpkg; the file that was there is untouched",
    )


@dataclass(frozen=True)
class Rings:
    """Polygons as arrays."""

    points: npt.NDArray[np.float64]
    starts: Whole
    """The first point of each ring, and the end."""
    firsts: Whole
    """The first ring of each shape, and the end."""

    @property
    def parts(self) -> Whole:
        """Rings of each shape."""
        return np.diff(self.firsts)

    @property
    def owner(self) -> Whole:
        """The first point of each shape, and the end."""
        return self.starts[self.firsts]


class PolygonFiles:
    """Writes both files side by side; :meth:`close` puts the headers in."""

    def __init__(self, shp: Path, shx: Path) -> None:
        self._shp, self._shx = shp.open("wb"), shx.open("wb")
        self._shp.write(bytes(_FILE_HEAD))
        self._shx.write(bytes(_FILE_HEAD))
        self._bytes = _FILE_HEAD
        self.rows = 0
        self._box = np.array([np.inf, np.inf, -np.inf, -np.inf])

    def add(self, wkb: Any) -> None:
        """An Arrow array of WKB multipolygons, outer rings clockwise; NULL and empty become null shapes."""
        import shapely  # noqa: PLC0415 - heavy, only this writer needs it

        shapes = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False))
        present = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
        self._write(present, _rings(shapes[present]))

    def _write(self, present: npt.NDArray[np.bool_], rings: Rings) -> None:
        content = np.full(len(present), _NULL_SHAPE, np.int64)
        content[present] = _FIXED + rings.parts + 4 * np.diff(rings.owner)
        starts = np.cumsum(content + _RECORD_HEAD) - (content + _RECORD_HEAD)
        total = int((content + _RECORD_HEAD).sum())
        if self._bytes + 4 * total > TWO_GIB:
            raise ShapefileTooLarge(part=".shp")
        out = np.zeros(total, "<u4")
        out[starts] = _swapped(np.arange(self.rows + 1, self.rows + 1 + len(present)))
        out[starts + 1] = _swapped(content * 2)  # lengths count 16-bit words
        if len(rings.parts):
            self._lay_out(out, starts[present] + _RECORD_HEAD, rings)
        # write() and not tofile(), which forgets the reason of a failure
        self._shp.write(out.data)
        self._shx.write(np.stack([_swapped((self._bytes + 4 * starts) // 2), _swapped(content * 2)], 1).data)
        self._bytes += 4 * total
        self.rows += len(present)

    def _lay_out(self, out: Words, body: Whole, rings: Rings) -> None:
        """The polygons' own content, behind the record heads that are there already."""
        parts, owner = rings.parts, rings.owner
        low = np.minimum.reduceat(rings.points, owner[:-1])
        high = np.maximum.reduceat(rings.points, owner[:-1])
        self._box = np.concatenate([np.minimum(self._box[:2], low.min(0)), np.maximum(self._box[2:], high.max(0))])
        out[body] = _POLYGON
        boxes = np.ascontiguousarray(np.concatenate([low, high], 1), "<f8").view("<u4")
        out[(body + 1)[:, None] + np.arange(8)] = boxes
        out[body + 9], out[body + 10] = parts, np.diff(owner)
        ring_place = np.arange(len(rings.starts) - 1) - np.repeat(rings.firsts[:-1], parts)
        out[np.repeat(body + _FIXED, parts) + ring_place] = rings.starts[:-1] - np.repeat(owner[:-1], parts)
        place = _coordinate_words(len(out), body + _FIXED + parts, 4 * np.diff(owner))
        out[place] = np.ascontiguousarray(rings.points, "<f8").view("<u4").ravel()

    def close(self) -> None:
        """Headers with length and extent."""
        box = self._box if np.isfinite(self._box).all() else np.zeros(4)
        for file, size in ((self._shp, self._bytes), (self._shx, _FILE_HEAD + 8 * self.rows)):
            with file:
                file.seek(0)
                file.write(struct.pack(">7i", _FILE_CODE, 0, 0, 0, 0, 0, size // 2))
                file.write(struct.pack("<2i8d", _VERSION, _POLYGON, *box, 0, 0, 0, 0))

    def abandon(self) -> None:
        """Close without finishing."""
        self._shp.close()
        self._shx.close()


def _rings(shapes: npt.NDArray[np.object_]) -> Rings:
    import shapely  # noqa: PLC0415 - heavy, only this writer needs it

    if not len(shapes):
        return Rings(np.empty((0, 2)), np.zeros(1, np.int64), np.zeros(1, np.int64))
    _kind, points, offsets = shapely.to_ragged_array(shapes, include_z=False)
    starts, *upper = (np.asarray(offset, np.int64) for offset in offsets)
    firsts = upper[0]
    for level in upper[1:]:
        firsts = firsts[level]
    return Rings(points, starts, firsts)


def _swapped(values: Whole) -> Words:
    """Big-endian, as a little-endian word array holds it."""
    return values.astype(">u4").view("<u4")


def _coordinate_words(total: int, starts: Whole, lengths: Whole) -> npt.NDArray[np.bool_]:
    """True where coordinates stand."""
    steps = np.zeros(total + 1, np.int8)
    steps[starts] += 1
    steps[starts + lengths] -= 1
    return np.cumsum(steps[:-1], dtype=np.int8).astype(bool)
