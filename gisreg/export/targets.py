"""Where an export goes: format by suffix, CRS, and a file that appears whole or not at all."""

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

from sqlalchemy import ColumnElement, Connection, Select, func, literal, select

from gisreg.db.models import AdminUnit, Parcel
from gisreg.errors import AccessError, InputError, NotFoundError, ResourceError
from gisreg.geometry import STORAGE_SRID, WGS84_SRID, NoZoneError, is_supported_crs, zone_for, zone_of
from gisreg.text import Text

FormatName = Literal["shapefile", "gpkg", "geojson", "txt"]
SCRATCH = ".part"
SAMPLE = 10_000


class FormatUnknown(InputError):
    """The file's suffix stands for no format that is written."""

    what: ClassVar[Text] = Text("不支持的导出格式:{name}", "no such export format: {name}")
    mend: ClassVar[Text] = Text(
        "文件名请以 .shp.zip、.gpkg、.geojson 或 .txt(界址点)结尾",
        "name the file ….shp.zip, ….gpkg, ….geojson or ….txt (boundary points)",
    )


class CrsUnsupported(InputError):
    """Not a CRS that the registry writes."""

    what: ClassVar[Text] = Text("不支持的坐标系:{crs}", "the CRS {crs} is not supported")
    mend: ClassVar[Text] = Text(
        "可用:EPSG:4490、4491–4554(CGCS2000 各带)、4326、3857,或 auto(本县所在带)",
        "use EPSG:4490, 4491–4554 (CGCS2000 zones), 4326, 3857, or auto (the county's own zone)",
    )


class EncodingNotUsed(InputError):
    """Only shapefiles and boundary-point text have a choice of encoding."""

    what: ClassVar[Text] = Text("{format} 总是 UTF-8,不能指定编码", "{format} is always UTF-8; it takes no encoding")
    mend: ClassVar[Text] = Text("请去掉 --encoding", "leave --encoding out")


class FolderMissing(NotFoundError):
    """The folder of the target does not exist."""

    what: ClassVar[Text] = Text("目标文件夹不存在", "the target's folder does not exist")
    mend: ClassVar[Text] = Text("请先建立文件夹", "make the folder first")


class TargetIsFolder(InputError):
    """The target is a folder."""

    what: ClassVar[Text] = Text("目标是文件夹,不是文件", "the target is a folder, not a file")
    mend: ClassVar[Text] = Text("请给出文件名", "name a file")


class TargetNotWritable(AccessError):
    """The folder of the target may not be written to."""

    what: ClassVar[Text] = Text("目标文件夹不可写({detail})", "the target's folder cannot be written to ({detail})")
    mend: ClassVar[Text] = Text("请换一个文件夹或修改权限", "choose another folder, or change its permissions")


class TargetDiskFull(ResourceError):
    """No space is left where the file is written."""

    what: ClassVar[Text] = Text("目标磁盘已满", "the disk of the target is full")
    mend: ClassVar[Text] = Text(
        "请腾出空间或换一个文件夹后重试;原文件未改动",
        "free some space or choose another folder, then try again; the file that was there is untouched",
    )


@dataclass(frozen=True)
class Target:
    """A file to be written."""

    path: Path
    format: FormatName
    stem: str


_SUFFIXES: tuple[tuple[str, FormatName], ...] = (
    (".shp.zip", "shapefile"), (".gpkg", "gpkg"), (".geojson", "geojson"), (".txt", "txt"),
)  # fmt: skip


def read_target(path: Path) -> Target:
    """The format from the suffix; the folder must be there."""
    for suffix, name in _SUFFIXES:
        stem = path.name[: -len(suffix)]
        if path.name.lower().endswith(suffix) and stem:
            _check_folder(path)
            return Target(path, name, stem)
    raise FormatUnknown(where=str(path), name="".join(path.suffixes) or path.name)


def _check_folder(path: Path) -> None:
    if path.is_dir():
        raise TargetIsFolder(where=str(path))
    if not path.absolute().parent.is_dir():
        raise FolderMissing(where=str(path.absolute().parent))


@contextlib.contextmanager
def workspace(path: Path) -> Iterator[Path]:
    """A scratch folder beside the target, on the same file system; it goes away whatever happens."""
    folder: Path | None = None
    try:
        _remove_abandoned(path)
        prefix = f"{_scratch_prefix(path)}{os.getpid()}."
        folder = Path(tempfile.mkdtemp(prefix=prefix, suffix=SCRATCH, dir=path.absolute().parent))
        yield folder
    except OSError as error:
        raise _explained(error, path) from error
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _explained(error: OSError, path: Path) -> Exception:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return TargetDiskFull(where=str(path))
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return TargetNotWritable(where=str(path), detail=error.strerror)
    return error


def _scratch_prefix(path: Path) -> str:
    return f".{path.name}."


def _remove_abandoned(path: Path) -> None:
    """Scratch folders of exports to the same target that were killed."""
    prefix = _scratch_prefix(path)
    for entry in path.absolute().parent.iterdir():
        owner = entry.name.removeprefix(prefix).partition(".")[0]
        ours = entry.name.startswith(prefix) and entry.name.endswith(SCRATCH) and owner.isdigit()
        if ours and entry.is_dir() and not _is_running(int(owner)):
            shutil.rmtree(entry, ignore_errors=True)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def put_in_place(made: Path, path: Path) -> None:
    """Replace the target in one step, after the bytes are on the disk."""
    with made.open("rb+") as file:
        os.fsync(file.fileno())
    made.replace(path)


def read_crs(text: str) -> int:
    """The EPSG number of ``EPSG:4547`` or ``4547``."""
    number = text.strip().upper().removeprefix("EPSG:")
    # Only ASCII digits: int() would read other scripts' too.
    if not (number.isascii() and number.isdigit()) or not is_supported_crs(int(number)):
        raise CrsUnsupported(crs=text)
    return int(number)


def choose_srid(connection: Connection, crs: str | None, name: FormatName, county: str | None) -> int:
    """The CRS asked for, else the format's own: a county's zone for shapefiles, CGCS2000 for GeoPackage, WGS 84 lon/lat
    for GeoJSON (RFC 7946), the county's zone with its number in front for boundary-point text."""
    if crs is not None and crs.lower() != "auto":
        return read_crs(crs)
    if crs is None and name == "geojson":
        return WGS84_SRID
    if crs is None and name == "gpkg":
        return STORAGE_SRID
    own = county_srid(connection, county)
    return prefixed(own) if crs is None and name == "txt" else own


def prefixed(srid: int) -> int:
    """The zone with its number before the easting, as boundary-point text has it."""
    zone = zone_of(srid)
    return replace(zone, prefixed=True).srid if zone else srid


def county_srid(connection: Connection, county: str | None) -> int:
    """The zone most surveys of the county are in, else the 3° zone of its parcels' or its own middle."""
    known = _sample(Parcel, county).subquery()
    most = select(known.c.survey_crs).group_by(known.c.survey_crs).order_by(func.count().desc(), known.c.survey_crs)
    for surveyed in connection.execute(most).scalars():
        number = (surveyed or "").removeprefix("EPSG:")
        if number.isdigit() and zone_of(int(number)):
            return int(number)
    for table in (Parcel, AdminUnit):
        boundary = _sample(table, county).subquery().c.boundary
        lon = connection.execute(select(func.avg((func.ST_XMin(boundary) + func.ST_XMax(boundary)) / 2))).scalar_one()
        if lon is not None:
            return _zone_at(lon)
    return STORAGE_SRID


def _sample(table: type[Parcel | AdminUnit], county: str | None) -> Select[Any]:
    """The first rows that were recorded: the whole registry need not be read to know where the county lies."""
    crs: ColumnElement[Any] = literal(None) if table is AdminUnit else Parcel.survey_crs.expression
    sample = select(crs.label("survey_crs"), table.boundary).order_by(table.id).limit(SAMPLE)
    return sample if county is None else sample.where(table.county_code == county)


def _zone_at(lon: float) -> int:
    try:
        return zone_for(lon).srid
    except NoZoneError:
        return STORAGE_SRID
