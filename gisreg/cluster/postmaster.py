"""The server process: is it alive, whose is it, start it, stop it."""

import contextlib
import os
import signal
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gisreg.cluster.account import Account
from gisreg.cluster.programs import Programs
from gisreg.errors import DatabaseError, DiskFull, ResourceError
from gisreg.text import Text

FIRST_PORT, LAST_PORT = 54320, 54999
TELLING_WORDS = ("FATAL", "PANIC", "ERROR", "could not", "invalid")
RECOVERY_FAILED = "due to startup process failure"
LOG_PATIENCE_S = 2
START_PATIENCE_S = 300
"""Recovery after a crash may have to replay a few gigabytes of WAL."""


class ServerDidNotStartError(DatabaseError):
    """PostgreSQL ended during start; its last words are shown."""

    what = Text("私有数据库没能启动：{last_words}", "the private database did not start: {last_words}")
    mend = Text("请查看日志", "see the log")


class ServerDidNotStopError(DatabaseError):
    """PostgreSQL is still running after a stop."""

    what = Text("私有数据库没能停止：{last_words}", "the private database did not stop: {last_words}")
    mend = Text("请关闭仍在使用它的程序后再试", "close the programs that still use it and try again")


class NoFreePortError(ResourceError):
    """Every port of the range is taken."""

    what = Text("本机 {first}–{last} 之间没有空闲端口", "no free port between {first} and {last} on this machine")
    mend = Text("请关闭占用端口的程序", "close a program that holds one")


class PortTakenError(Exception):
    """Somebody took the port between our look and PostgreSQL's start; another one is tried."""


@dataclass(frozen=True)
class Postmaster:
    """A live server, as its ``postmaster.pid`` tells."""

    pid: int
    port: int
    socket_dir: Path
    ready: bool


def find_postmaster(data: Path) -> Postmaster | None:
    """The live server of this data directory; a stale file, or one whose pid is now another's, counts as none."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        pid, port, socket_dir = int(lines[0]), int(lines[3]), Path(lines[4])
    except (OSError, ValueError, IndexError):
        return None
    if not _works_in(pid, data):
        return None
    return Postmaster(pid, port, socket_dir, ready=len(lines) > 7 and lines[7].strip() == "ready")  # noqa: PLR2004 - the file's eighth line


def pick_port(remembered: int | None, taken: frozenset[int]) -> int:
    """The port of last time if it is free, else the first free one of the range."""
    ports = range(FIRST_PORT, LAST_PORT + 1)
    for port in (remembered, *ports) if remembered else ports:
        if port not in taken and _is_free(port):
            return port
    raise NoFreePortError(first=FIRST_PORT, last=LAST_PORT)


def start(programs: Programs, account: Account, data: Path, log_dir: Path) -> Postmaster:
    """Start the server and wait until it answers; once more where its recovery failed.

    After a ``kill -9`` in the middle of an import recovery can stumble over the file of an unlogged table ("File
    exists"); it has removed what was in its way by then, and the next start goes through.
    """
    found, stderr = _start_once(programs, account, data, log_dir)
    if not found and _recovery_failed(data, log_dir):
        found, stderr = _start_once(programs, account, data, log_dir)
    if found:
        return found
    words = last_words(log_dir, stderr)
    if "No space left on device" in words:
        raise DiskFull(where=str(data))
    if "could not bind" in words or "Address already in use" in words:
        raise PortTakenError
    raise ServerDidNotStartError(where=str(log_dir), last_words=words)


def _start_once(programs: Programs, account: Account, data: Path, log_dir: Path) -> tuple[Postmaster | None, str]:
    """The server if it came up, and what ``pg_ctl`` said."""
    log = log_dir / "start.log"
    log.unlink(missing_ok=True)
    command = (programs.path("pg_ctl"), "start", "-D", data, "-l", log, "-w", "-s", "-t", str(START_PATIENCE_S))
    done = account.run(command, data, timeout=START_PATIENCE_S + 30)
    return wait_until_ready(data) if done.returncode == 0 else None, done.stderr


def stop(programs: Programs, account: Account, data: Path, mode: str) -> None:
    """Stop the server and wait until it is gone."""
    command = (programs.path("pg_ctl"), "stop", "-D", data, "-m", mode, "-w", "-s", "-t", "120")
    done = account.run(command, data)
    if done.returncode != 0 and find_postmaster(data):
        raise ServerDidNotStopError(where=str(data), last_words=" ".join(done.stderr.split()))


def wait_until_ready(data: Path, patience_s: float = START_PATIENCE_S) -> Postmaster | None:
    """The server once it accepts connections; nothing if it went away meanwhile."""
    until = time.monotonic() + patience_s
    while (found := find_postmaster(data)) and not found.ready and time.monotonic() < until:
        time.sleep(0.05)
    return found if found and found.ready else None


def clear_the_dead(data: Path, socket_dir: Path, patience_s: float = 5) -> None:
    """After a ``kill -9`` of the server: let its children end, then drop the lock files it left.

    PostgreSQL's children leave by themselves when their parent is gone, except one in the middle of a calculation.
    Only when none is left may the stale files go: they are what keeps two servers from the same data. PostgreSQL itself
    does not dare to remove them while the pid in them exists, be it another's by now or a zombie nobody buries.
    """
    for sign in (None, signal.SIGQUIT, signal.SIGKILL):
        for pid in _orphans(data):
            _send(pid, sign)
        until = time.monotonic() + patience_s
        while any(_orphans(data)) and time.monotonic() < until:
            time.sleep(0.05)
        if not any(_orphans(data)):
            for stale in (data / "postmaster.pid", *socket_dir.glob(".s.PGSQL.*")):
                stale.unlink(missing_ok=True)
            return


def last_words(log_dir: Path, stderr: str = "") -> str:
    """What the server said last, from its logs."""
    lines = _last_lines(log_dir)
    telling = [line for line in lines if any(word in line for word in TELLING_WORDS)]
    return " | ".join((telling or lines)[-4:]) or " ".join(stderr.split())


def _recovery_failed(data: Path, log_dir: Path) -> bool:
    """Whether the server ended because the process that brings the data back from the WAL did.

    The process that writes the log leaves last, and only then has everything been written.
    """
    until = time.monotonic() + LOG_PATIENCE_S
    while any(_orphans(data)) and time.monotonic() < until:
        time.sleep(0.02)
    return any(RECOVERY_FAILED in line for line in _last_lines(log_dir))


def _last_lines(log_dir: Path) -> list[str]:
    logs = sorted(log_dir.glob("*.log"), key=lambda path: path.stat().st_mtime)[-2:]
    return [line for log in logs for line in log.read_text(errors="replace").splitlines()[-6:]]


def _works_in(pid: int, data: Path) -> bool:
    """Every PostgreSQL process has its data directory as working directory."""
    try:
        return Path(f"/proc/{pid}/cwd").resolve(strict=True) == data.resolve()
    except OSError:
        return False


def _orphans(data: Path) -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _works_in(int(entry.name), data) and _is_postgres(int(entry.name)):
            yield int(entry.name)


def _send(pid: int, sign: signal.Signals | None) -> None:
    """An orphan may have ended between the look and the signal."""
    if sign is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sign)


def _is_postgres(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip() in ("postgres", "postmaster")
    except OSError:
        return False


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
