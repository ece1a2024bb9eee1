"""A file that came back: copied, opened as SQLite, judged as a whole, and read row by row."""

import contextlib
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from gisreg.checkout.errors import CrsChanged, FileBroken, NotCheckedOut, SchemaChanged
from gisreg.checkout.layer import CODE, FID, GEOMETRY, LAYER
from gisreg.checkout.package import META, ROWS, Handed, digest, handed_names, layer_query, quoted
from gisreg.geometry import is_supported_crs
from gisreg.text import Text

WAL_FORMAT, WAL_BYTES = b"\x02\x02", slice(18, 20)
LAST_VERSION = 2**31 - 1
LONGEST_VALUE = 100_000_000
"""Bytes of one cell: far more than the largest boundary has."""

UNSAVED = Text(
    "文件可能是在 QGIS 打开时拷贝的:没有随带 -wal 文件,最后的修改可能不在其中;请在 QGIS 关闭后再拷贝一次",
    "the file may have been copied while QGIS had it open: no -wal file beside it, so the last edits may be missing;"
    " close QGIS and copy it again",
)
COLUMNS_GONE = Text("字段 {names} 已被删除,按未修改处理", "the columns {names} were deleted: taken as not changed")
COLUMNS_ADDED = Text("字段 {names} 不在登记库中,未读取", "the columns {names} are not the registry's and are not read")


@dataclass(frozen=True)
class HandedRow:
    """A row as it was handed out."""

    parcel_code: str
    version: int
    recorded: str


@dataclass(frozen=True)
class FileRow:
    """A row of the file that is not, to the byte, what was handed out."""

    fid: int
    parcel_code: str | None
    """As it stands in the file."""
    handed: HandedRow | None
    """What was handed out under this row's key, or under its parcel code where the row was cut and pasted."""
    copies: tuple[int, ...]
    """Other rows with the same parcel code."""
    values: dict[str, Any]
    geometry: bytes | None


class Returned:
    """An opened file."""

    def __init__(self, connection: sqlite3.Connection, name: str, *, unsaved: bool) -> None:
        self._sqlite = connection
        self.name = name
        self.handed = self._read_handed()
        self.notes: list[Text] = [UNSAVED] if unsaved else []
        self.columns = self._read_columns()
        self._check_crs()

    # -- the file as a whole

    def _read_handed(self) -> Handed:
        tables = {name for (name,) in self._all("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for needed in (META, ROWS, LAYER):
            if needed not in tables:
                raise NotCheckedOut(where=self.name, missing=needed)
        told = {str(name): str(value) for name, value in self._all(f"SELECT name, value FROM {META}")}  # noqa: S608 - ours
        for needed in handed_names():
            if needed not in told:
                raise NotCheckedOut(where=self.name, missing=f"{META}.{needed}")
        handed = Handed(**{name: told[name] for name in handed_names()})
        crs = re.fullmatch(r"EPSG:(\d{4,6})", handed.crs)
        if not re.fullmatch(r"[0-9a-f]{12}", handed.id) or not crs or not is_supported_crs(int(crs[1])):
            raise NotCheckedOut(where=self.name, missing=f"{META}.id/crs")
        if not _is_time(handed.checked_out_at):
            raise NotCheckedOut(where=self.name, missing=f"{META}.checked_out_at")
        return handed

    def _read_columns(self) -> tuple[str, ...]:
        found = [name for _place, name, *_ in self._all(f"PRAGMA table_info({LAYER})")]
        wanted = self.handed.columns.split()
        missing = [name for name in (*wanted, FID, GEOMETRY) if name not in found]
        added = [name for name in found if name not in (*wanted, FID, GEOMETRY)]
        if {CODE, FID, GEOMETRY} & set(missing) or (missing and added):
            raise SchemaChanged(where=self.name, missing=_listed(missing), added=_listed(added))
        for names, note in ((missing, COLUMNS_GONE), (added, COLUMNS_ADDED)):
            if names:
                self.notes.append(Text(*(words.format(names=_listed(names)) for words in note)))
        return tuple(name for name in wanted if name in found)

    def _check_crs(self) -> None:
        found = self._all(
            "SELECT s.organization_coordsys_id FROM gpkg_geometry_columns AS g"
            " JOIN gpkg_spatial_ref_sys AS s USING (srs_id) WHERE g.table_name = ?",
            (LAYER,),
        )
        srid = found[0][0] if found else None
        if srid != self.handed.srid:
            raise CrsChanged(where=self.name, handed_out=self.handed.crs, found=f"EPSG:{srid}")

    # -- the rows

    def sample(self, count: int) -> list[HandedRow]:
        """Some of the rows that were handed out, spread over the file."""
        wanted = f"SELECT parcel_code, version, recorded FROM {ROWS} ORDER BY digest LIMIT ?"  # noqa: S608 - ours
        return [HandedRow(*row) for row in self._all(wanted, (count,))]

    def touched(self) -> Iterator[FileRow]:
        """Rows that differ from what was handed out, and new ones."""
        marked = f"SELECT l.{FID}, r.digest, r.parcel_code, r.version, r.recorded, {layer_query(self.columns)}"
        query = f"{marked} FROM {LAYER} AS l LEFT JOIN {ROWS} AS r ON r.fid = l.{FID} ORDER BY l.{FID}"
        place = self.columns.index(CODE)
        with self._translated():
            for fid, mark, code, version, recorded, *values in self._sqlite.execute(query):
                if mark is not None and digest(values) == mark:
                    continue
                handed = HandedRow(code, version, recorded) if code is not None else None
                yield self._row(fid, handed, values[place], values)

    def _row(self, fid: int, handed: HandedRow | None, code: Any, values: list[Any]) -> FileRow:
        own = (str(code).strip() if code is not None else "") or None
        copies = tuple(other for other in self._repeated.get(own or "", ()) if other != fid)
        if handed is None and own is not None and not copies:
            handed = self._handed_by_code(own)
        geometry = values[-1]
        known = dict(zip(self.columns, values[:-1], strict=True))
        return FileRow(fid, own, handed, copies, known, geometry if isinstance(geometry, bytes) else None)

    def _handed_by_code(self, code: str) -> HandedRow | None:
        wanted = f"SELECT parcel_code, version, recorded FROM {ROWS} WHERE parcel_code = ?"  # noqa: S608 - ours
        found = self._all(wanted, (code,))
        return HandedRow(*found[0]) if found else None

    @cached_property
    def _repeated(self) -> dict[str, list[int]]:
        """Parcel codes that stand in several rows, and those rows."""
        found: dict[str, list[int]] = {}
        repeated = f"SELECT {CODE} FROM {LAYER} WHERE {CODE} <> '' GROUP BY {CODE} HAVING count(*) > 1"  # noqa: S608 - ours
        rows = f"SELECT trim({CODE}), {FID} FROM {LAYER} WHERE {CODE} IN ({repeated}) ORDER BY {FID}"  # noqa: S608 - ours
        for code, fid in self._all(rows):
            found.setdefault(str(code), []).append(fid)
        return found

    def missing(self) -> Iterator[HandedRow]:
        """Rows that were handed out and are not in the file any more."""
        query = (
            f"SELECT parcel_code, version, recorded FROM {ROWS} AS r WHERE NOT EXISTS"  # noqa: S608 - ours
            f" (SELECT 1 FROM {LAYER} AS l WHERE l.{FID} = r.fid) AND parcel_code NOT IN"
            f" (SELECT trim({CODE}) FROM {LAYER} WHERE {CODE} IS NOT NULL) ORDER BY parcel_code"
        )
        with self._translated():
            for row in self._sqlite.execute(query):
                yield HandedRow(*row)

    def handed_at(self) -> datetime:
        """When it was handed out, as the file says."""
        return datetime.fromisoformat(self.handed.checked_out_at)

    def handed_rows(self) -> list[tuple[str, int]]:
        """All that was handed out: codes and versions."""
        told = self._all(f"SELECT parcel_code, version FROM {ROWS}")  # noqa: S608 - ours
        return [(code, version) for code, version in told if isinstance(code, str) and _is_version(version)]

    def count(self) -> int:
        """Rows in the file."""
        return int(self._all(f"SELECT count(*) FROM {LAYER}")[0][0])  # noqa: S608 - ours

    def _all(self, query: str, parameters: tuple[Any, ...] = ()) -> list[Any]:
        with self._translated():
            return self._sqlite.execute(query, parameters).fetchall()

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OverflowError) as error:
            raise FileBroken(where=self.name, detail=str(error)[:120]) from None


@contextlib.contextmanager
def open_returned(file: Path) -> Iterator[Returned]:
    """A copy is read: the file stays as it is, and QGIS may have it open.

    Raises:
        FileBroken, NotCheckedOut, SchemaChanged, CrsChanged.
    """
    file.stat()  # a missing file is told as such
    with tempfile.TemporaryDirectory(prefix="gisreg-checkin-") as folder:
        copied = Path(folder) / "returned.gpkg"
        shutil.copyfile(file, copied)
        beside = file.with_name(f"{file.name}-wal")
        if beside.is_file():
            shutil.copyfile(beside, copied.with_name(f"{copied.name}-wal"))
        with copied.open("rb") as opened:
            head = opened.read(100)
        unsaved = head[WAL_BYTES] == WAL_FORMAT and not beside.is_file()
        connection = sqlite3.connect(copied)
        try:
            _prove(connection, file.name)
            yield Returned(connection, file.name, unsaved=unsaved)
        finally:
            connection.close()


def _prove(connection: sqlite3.Connection, name: str) -> None:
    """Whole, and nothing in it runs by itself."""
    try:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
        connection.execute("PRAGMA trusted_schema = OFF")
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        raise FileBroken(where=name, detail=str(error)[:120]) from None
    if verdict != "ok":
        raise FileBroken(where=name, detail=" ".join(str(verdict).split())[:120])


def _is_version(value: object) -> bool:
    return isinstance(value, int) and 0 < value <= LAST_VERSION


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _listed(names: list[str]) -> str:
    return "、".join(quoted(name).strip('"') for name in names[:20]) or "-"
