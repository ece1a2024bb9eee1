"""The files that batches came from, kept as they were: one folder a batch below the data directory."""

import errno
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from gisreg.errors import DiskFull, InputError, NotFoundError
from gisreg.text import Text

FOLDER = "batches"
SCRATCH = ".taking-"
ABANDONED_AFTER_S = 86_400
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


class FileChanged(InputError):
    """What was read and what would be kept may differ."""

    what: ClassVar[Text] = Text("{file} 在导入期间被改动", "{file} was changed while it was imported")
    mend: ClassVar[Text] = Text(
        "没有写入任何内容;等文件写完、其他程序关闭它之后再导入",
        "nothing was loaded; import it again when it is complete and closed by other programs",
    )


class Taking:
    """A file on its way into the data directory: fingerprinted at once, copied when there is time for it."""

    def __init__(self, path: Path, folder: Path | None, aside: Executor) -> None:
        self._path, self._folder, self._aside = path, folder, aside
        self._seen = {part: _stamp(part) for part in parts_of(path)}
        self._sha256 = aside.submit(fingerprint, path)
        self._copying: Future[None] | None = None

    def sha256(self) -> str:
        """The fingerprint of all its parts."""
        return self._sha256.result()

    def begin_copy(self) -> "Future[None]":
        """Copy aside from now on, unless that has begun."""
        if self._copying is None:
            self._copying = self._aside.submit(self._copy)
        return self._copying

    def copied(self) -> None:
        """Return when the copy stands; to be asked before the batch is committed.

        Raises:
            FileChanged: since the file was fingerprinted, its rows read in between.
            DiskFull.
        """
        self.begin_copy().result()

    def keep(self, home: Path, batch: int) -> None:
        """Give the copy its place; after the batch is committed."""
        place = folder_of(home, batch, self.sha256())
        if self._folder is not None and not place.exists():  # else the same file stands there already
            self._folder.rename(place)

    def _copy(self) -> None:
        if self._folder is not None:
            try:
                for part in self._seen:
                    _copy(part, self._folder / part.relative_to(self._path.parent))
            except OSError as error:
                if error.errno in NO_SPACE:
                    raise DiskFull(str(self._folder)) from error
                raise
        for part, stamp in self._seen.items():
            if _stamp(part) != stamp:
                raise FileChanged(str(part), file=part.name)


def folder_of(home: Path, batch: int, sha256: str) -> Path:
    """Where a batch's files are: several databases may number their batches alike in one data directory."""
    return home / FOLDER / f"{batch}-{sha256[:16]}"


@contextmanager
def taking(path: Path, home: Path | None) -> Iterator[Taking]:
    """Fingerprint and copy a file aside while its rows are loaded; what is not kept in the end is removed.

    ``home`` None only fingerprints.
    """
    folder = _scratch(home, path) if home else None
    with ThreadPoolExecutor(1, "taking") as aside:
        try:
            yield Taking(path, folder, aside)
        finally:
            if folder is not None:
                aside.shutdown(cancel_futures=True)
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


def parts_of(path: Path) -> list[Path]:
    """All files of a dataset: a geodatabase's folder, a shapefile's siblings, else the file."""
    if path.is_dir():
        return [part for part in sorted(path.rglob("*")) if part.is_file()]
    if path.suffix.lower() in (".shp", ".dbf", ".shx"):
        return [part for part in sorted(path.parent.iterdir()) if part.stem == path.stem and part.is_file()]
    return [path]


def _stamp(part: Path) -> tuple[int, int]:
    """What changes with a file; nothing of one that is no more."""
    try:
        found = part.stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_size, found.st_mtime_ns


def fingerprint(path: Path) -> str:
    """The SHA-256 of a file; of several parts (a shapefile, a geodatabase) that of their names and fingerprints."""
    parts = parts_of(path)
    if parts == [path]:
        return _sha256(path)
    told = (f"{part.relative_to(path.parent).as_posix()} {_sha256(part)}\n" for part in parts)
    return hashlib.sha256("".join(told).encode()).hexdigest()


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _copy(part: Path, target: Path) -> None:
    """In the system's own way, which brings no bytes through here; on the disk when it returns."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(part, target)
    with target.open("rb") as copy:
        os.fsync(copy.fileno())


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
