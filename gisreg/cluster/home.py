"""What lies in the cluster's home directory: data, log, socket, passwords, the lock."""

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from gisreg.cluster.account import HomeNotOursError, account_name
from gisreg.cluster.address import ADMIN_LOGIN, APP_LOGIN
from gisreg.errors import ConflictError, SetupError
from gisreg.text import Text

SOCKET_PATH_LIMIT = 107
"""Bytes that a Unix socket's path may have on Linux."""


class ClusterBusyError(ConflictError):
    """Another process has been working on the cluster for too long."""

    what: ClassVar[Text] = Text(
        "另一个 gisreg 进程正在启动或停止私有数据库",
        "another gisreg process is starting or stopping the private database",
    )
    mend: ClassVar[Text] = Text("请稍后再试", "try again in a moment")


class PasswordsUnreadableError(SetupError):
    """The password file is missing or damaged while the data directory is there."""

    what = Text("私有数据库的密码文件缺失或损坏", "the private database's password file is missing or damaged")
    mend = Text(
        "请从备份恢复该文件，或换一个 GISREG_HOME 重新 init 并 restore",
        "restore the file from a backup, or init another GISREG_HOME and restore into it",
    )


class HomeUnusableError(SetupError):
    """The home cannot be made or written."""

    what = Text("无法使用数据目录（{reason}）", "the data directory cannot be used ({reason})")
    mend = Text("请检查权限，或把 GISREG_HOME 改到别处", "check its permissions, or set GISREG_HOME elsewhere")


class ClusterHome:
    """Paths and small files of one home."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.data = self.path / "data"
        self.log = self.path / "log"
        self.prepared = self.path / "prepared"
        self._passwords = self.path / "passwords.json"
        self._port = self.path / "port"
        self._lock = self.path / "lock"

    def make(self) -> None:
        """Make the home; the server's account must be able to pass through it."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            if self.path.stat().st_uid == os.geteuid():
                self.path.chmod(0o755 if os.geteuid() == 0 else 0o700)
        except OSError as error:
            raise HomeUnusableError(where=str(self.path), reason=error.strerror) from error

    def check_ours(self) -> None:
        """Somebody else's home is refused by name before its closed doors are met one by one."""
        caller = os.geteuid()
        if caller != 0 and self.path.exists() and self.path.stat().st_uid != caller:
            owner = account_name(self.path.stat().st_uid)
            raise HomeNotOursError(where=str(self.path), owner=owner, caller=account_name(caller))

    @contextlib.contextmanager
    def locked(self, patience_s: float = 120) -> Iterator[int]:
        """Hold the home for one process at a time; yields the lock's descriptor, for children that outlive us."""
        try:
            descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise HomeUnusableError(where=str(self._lock), reason=error.strerror) from error
        try:
            self._wait_for_lock(descriptor, patience_s)
            yield descriptor
        finally:
            os.close(descriptor)

    def _wait_for_lock(self, descriptor: int, patience_s: float) -> None:
        until = time.monotonic() + patience_s
        while True:
            try:
                return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > until:
                    raise ClusterBusyError(where=str(self.path)) from None
                time.sleep(0.05)

    def major_version(self) -> int | None:
        """Which PostgreSQL made the data directory, or nothing if there is none yet."""
        try:
            return int((self.data / "PG_VERSION").read_text().strip())
        except FileNotFoundError:
            return None

    def passwords(self) -> dict[str, str]:
        """The logins' passwords."""
        try:
            found: dict[str, str] = json.loads(self._passwords.read_text())
            return {login: found[login] for login in (ADMIN_LOGIN, APP_LOGIN)}
        except (OSError, ValueError, KeyError) as error:
            raise PasswordsUnreadableError(where=str(self._passwords)) from error

    def make_passwords(self) -> dict[str, str]:
        """New random passwords, written before the cluster that will use them exists."""
        words = {login: secrets.token_urlsafe(24) for login in (ADMIN_LOGIN, APP_LOGIN)}
        write_private(self._passwords, json.dumps(words, indent=1))
        return words

    def remembered_port(self) -> int | None:
        """The port of the last start."""
        try:
            return int(self._port.read_text())
        except (FileNotFoundError, ValueError):
            return None

    def remember_port(self, port: int) -> None:
        """Keep the port for the next start, so that a saved QGIS connection goes on working."""
        write_private(self._port, str(port))

    def socket_dir(self, port: int) -> Path:
        """Inside the home, or a short runtime directory where the socket's path would be too long."""
        inside = self.path / "run"
        if len(os.fsencode(inside / f".s.PGSQL.{port}.lock")) <= SOCKET_PATH_LIMIT:
            return inside
        name = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"gisreg-{os.geteuid()}-{name}"

    def drop_leftovers(self) -> None:
        """Remove what a process killed during ``initdb`` left behind."""
        for leftover in self.path.glob("data.new-*"):
            shutil.rmtree(leftover)


def write_private(path: Path, text: str) -> None:
    """Write a small file readable by its owner only, whole or not at all."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
