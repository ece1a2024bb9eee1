"""Where an export goes: format by suffix, CRS, and a file that appears whole or not at all."""

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from sqlalchemy import Connection, func, select

from gisreg.db.models import AdminUnit, Parcel
from gisreg.errors import AccessError, InputError, NotFoundError
from gisreg.geometry import STORAGE_SRID, WGS84_SRID, NoZoneError, is_supported_crs, zone_for, zone_of
from gisreg.text import Text

FormatName = Literal["shapefile", "gpkg", "geojson"]


class FormatUnknown(InputError):
    """The file's suffix stands for no format that is written."""

    what: ClassVar[Text] = Text("不支持的导出格式:{name}", "no such export format: {name}")
    mend: ClassVar[Text] = Text(
        "文件名请以 .shp.zip、.gpkg 或 .geojson 结尾", "name the file ….shp.zip, ….gpkg or ….geojson"
    )


class CrsUnknown(InputError):
    """Not a CRS that the registry writes."""

    what: ClassVar[Text] = Text("不支持的坐标系:{crs}", "the CRS {crs} is not supported")
    mend: ClassVar[Text] = Text(
        "可用:EPSG:4490、4491–4554(CGCS2000 各带)、4326、3857,或 auto(本县所在带)",
        "use EPSG:4490, 4491–4554 (CGCS2000 zones), 4326, 3857, or auto (the county's own zone)",
    )


class EncodingNotUsed(InputError):
    """Only shapefiles have a choice of encoding."""

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


@dataclass(frozen=True)
class Target:
    """A file to be written."""

    path: Path
    format: FormatName
    stem: str


_SUFFIXES: tuple[tuple[str, FormatName], ...] = ((".shp.zip", "shapefile"), (".gpkg", "gpkg"), (".geojson", "geojson"))


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
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".part", dir=path.absolute().parent))
    except PermissionError as error:
        raise TargetNotWritable(where=str(path), detail=error.strerror) from error
    except OSError as error:
        if error.errno == errno.EROFS:
            raise TargetNotWritable(where=str(path), detail=error.strerror) from error
        raise
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
        raise CrsUnknown(crs=text)
    return int(number)


def choose_srid(connection: Connection, crs: str | None, name: FormatName, county: str | None) -> int:
    """The CRS asked for, else the format's own: a county's zone for shapefiles, CGCS2000 for GeoPackage, WGS 84 lon/lat
    for GeoJSON (RFC 7946)."""
    if crs is not None and crs.lower() != "auto":
        return read_crs(crs)
    if crs is None and name == "geojson":
        return WGS84_SRID
    if crs is None and name == "gpkg":
        return STORAGE_SRID
    return county_srid(connection, county)


def county_srid(connection: Connection, county: str | None) -> int:
    """The zone most surveys of the county are in, else the 3° zone of its parcels' or its own middle."""
    most = select(Parcel.survey_crs).group_by(Parcel.survey_crs).order_by(func.count().desc())
    if county is not None:
        most = most.where(Parcel.county_code == county)
    for surveyed in connection.execute(most).scalars():
        number = (surveyed or "").removeprefix("EPSG:")
        if number.isdigit() and zone_of(int(number)):
            return int(number)
    return _zone_of_middle(connection, county)


def _zone_of_middle(connection: Connection, county: str | None) -> int:
    for table in (Parcel, AdminUnit):
        middle = select(func.avg((func.ST_XMin(table.boundary) + func.ST_XMax(table.boundary)) / 2))
        if county is not None:
            middle = middle.where(table.county_code == county)
        lon = connection.execute(middle).scalar_one()
        if lon is not None:
            try:
                return zone_for(lon).srid
            except NoZoneError:
                return STORAGE_SRID
    return STORAGE_SRID
