"""Back up the database and its files into one file, and put such a file back without ever losing what is there."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, ClassVar
from urllib.parse import unquote, urlsplit, urlunsplit

from psycopg2 import sql

from gisreg.cluster.address import APP_ROLE, DATABASE, OWNER_ROLE, DatabaseAddress, libpq_uri
from gisreg.cluster.archive import CHUNK_BYTES, Archive, NoBackupError, PutBack, write_archive
from gisreg.cluster.prepare import admin_cursor, create_database, drop_database, has_role
from gisreg.cluster.programs import PostgresqlMissingError, installed
from gisreg.errors import AccessError, ConflictError, DatabaseError, DiskFull
from gisreg.text import Text

MARK = "gisreg.parcel"
"""Every backup of the registry holds this table; an archive without it is somebody else's."""

IN_USE = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'"


class BackupFailedError(DatabaseError):
    """``pg_dump`` or ``pg_restore`` gave up."""

    what: ClassVar[Text] = Text("{program} 失败：{last_words}", "{program} failed: {last_words}")
    mend: ClassVar[Text] = Text("现有数据未动；请排除原因后重试", "nothing was changed; mend the cause and try again")


class CannotWriteError(AccessError):
    """The backup's directory cannot be written."""

    what: ClassVar[Text] = Text("无法写入备份（{reason}）", "the backup cannot be written ({reason})")
    mend: ClassVar[Text] = Text("请换一个可写的目录", "choose a directory that can be written")


class InUseError(ConflictError):
    """Somebody is connected to the database that is to be replaced."""

    what: ClassVar[Text] = Text("有 {count} 个连接正在使用数据库", "{count} connections are using the database")
    mend: ClassVar[Text] = Text("请先停止 gisreg serve、QGIS 等再恢复", "stop gisreg serve, QGIS and the like first")


@dataclass(frozen=True)
class BackedUp:
    """A backup that was written."""

    bytes: int
    files: int
    """Documents and sources of batches in it."""
    settings: int
    """Saved mappings, checks, calendars and procedures of the county's own."""


def back_up(address: DatabaseAddress, home: Path, file: Path) -> BackedUp:
    """Write the database and the files that belong to it, whole or not at all."""
    try:
        descriptor, name = tempfile.mkstemp(dir=file.absolute().parent, prefix=f".{file.name}.")
    except OSError as error:
        raise CannotWriteError(where=str(file), reason=error.strerror) from error
    os.close(descriptor)
    unfinished = Path(name)
    options = ["--format=custom", "--exclude-table=staging.*", "--no-unlogged-table-data"]
    try:
        held = write_archive(unfinished, home, lambda member: _run("pg_dump", address.admin_url, options, into=member))
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
    return BackedUp(file.stat().st_size, held.files, held.settings)


def restore(address: DatabaseAddress, home: Path, file: Path) -> PutBack:
    """Restore into a fresh database, then swap names: a failure at any point leaves the present one in place.

    Returns:
        What was put back beside the database.
    """
    archive = check_backup(file)
    with archive.put_back(home) as done:
        _restore_database(address, archive)
    return done


def _restore_database(address: DatabaseAddress, archive: Archive) -> None:
    present = _database_of(address.admin_url)
    fresh, old = f"{DATABASE}_restoring_{uuid.uuid4().hex[:8]}", f"{DATABASE}_replaced_{uuid.uuid4().hex[:8]}"
    maintenance = with_database(address.admin_url, "postgres")
    _ensure_roles(maintenance)
    create_database(maintenance, fresh)
    try:
        with archive.open() as dump:
            _run("pg_restore", with_database(address.admin_url, fresh), ["--exit-on-error"], out_of=dump)
        with admin_cursor(with_database(address.admin_url, fresh)) as cursor:
            cursor.execute("ANALYZE")
        with _swapping(maintenance, present) as cursor:
            # Two renames in one transaction: there is no moment without a database of the present name.
            for before, after in ((present, old), (fresh, present)):
                rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
                cursor.execute(rename.format(sql.Identifier(before), sql.Identifier(after)))
    except BaseException:
        drop_database(maintenance, fresh)
        raise
    drop_database(maintenance, old)


def check_backup(file: Path) -> Archive:
    """Refuse anything but a sound archive of a registry before anything is touched."""
    archive = Archive(file)
    archive.check()
    with archive.open() as dump, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        code = _fed([_program("pg_restore"), "--list"], None, (dump, out, err))
        listed, complaint = (_text(stream) for stream in (out, err))
    if code != 0:
        reason = Text("pg_restore 读不出其中的数据库", "pg_restore cannot read the database in it")
        raise NoBackupError(where=str(file), reason=reason) from RuntimeError(complaint)
    schema, table = MARK.split(".")
    if f"TABLE {schema} {table} " not in listed:
        raise NoBackupError(where=str(file), reason=Text(f"没有表 {MARK}", f"there is no table {MARK}"))
    return archive


def with_database(url: str, name: str) -> str:
    """The same server and login, another database."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{name}"))


@contextmanager
def _swapping(maintenance_url: str, name: str) -> Iterator[Any]:
    """A transaction in which nobody else uses the database of this name."""
    with admin_cursor(maintenance_url) as cursor:
        cursor.execute(IN_USE, (name,))
        if count := cursor.fetchone()[0]:
            raise InUseError(where=name, count=count)
        cursor.execute("BEGIN")
        yield cursor
        cursor.execute("COMMIT")


def _ensure_roles(maintenance_url: str) -> None:
    """A backup names the roles; a fresh server has none yet."""
    with admin_cursor(maintenance_url) as cursor:
        for role in (OWNER_ROLE, APP_ROLE):
            if not has_role(cursor, role):
                cursor.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))


def _run(
    program: str, url: str, options: Sequence[str], *, out_of: IO[bytes] | None = None, into: IO[bytes] | None = None
) -> None:
    """The address goes by the environment, so that the password is in no process list."""
    parts = urlsplit(libpq_uri(url))
    hidden = urlunsplit(parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", "@", 1)))
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    if parts.password:
        environment["PGPASSWORD"] = unquote(parts.password)
    command = [_program(program), "--dbname", hidden, "--no-password", *options]
    with tempfile.TemporaryFile() as err:
        code = _fed(command, environment, (out_of, into, err))
        words = _text(err)
    if code == 0:
        return
    if "No space left on device" in words:
        raise DiskFull(where=program)
    raise BackupFailedError(where="", program=program, last_words=" | ".join(words.splitlines()[-3:]))


def _fed(
    command: Sequence[str | Path], environment: dict[str, str] | None,
    streams: tuple[IO[bytes] | None, IO[bytes] | None, IO[bytes]],
) -> int:  # fmt: skip
    """Run a program between files that are members of an archive; its exit code. It ends with us, whatever happens."""
    source, sink, complaints = streams
    process = subprocess.Popen(
        command, env=environment, stderr=complaints,
        stdin=subprocess.PIPE if source is not None else subprocess.DEVNULL,
        stdout=subprocess.PIPE if sink is not None and source is None else sink or subprocess.DEVNULL,
    )  # fmt: skip
    try:
        if source is not None and process.stdin is not None:
            # one that has read enough, or has given up, closes its end: its exit code tells which
            with contextlib.suppress(BrokenPipeError):
                shutil.copyfileobj(source, process.stdin, CHUNK_BYTES)
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
        elif sink is not None and process.stdout is not None:
            shutil.copyfileobj(process.stdout, sink, CHUNK_BYTES)
        return process.wait()
    except BaseException:
        process.kill()
        process.wait()
        raise


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode(errors="replace")


def _program(name: str) -> str:
    for programs in installed():
        return programs.path(name)
    if found := shutil.which(name):
        return found
    raise PostgresqlMissingError


def _database_of(url: str) -> str:
    return urlsplit(url).path.lstrip("/")
