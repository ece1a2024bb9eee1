"""Zips as people send them: nested in folders, with blanks and Chinese names, a zip in a zip.

The members are unpacked under names of our own, so that no path in the archive can lead outside, and because GDAL reads
a packed shapefile slowly.
"""

import shutil
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from gisreg.intake.errors import BadArchive

DATASETS = (".shp", ".gpkg", ".geojson", ".json", ".topojson", ".gml", ".kml", ".fgb")
DEPTH = 3
LARGEST_BYTES = 60 * 1024**3
LARGEST_RATIO = 500
"""A zip bomb packs far more tightly than any survey."""


@dataclass(frozen=True)
class Packed:
    """A dataset found in an archive: its unpacked path and how it is called inside."""

    path: Path
    name: str


def unpack(path: Path, target: Path, shown: str) -> list[Packed]:
    """Unpack all datasets below ``target``."""
    try:
        return _told_apart(list(_datasets(_unpacked(path, target, shown, depth=1))), target)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        # RuntimeError is how zipfile says that a password is needed
        raise BadArchive(shown, detail=str(error)[:80]) from error


def _told_apart(found: list[Packed], folder: Path) -> list[Packed]:
    """Datasets of one name in several folders are called by their folders too."""
    times = Counter(one.name for one in found)
    return [
        one if times[one.name] == 1 else replace(one, name=one.path.relative_to(folder).with_suffix("").as_posix())
        for one in found
    ]


def _unpacked(path: Path, target: Path, shown: str, depth: int) -> Path:
    with zipfile.ZipFile(path) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        size = sum(member.file_size for member in members)
        if size > LARGEST_BYTES or size > LARGEST_RATIO * max(path.stat().st_size, 1_000_000):
            raise BadArchive(shown, detail=f"{size} bytes")
        for member in members:
            place = target.joinpath(*_safe_parts(_name_of(member)))
            place.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(member) as packed, place.open("wb") as file:
                shutil.copyfileobj(packed, file, 1024 * 1024)
            if place.suffix.lower() == ".zip" and depth < DEPTH:
                _unpacked(place, place.with_name(place.name + ".d"), shown, depth + 1)
                place.unlink()
    return target


def _name_of(member: zipfile.ZipInfo) -> str:
    """Windows in China writes names in GBK without saying so; Python then reads them as CP437."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename


def _safe_parts(name: str) -> list[str]:
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("/", "..", ".")]
    return [part.replace(":", "_") for part in parts] or ["_"]


def _datasets(folder: Path) -> Iterator[Packed]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if "__MACOSX" in inside.parts or any(part.endswith(".gdb") for part in inside.parts[:-1]):
            continue
        if (path.is_dir() and path.suffix.lower() == ".gdb") or (path.is_file() and path.suffix.lower() in DATASETS):
            yield Packed(path, path.stem)
