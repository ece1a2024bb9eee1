"""The system account PostgreSQL runs under: the caller's own, or an unprivileged one where the caller is root."""

import os
import pwd
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gisreg.errors import SetupError
from gisreg.text import Text

SERVER_ACCOUNT = "postgres"
"""Made by Debian's package; nobody else's files belong to it."""


class ServerAccountMissingError(SetupError):
    """Root may not run PostgreSQL, and the account that should is absent."""

    what = Text(
        "PostgreSQL 不允许以 root 运行，系统里又没有 {account} 账户",
        "PostgreSQL refuses to run as root and there is no account {account}",
    )
    mend = Text(
        "请安装软件包 postgresql-15（它会建立该账户），或以普通用户运行 gisreg",
        "install the package postgresql-15 (it makes the account), or run gisreg as an ordinary user",
    )


class HomeOutOfReachError(SetupError):
    """A directory above the home cannot be entered by the server's account."""

    what = Text("{account} 账户进不了这个目录", "the account {account} cannot enter this directory")
    mend = Text(
        "请执行 chmod o+x，或把 GISREG_HOME 改到例如 /var/lib/gisreg",
        "run chmod o+x on it, or set GISREG_HOME to for instance /var/lib/gisreg",
    )


class HomeNotOursError(SetupError):
    """The home belongs to somebody else."""

    what = Text(
        "数据目录属于 {owner}，当前用户是 {caller}", "the data directory belongs to {owner}, the caller is {caller}"
    )
    mend = Text("请以 {owner} 运行，或把 GISREG_HOME 改到别处", "run as {owner}, or set GISREG_HOME elsewhere")


@dataclass(frozen=True)
class Account:
    """Who PostgreSQL runs as; ``switch`` says whether that differs from the caller."""

    name: str
    uid: int
    gid: int
    switch: bool

    def run(
        self, command: Sequence[str | Path], cwd: Path, *, timeout: float = 600, pass_fds: Sequence[int] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs with a clean environment; its exit code is left to the caller."""
        drop: dict[str, Any] = {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}
        environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "LC_MESSAGES": "C"}
        return subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            pass_fds=pass_fds,
            check=False,
            **drop,
        )

    def take(self, path: Path) -> None:
        """Give a file or directory to the server's account."""
        if self.switch:
            os.chown(path, self.uid, self.gid)

    def make_directory(self, path: Path, mode: int) -> None:
        """A directory of the server's account, whatever the caller's umask."""
        path.mkdir(parents=True, exist_ok=True)
        # One may lie in a directory that everybody writes to: never follow what somebody else has put there.
        if path.is_symlink() or path.lstat().st_uid not in (os.geteuid(), self.uid):
            raise HomeNotOursError(where=str(path), owner=account_name(path.lstat().st_uid), caller=self.name)
        path.chmod(mode)
        self.take(path)

    def check_reach(self, home: Path) -> None:
        """Every directory on the way to the home must let the server's account pass."""
        if not self.switch:
            return
        for directory in (home, *home.parents):
            if not self._may_enter(directory.stat()):
                raise HomeOutOfReachError(where=str(directory), account=self.name)

    def _may_enter(self, status: os.stat_result) -> bool:
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)


def server_account() -> Account:
    """The caller, or Debian's ``postgres`` where the caller is root."""
    caller = os.geteuid()
    if caller != 0:
        return Account(account_name(caller), caller, os.getegid(), switch=False)
    try:
        entry = pwd.getpwnam(SERVER_ACCOUNT)
    except KeyError:
        raise ServerAccountMissingError(account=SERVER_ACCOUNT) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, switch=True)


def check_owner(path: Path, account: Account) -> None:
    """A data directory made under another account is refused before PostgreSQL says so less clearly."""
    owner = path.stat().st_uid
    if owner != account.uid:
        raise HomeNotOursError(where=str(path), owner=account_name(owner), caller=account.name)


def account_name(uid: int) -> str:
    """An account's name, or its number where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
