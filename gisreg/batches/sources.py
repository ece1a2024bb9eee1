"""The files that batches came from, kept as they were: one folder a batch below the data directory."""

import errno
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from gisreg.errors import DiskFull, NotFoundError
from gisreg.text import Text

FOLDER = "batches"
SCRATCH = ".taking-"
ABANDONED_AFTER_S = 86_400
CHUNK_BYTES = 4 * 1024 * 1024
NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class SourceNotKept(NotFoundError):
    """The installation does not keep them, or another machine imported it."""

    what: ClassVar[Text] = Text(
        "批次 {batch} 的原文件未保存在本机", "the file of batch {batch} is not kept on this machine"
    )
    mend: ClassVar[Text] = Text(
        "原文件保存在导入它的机器的数据目录下(设置 GISREG_KEEP_SOURCES)",
        "it is kept in the data directory of the machine that imported it (setting GISREG_KEEP_SOURCES)",
    )


@dataclass(frozen=True)
class Taken:
    """A copy on its way: the main file's fingerprint, and the folder that becomes the batch's."""

    sha256: str
    folder: Path | None

    def keep(self, home: Path, batch: int) -> None:
        """Give the copy its place; after the batch is committed."""
        place = folder_of(home, batch, self.sha256)
        if self.folder is not None and not place.exists():  # else the same file stands there already
            self.folder.rename(place)


def folder_of(home: Path, batch: int, sha256: str) -> Path:
    """Where a batch's files are: several databases may number their batches alike in one data directory."""
    return home / FOLDER / f"{batch}-{sha256[:16]}"


@contextmanager
def taking(path: Path, home: Path | None) -> Iterator[Callable[[], Taken]]:
    """Copy and fingerprint a file aside while its rows are read; what is not kept in the end is removed.

    ``home`` None only fingerprints. A full disk raises where the result is asked for, before anything is loaded.
    """
    folder = _scratch(home, path) if home else None
    with ThreadPoolExecutor(1, "taking") as aside:
        try:
            yield aside.submit(_take, path, folder).result
        finally:
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)


def _scratch(home: Path, path: Path) -> Path:
    """Where the copy goes; a disk that cannot take it is told before any row is read."""
    place = home / FOLDER
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if error.errno in NO_SPACE:
            raise DiskFull(str(place)) from error
        raise
    if path.exists() and sum(part.stat().st_size for part in parts_of(path)) > shutil.disk_usage(place).free:
        raise DiskFull(str(place))
    for old in place.glob(f"{SCRATCH}*"):
        if time.time() - old.stat().st_mtime > ABANDONED_AFTER_S:
            shutil.rmtree(old, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=SCRATCH, dir=place))


def _take(path: Path, folder: Path | None) -> Taken:
    try:
        if folder is not None:
            for part in parts_of(path):
                if part != path:
                    _copied(part, folder / part.relative_to(path.parent))
        return Taken(_copied(path, folder / path.name if folder else None), folder)
    except OSError as error:
        if error.errno in NO_SPACE:
            raise DiskFull(str(folder)) from error
        raise


def parts_of(path: Path) -> list[Path]:
    """All files of a dataset: a geodatabase's folder, a shapefile's siblings, else the file."""
    if path.is_dir():
        return [part for part in sorted(path.rglob("*")) if part.is_file()]
    if path.suffix.lower() in (".shp", ".dbf", ".shx"):
        return [part for part in sorted(path.parent.iterdir()) if part.stem == path.stem and part.is_file()]
    return [path]


def _copied(path: Path, target: Path | None) -> str:
    """The SHA-256 of a file, copied on the way; of a folder that of its files' names."""
    if path.is_dir():
        return hashlib.sha256("\n".join(sorted(p.name for p in path.iterdir())).encode()).hexdigest()
    if target is None:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    target.parent.mkdir(parents=True, exist_ok=True)
    seen = hashlib.sha256()
    with path.open("rb") as file, target.open("wb") as copy:
        while chunk := file.read(CHUNK_BYTES):
            seen.update(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    return seen.hexdigest()


def source_of(home: Path, batch: int, sha256: str) -> list[Path]:
    """The kept files of a batch.

    Raises:
        SourceNotKept.
    """
    folder = folder_of(home, batch, sha256)
    files = [part for part in sorted(folder.rglob("*")) if part.is_file()] if folder.is_dir() else []
    if not files:
        raise SourceNotKept(where=str(batch), batch=batch)
    return files
