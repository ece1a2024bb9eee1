"""The file of a backup: a stored ZIP with the database's dump, the files that belong to it, and the hash of each.

Backups written before files were part of them are a bare dump; they are read as such.
"""

import errno
import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, ClassVar

from gisreg.errors import DiskFull, InputError, NotFoundError
from gisreg.text import Text

FOLDERS = ("documents", "batches")
"""Of the data directory: files that the database refers to. They bear their hash in their names and never change."""
SETTINGS, SETTINGS_FILES = ("mappings", "calendars", "procedures"), ("checks.toml",)
"""Of the data directory: what a county has written itself. People change these, so a restored one never takes the place
of another that is there."""
BESIDE = ".restored"
"""Behind the name of such a file where another stands in its place: nothing reads it as a setting."""
DUMP, MANIFEST, FORMATS = "registry.dump", "manifest.json", (2, 3)
"""The newest format is written; the one before it has no settings."""
BARE_DUMP = b"PGDMP"
CHUNK_BYTES = 4 * 1024 * 1024
MANIFEST_MAX_BYTES = 512 * 1024 * 1024
NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

Sink = Callable[[IO[bytes]], None]


class NoBackupError(InputError):
    """The file is no backup of a registry."""

    what: ClassVar[Text] = Text("这个文件不是 gisreg 备份（{reason}）", "this file is no gisreg backup ({reason})")
    mend: ClassVar[Text] = Text("请选择 gisreg db backup 写出的文件", "choose a file that gisreg db backup wrote")


class BackupMissingError(NotFoundError):
    """The path leads nowhere."""

    what: ClassVar[Text] = Text("找不到备份文件", "there is no such backup")
    mend: ClassVar[Text] = Text("请检查路径", "check the path")


class BackupDamagedError(InputError):
    """What is in the backup is not what was written."""

    what: ClassVar[Text] = Text("备份已损坏：{member} 的校验值不符", "the backup is damaged: {member} differs")
    mend: ClassVar[Text] = Text(
        "未改动任何数据；请用另一份备份，或重新复制该文件", "nothing was changed; use another backup, or copy it again"
    )


@contextmanager
def full_disk_told(where: Path) -> Iterator[None]:
    """A full disk in the registry's own words."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_SPACE:
            raise DiskFull(where=str(where)) from error
        raise


@dataclass(frozen=True)
class Held:
    """What is in an archive beside the dump."""

    files: int
    settings: int


@dataclass(frozen=True)
class PutBack:
    """What became of it."""

    files: int
    """Documents and sources of batches that were not there."""
    settings: int
    """Settings that were not there."""
    beside: tuple[str, ...]
    """Settings that differ from those in their place, which stay: these stand beside them."""


def write_archive(target: Path, home: Path, dump: Sink) -> Held:
    """Write dump, files and manifest. The dump comes first: files of rows added meanwhile are extra."""
    listed: dict[str, dict[str, object]] = {}
    with full_disk_told(target), target.open("wb") as raw:
        with zipfile.ZipFile(raw, "w", zipfile.ZIP_STORED) as archive:
            listed[DUMP] = _add(archive, DUMP, dump)
            for name, path in kept_files(home):
                with path.open("rb") as file:
                    listed[name] = _add(archive, name, lambda member, file=file: _copy(file, member))  # type: ignore[misc] # bound now, not later
            archive.writestr(MANIFEST, json.dumps({"format": FORMATS[-1], "files": listed}, ensure_ascii=False))
        raw.flush()
        os.fsync(raw.fileno())
    settings = sum(map(_is_setting, listed))
    return Held(len(listed) - settings - 1, settings)


def kept_files(home: Path) -> Iterator[tuple[str, Path]]:
    """The files to keep, by their names in the archive; what is still being written has a name with a point first."""
    for name in SETTINGS_FILES:
        if (home / name).is_file() and not (home / name).is_symlink():
            yield name, home / name
    for folder in (*SETTINGS, *FOLDERS):
        for path in sorted((home / folder).rglob("*")):
            inside = path.relative_to(home)
            hidden = any(part.startswith(".") for part in inside.parts[:2])
            beside = folder in SETTINGS and path.name.endswith(BESIDE)
            if path.is_file() and not path.is_symlink() and not hidden and not beside:
                yield inside.as_posix(), path


def _add(archive: zipfile.ZipFile, name: str, fill: Sink) -> dict[str, object]:
    with archive.open(name, "w", force_zip64=True) as member:
        hashed = Hashing(member)
        fill(hashed)  # type: ignore[arg-type] # only written to
    return {"sha256": hashed.hexdigest(), "bytes": hashed.bytes}


class Hashing:
    """A file that remembers what was written to it."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target, self._seen, self.bytes = target, hashlib.sha256(), 0

    def write(self, data: bytes) -> int:
        """Pass it on."""
        self._seen.update(data)
        self.bytes += len(data)
        return self._target.write(data)

    def hexdigest(self) -> str:
        """Of all that was written."""
        return self._seen.hexdigest()


def _copy(source: IO[bytes], target: IO[bytes]) -> None:
    while chunk := source.read(CHUNK_BYTES):
        target.write(chunk)


class Archive:
    """A backup to read."""

    def __init__(self, file: Path) -> None:
        self.file = file
        if not file.exists():
            raise BackupMissingError(where=str(file))
        if not file.is_file():
            raise NoBackupError(where=str(file), reason=Text("不是文件", "it is no file"))
        with file.open("rb") as raw:
            self.bare = raw.read(len(BARE_DUMP)) == BARE_DUMP
        self.files = {} if self.bare else self._manifest()

    def _manifest(self) -> dict[str, str]:
        try:
            with zipfile.ZipFile(self.file) as archive:
                if archive.getinfo(MANIFEST).file_size > MANIFEST_MAX_BYTES:
                    raise NoBackupError(where=str(self.file), reason=MANIFEST)
                said = json.loads(archive.read(MANIFEST))
                found = {str(name): str(about["sha256"]) for name, about in said["files"].items()}
                stored = {one.filename for one in archive.infolist() if one.compress_type == zipfile.ZIP_STORED}
        except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, EOFError) as error:
            reason = Text("不是完整的备份压缩包", "it is no whole archive of a backup")
            raise NoBackupError(where=str(self.file), reason=reason) from error
        wrong = next((name for name in found if name not in stored or not _is_ours(name)), None)
        if wrong is not None or DUMP not in found or said.get("format") not in FORMATS:
            raise NoBackupError(where=str(self.file), reason=(wrong or MANIFEST)[:200])
        return found

    def check(self) -> None:
        """Each member is what was written.

        Raises:
            BackupDamagedError.
        """
        for name, sha256 in self.files.items():
            seen = hashlib.sha256()
            try:
                with self.open(name) as member:
                    while chunk := member.read(CHUNK_BYTES):
                        seen.update(chunk)
            except (zipfile.BadZipFile, EOFError) as error:
                raise BackupDamagedError(where=str(self.file), member=name) from error
            if seen.hexdigest() != sha256:
                raise BackupDamagedError(where=str(self.file), member=name)

    @contextmanager
    def open(self, name: str = DUMP) -> Iterator[IO[bytes]]:
        """One member, to be read from its beginning; the dump, if none is named."""
        if self.bare:
            with self.file.open("rb") as raw:
                yield raw
            return
        with zipfile.ZipFile(self.file) as archive, archive.open(name) as member:
            yield member

    @contextmanager
    def put_back(self, home: Path) -> Iterator[PutBack]:
        """The files that are not there yet, in their places; taken away again where what follows fails.

        Files that are there stay: documents and sources bear their hashes in their names, and what nobody refers to
        harms nobody. A setting that differs from the one in its place is put beside it.
        """
        added: dict[str, Path] = {}
        try:
            with full_disk_told(home):
                for name in self.files:
                    place = self._place(home, name)
                    if place is not None:
                        added[name] = place
                        self._put(name, place)
            beside = tuple(place.relative_to(home).as_posix() for name, place in added.items() if place != home / name)
            settings = sum(map(_is_setting, added))
            yield PutBack(len(added) - settings, settings - len(beside), beside)
        except BaseException:
            for place in added.values():
                place.unlink(missing_ok=True)
            raise

    def _place(self, home: Path, name: str) -> Path | None:
        """Where a member goes; None where it, or all that it says, is there already."""
        place = home / name
        if name == DUMP:
            return None
        if not place.exists():
            return place
        beside = place.with_name(place.name + BESIDE)
        if not _is_setting(name) or any(_sha256(one) == self.files[name] for one in (place, beside)):
            return None
        return beside if not beside.exists() else _free(beside)

    def _put(self, name: str, place: Path) -> None:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        scratch = place.with_name(f".{place.name}.{os.getpid()}"[:200])
        try:
            with self.open(name) as member, _private(scratch) as copy:
                _copy(member, copy)
                copy.flush()
                os.fsync(copy.fileno())
            scratch.replace(place)
        finally:
            scratch.unlink(missing_ok=True)


def _private(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _sha256(path: Path) -> str | None:
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _free(path: Path) -> Path:
    """The first name behind it that nobody has: 名称.toml.2.restored, 名称.toml.3.restored …"""
    stem = path.name.removesuffix(BESIDE)
    return next(one for n in count(2) if not (one := path.with_name(f"{stem}.{n}{BESIDE}")).exists())


def _is_ours(name: str) -> bool:
    """The dump, or a file below one of the folders: nothing that leads elsewhere."""
    parts = PurePosixPath(name).parts
    plain = "\\" not in name and "\0" not in name and not name.startswith("/") and ".." not in parts
    return name in (DUMP, *SETTINGS_FILES) or (plain and len(parts) > 1 and parts[0] in (*FOLDERS, *SETTINGS))


def _is_setting(name: str) -> bool:
    return PurePosixPath(name).parts[0] in (*SETTINGS, *SETTINGS_FILES)
