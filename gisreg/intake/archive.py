"""Zips as people send them: nested in folders, with blanks and Chinese names, a zip in a zip.

The members are unpacked under names of our own, so that no path in the archive can lead outside, and because GDAL reads
a packed shapefile slowly.
"""

import errno
import hashlib
import lzma
import os
import shutil
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from gisreg.errors import DiskFull
from gisreg.intake.errors import BadArchive, DiskTooSmall
from gisreg.text import Text

DATASETS = (
    ".shp", ".gpkg", ".geojson", ".json", ".topojson", ".gml", ".kml", ".ovkml", ".fgb", ".parquet", ".geoparquet",
    ".dxf", ".tab", ".mif",
)  # fmt: skip
LISTS = (".txt", ".csv")
"""Read where a zip holds nothing else: beside a map they are its explanation."""
ZIPS = (".zip", ".kmz")
GEODATABASE_MARK = "a00000001.gdbtable"
"""Every file geodatabase has this one."""
DEPTH = 3
LARGEST_BYTES = 60 * 1024**3
LARGEST_RATIO = 500
"""A zip bomb packs far more tightly than any survey."""
LEAST_BUDGET = 500_000_000
"""What a small archive may hold all the same."""
MOST_MEMBERS = 100_000
LONGEST_NAME_BYTES = 200
LONGEST_SUFFIX = 12
NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
BROKEN = (
    zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, zlib.error, lzma.LZMAError,
    RuntimeError,  # that a password is needed
)  # fmt: skip


SCRATCH = "gisreg-zip-"


def scratch() -> "tempfile.TemporaryDirectory[str]":
    """A folder for what is unpacked; the next import removes it where this process does not live to do so."""
    return tempfile.TemporaryDirectory(prefix=f"{SCRATCH}{os.getpid()}-")


MAPINFO = (".tab", ".mif")


@dataclass(frozen=True)
class Packed:
    """A dataset found in an archive: its unpacked path and how it is called inside."""

    path: Path
    name: str


class _Budget:
    """How much may still be unpacked, zips in zips included."""

    def __init__(self, path: Path, target: Path) -> None:
        self._left = min(LARGEST_BYTES, max(LARGEST_RATIO * path.stat().st_size, LEAST_BUDGET))
        self._target = target

    def take(self, size: int, shown: str) -> None:
        """Refuse what is too much for a survey, or for the disk."""
        if size > self._left:
            raise BadArchive(shown, detail=Text(f"解开后 {size} 字节,过大", f"{size} bytes unpacked, too much"))
        if size > shutil.disk_usage(self._target).free:
            raise DiskTooSmall(str(self._target), megabytes=-(-size // 1024**2))
        self._left -= size


def unpack_only(path: Path, target: Path, shown: str, suffixes: tuple[str, ...]) -> list[Packed]:
    """Unpack what has one of these suffixes, wherever it stands in the archive."""
    with _explained(target, shown):
        folder = _unpacked(path, target, shown, DEPTH, _Budget(path, target), suffixes=suffixes)
    return _told_apart(list(_datasets(folder, suffixes)), target)


def unpack(path: Path, target: Path, shown: str) -> list[Packed]:
    """Unpack all datasets below ``target``."""
    with _explained(target, shown):
        folder = _unpacked(path, target, shown, 1, _Budget(path, target))
        _gather_geodatabases(folder, path.name.partition(".")[0])
    found = list(_datasets(folder, DATASETS))
    return _told_apart(_without_copies(found) or list(_datasets(folder, LISTS)), target)


@contextmanager
def _explained(target: Path, shown: str) -> Iterator[None]:
    """Whatever an archive does to zipfile or to the disk, in one line."""
    try:
        yield
    except BROKEN as error:
        raise BadArchive(shown, detail=_one_line(error)) from error
    except OSError as error:
        if error.errno in NO_SPACE:
            raise DiskFull(str(target)) from error
        raise BadArchive(
            shown, detail=_one_line(error)
        ) from error  # a file under another file, a place before the start


_SAID: tuple[tuple[str, Text], ...] = (
    ("not a zip file", Text("内容不是 zip", "its content is no zip")),
    ("Bad magic number", Text("内容已损坏", "its content is damaged")),
    ("Bad CRC-32", Text("内容已损坏", "its content is damaged")),
    ("password required", Text("设有密码", "it has a password")),
    ("compression method is not supported", Text("压缩方式不受支持", "it is compressed in a way that is not read")),
)
"""What Python says of archives most often, in words."""


def _one_line(error: Exception) -> Text | str:
    known = next((words for said, words in _SAID if said in str(error)), None)
    if known is not None:
        return known
    told = error.strerror if isinstance(error, OSError) else None  # its own paths are ours, not the archive's
    return " ".join((told or str(error) or type(error).__name__).split())[:80]


def _without_copies(found: list[Packed]) -> list[Packed]:
    """MapInfo packs the tables that it exported beside the shapefiles made of them: one survey, not two."""
    shapefiles = [one.name.casefold() for one in found if one.path.suffix.lower() == ".shp"]
    return [
        one
        for one in found
        if one.path.suffix.lower() not in MAPINFO
        or not any(name.startswith(one.name.casefold()) for name in shapefiles)
    ]


def _gather_geodatabases(folder: Path, name: str) -> None:
    """Somebody packed what is in a .gdb folder, not the folder: GDAL knows it by its name only."""
    for mark in list(folder.rglob(GEODATABASE_MARK)):
        inside = mark.parent
        if inside.suffix.lower() == ".gdb":
            continue
        made = inside / f"{name if inside == folder else inside.name}.gdb"
        parts = [part for part in inside.iterdir() if part.is_file()]
        made.mkdir()
        for part in parts:
            part.rename(made / part.name)


def names(path: Path) -> list[str]:
    """What an archive holds, as it says itself."""
    with zipfile.ZipFile(path) as archive:
        return [_name_of(member) for member in _files(archive)]


def _told_apart(found: list[Packed], folder: Path) -> list[Packed]:
    """Datasets of one name in several folders are called by their folders too."""
    times = Counter(one.name for one in found)
    return [
        one if times[one.name] == 1 else replace(one, name=one.path.relative_to(folder).with_suffix("").as_posix())
        for one in found
    ]


def _unpacked(
    path: Path, target: Path, shown: str, depth: int, budget: _Budget, *, suffixes: tuple[str, ...] = ()
) -> Path:
    with zipfile.ZipFile(path) as archive:
        members = [member for member in _files(archive) if _has(member, suffixes)]
        if len(members) > MOST_MEMBERS:
            raise BadArchive(shown, detail=Text(f"{len(members)} 个文件", f"{len(members)} files"))
        budget.take(sum(member.file_size for member in members), shown)
        for member in members:
            place = target.joinpath(*_safe_parts(_name_of(member), shown))
            place.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(member) as packed, place.open("wb") as file:
                shutil.copyfileobj(packed, file, 1024 * 1024)
            if place.suffix.lower() in ZIPS and depth < DEPTH:
                _unpacked(place, place.with_name(place.name + ".d"), shown, depth + 1, budget)
                place.unlink()
    return target


def _files(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The members that are files and have a name at all."""
    return [member for member in archive.infolist() if member.filename and not member.is_dir()]


def _has(member: zipfile.ZipInfo, suffixes: tuple[str, ...]) -> bool:
    return not suffixes or _name_of(member).lower().endswith(suffixes)


def _name_of(member: zipfile.ZipInfo) -> str:
    """Windows in China writes names in GBK without saying so; Python then reads them as CP437."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename


def _safe_parts(name: str, shown: str) -> list[str]:
    """The steps of a member's path; one that leads out of the archive is nobody's survey."""
    steps = PurePosixPath(name.replace("\\", "/")).parts
    if ".." in steps:
        told = name[:60]
        raise BadArchive(shown, detail=Text(f"路径越界:{told}", f"a path that leads outside: {told}"))
    return [_short(step.replace(":", "_")) for step in steps if step not in ("/", ".")] or ["_"]


def _short(name: str) -> str:
    """Windows has 255 characters for a name, Linux 255 bytes; what belongs together by its stem stays so."""
    if len(name.encode()) <= LONGEST_NAME_BYTES:
        return name
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix) > LONGEST_SUFFIX:
        stem, dot, suffix = name, "", ""
    kept = stem.encode()[: LONGEST_NAME_BYTES // 2].decode(errors="ignore")
    return f"{kept}~{hashlib.sha256(stem.encode()).hexdigest()[:8]}{dot}{suffix}"


def _datasets(folder: Path, suffixes: tuple[str, ...]) -> Iterator[Packed]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if "__MACOSX" in inside.parts or any(part.lower().endswith(".gdb") for part in inside.parts[:-1]):
            continue
        if (path.is_dir() and path.suffix.lower() == ".gdb") or (path.is_file() and path.suffix.lower() in suffixes):
            yield Packed(path, path.stem)
