"""The private cluster: made, started and stopped by the registry, in its own home directory."""

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gisreg.cluster import postmaster, prepare
from gisreg.cluster.account import Account, check_owner, server_account
from gisreg.cluster.address import (
    ADMIN_LOGIN,
    APP_LOGIN,
    DATABASE,
    ClusterAddress,
    loopback_url,
    private_url,
)
from gisreg.cluster.home import ClusterHome, write_private
from gisreg.cluster.programs import Programs, choose
from gisreg.cluster.tuning import conf_text
from gisreg.errors import DatabaseError, DiskFull, GisregError, SetupError
from gisreg.text import Text

Role = Literal["app", "admin"]
StopMode = Literal["smart", "fast", "immediate"]
INCLUDE = "include_if_exists = 'gisreg.conf'"
INITDB_OPTIONS = ("-E", "UTF8", "--locale=C.UTF-8", "--lc-collate=C", "--data-checksums", "--auth=scram-sha-256")
PORT_TRIES = 5


class InitdbFailedError(DatabaseError):
    """``initdb`` gave up."""

    what = Text("建立私有数据库失败：{last_words}", "making the private database failed: {last_words}")
    mend = Text("请检查数据目录的磁盘与权限", "check the disk and the permissions of the data directory")


class NotRunningError(DatabaseError):
    """The cluster is needed running and is not."""

    what = Text("私有数据库没有运行", "the private database is not running")
    mend = Text("请执行 gisreg db start", "run gisreg db start")


@dataclass(frozen=True)
class ClusterStatus:
    """What ``gisreg db status`` tells."""

    home: Path
    made: bool
    running: bool
    major: int | None
    pid: int | None = None
    port: int | None = None
    socket_dir: Path | None = None


class PrivateCluster:
    """One PostgreSQL cluster in one home. ``overrides`` are server settings that win over the machine's tuning."""

    def __init__(self, home: Path, overrides: Mapping[str, str] | None = None) -> None:
        self.home = ClusterHome(home)
        self.overrides = dict(overrides or {})

    def ensure_running(self) -> ClusterAddress:
        """The running cluster's address; makes, prepares and starts it first where needed."""
        self.home.check_ours()
        if self.home.prepared.exists() and (found := postmaster.find_postmaster(self.home.data)) and found.ready:
            return self._address(found)
        return self.start()

    def start(self) -> ClusterAddress:
        """As :meth:`ensure_running`, under the lock: of two processes at once, one starts and the other finds it."""
        self.home.make()
        with self.home.locked() as lock:
            account = server_account()
            account.check_reach(self.home.path)
            programs = choose(self.home.major_version())
            if self.home.major_version() is None:
                self._initdb(programs, account, lock)
            check_owner(self.home.data, account)
            found = postmaster.wait_until_ready(self.home.data) or self._start(programs, account)
            address = self._address(found)
            if not self.home.prepared.exists():
                self._prepare(address)
            return address

    def stop(self, mode: StopMode = "fast") -> bool:
        """Stop the server; False if it was not running."""
        self.home.check_ours()
        if self.home.major_version() is None:
            return False
        with self.home.locked():
            if not postmaster.find_postmaster(self.home.data):
                return False
            postmaster.stop(choose(self.home.major_version()), server_account(), self.home.data, mode)
        return True

    def status(self) -> ClusterStatus:
        """Whether the cluster is made and running, without changing anything."""
        self.home.check_ours()
        major = self.home.major_version()
        found = postmaster.find_postmaster(self.home.data) if major else None
        if not found:
            return ClusterStatus(self.home.path, major is not None, running=False, major=major)
        return ClusterStatus(self.home.path, True, found.ready, major, found.pid, found.port, found.socket_dir)

    def unfit(self) -> GisregError | None:
        """Why the server could not be started with the programs that are installed, if it could not."""
        try:
            choose(self.home.major_version())
        except SetupError as error:
            return error
        return None

    def url(self, role: Role = "app", database: str = DATABASE, *, tcp: bool = False) -> str:
        """The running cluster's address for one login and database, over the socket or the loopback port."""
        found = postmaster.find_postmaster(self.home.data)
        if not found:
            raise NotRunningError(where=str(self.home.path))
        return self._url(found, role, database, tcp=tcp)

    def programs(self) -> Programs:
        """PostgreSQL's programs of the version that made the data directory."""
        return choose(self.home.major_version())

    def destroy(self) -> None:
        """Stop the server and delete everything in the home. For tests and abandoned experiments."""
        self.stop("immediate")
        port = self.home.remembered_port()
        if port:
            shutil.rmtree(self.home.socket_dir(port), ignore_errors=True)
        shutil.rmtree(self.home.path, ignore_errors=True)

    def _initdb(self, programs: Programs, account: Account, lock: int) -> None:
        """Made beside its final place and then renamed, so that a half-made cluster is never taken for a whole one.

        The lock's descriptor goes to ``initdb`` too: if we are killed, the next process waits until it has ended.
        """
        self.home.drop_leftovers()
        passwords = self.home.make_passwords()
        with tempfile.TemporaryDirectory(dir=self.home.path, prefix="data.new-") as scratch:
            fresh = Path(scratch)
            fresh.chmod(0o700)
            account.take(fresh)
            secret = fresh / "password"
            write_private(secret, passwords[ADMIN_LOGIN])
            account.take(secret)
            command = (programs.path("initdb"), "-D", fresh / "data", "-U", ADMIN_LOGIN, f"--pwfile={secret}")
            hasty = ("--no-sync",) if self.overrides.get("fsync") == "off" else ()
            done = account.run((*command, *INITDB_OPTIONS, *hasty), fresh, pass_fds=(lock,))
            if done.returncode != 0:
                self._explain_initdb(done.stderr)
            with (fresh / "data" / "postgresql.conf").open("a") as conf:
                conf.write(f"\n# The registry's own settings, rewritten at each start.\n{INCLUDE}\n")
            self.home.prepared.unlink(missing_ok=True)
            (fresh / "data").rename(self.home.data)

    def _explain_initdb(self, stderr: str) -> None:
        if "No space left on device" in stderr:
            raise DiskFull(where=str(self.home.path))
        lines = [line for line in stderr.splitlines() if "error" in line.lower() or "FATAL" in line]
        raise InitdbFailedError(where=str(self.home.path), last_words=" | ".join(lines[-3:]) or stderr.strip())

    def _start(self, programs: Programs, account: Account) -> postmaster.Postmaster:
        postmaster.clear_the_dead(self.home.data, self.home.socket_dir(postmaster.LAST_PORT))
        account.make_directory(self.home.log, 0o700)
        taken: set[int] = set()
        for _ in range(PORT_TRIES):
            port = postmaster.pick_port(self.home.remembered_port(), frozenset(taken))
            self._configure(account, port)
            try:
                found = postmaster.start(programs, account, self.home.data, self.home.log)
            except postmaster.PortTakenError:
                taken.add(port)
                continue
            self.home.remember_port(port)
            return found
        raise postmaster.NoFreePortError(first=postmaster.FIRST_PORT, last=postmaster.LAST_PORT)

    def _configure(self, account: Account, port: int) -> None:
        socket_dir = self.home.socket_dir(port)
        account.make_directory(socket_dir, 0o700)
        conf = self.home.data / "gisreg.conf"
        write_private(conf, conf_text(port, socket_dir, self.overrides))
        account.take(conf)

    def _prepare(self, address: ClusterAddress) -> None:
        found = postmaster.Postmaster(address.pid, address.port, address.socket_dir, ready=True)
        maintenance = self._url(found, "admin", "postgres")
        prepare.prepare_roles(maintenance, self.home.passwords())
        prepare.create_database(maintenance, DATABASE)
        prepare.create_postgis(address.admin_url)
        write_private(self.home.prepared, "1\n")

    def _address(self, found: postmaster.Postmaster) -> ClusterAddress:
        return ClusterAddress(
            app_url=self._url(found, "app", DATABASE),
            admin_url=self._url(found, "admin", DATABASE),
            socket_dir=found.socket_dir,
            port=found.port,
            pid=found.pid,
        )

    def _url(self, found: postmaster.Postmaster, role: Role, database: str, *, tcp: bool = False) -> str:
        login = ADMIN_LOGIN if role == "admin" else APP_LOGIN
        password = self.home.passwords()[login]
        if tcp:
            return loopback_url(login, password, found.port, database)
        return private_url(login, password, found.socket_dir, found.port, database)
