"""The private cluster on its own: starts, kills, leftovers, wrong versions, taken ports."""

import os
import re
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import pytest

from gisreg.cluster import PrivateCluster, account, postmaster, private, programs, tuning
from gisreg.cluster.address import libpq_uri
from gisreg.cluster.home import SOCKET_PATH_LIMIT, ClusterHome
from gisreg.errors import DiskFull

QUICK = {"fsync": "off", "shared_buffers": "32MB"}
START = """
import sys
import tempfile
from pathlib import Path
from gisreg.cluster import PrivateCluster
print(PrivateCluster(Path(sys.argv[1]), {"fsync": "off", "shared_buffers": "32MB"}).ensure_running().pid)
"""


@pytest.fixture(scope="module")
def made() -> Iterator[PrivateCluster]:
    """One cluster for the tests that leave it in order."""
    with quick_cluster() as cluster:
        cluster.ensure_running()
        yield cluster


@contextmanager
def quick_cluster() -> Iterator[PrivateCluster]:
    home = Path(tempfile.gettempdir()) / f"gisreg-test-{os.getpid()}-{time.monotonic_ns()}"
    cluster = PrivateCluster(home, QUICK)
    try:
        yield cluster
    finally:
        cluster.destroy()


def ask(url: str, query: str) -> object:
    with closing(psycopg2.connect(libpq_uri(url))) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def kill_and_wait(pid: int) -> None:
    os.kill(pid, 9)
    while Path(f"/proc/{pid}/cwd").exists():
        time.sleep(0.01)


def test_two_processes_at_once_end_with_one_server(short_home: Path):
    starters = [
        subprocess.Popen([sys.executable, "-c", START, str(short_home)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    pids = [starter.communicate(timeout=120)[0].strip() for starter in starters]
    assert [starter.returncode for starter in starters] == [0, 0]
    assert pids[0] == pids[1]


def test_a_cluster_is_made_as_promised(made: PrivateCluster):
    address = made.ensure_running()
    assert ask(address.app_url, "SHOW server_encoding") == "UTF8"
    assert ask(address.admin_url, "SHOW data_checksums") == "on"
    assert ask(address.app_url, "SHOW listen_addresses") == "127.0.0.1"
    assert ask(made.url("app", tcp=True), "SELECT current_user") == "gisreg"
    assert ask(address.admin_url, "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'scram-sha-256'") == 0
    assert ask(address.app_url, "SELECT pg_has_role('gisreg_app', 'MEMBER')") is True
    assert ask(address.app_url, "SELECT pg_has_role('gisreg_owner', 'MEMBER')") is False
    assert stat.S_IMODE((made.home.path / "passwords.json").stat().st_mode) == 0o600
    assert address.pid == made.ensure_running().pid


def test_the_server_never_runs_as_root(made: PrivateCluster):
    owner = Path(f"/proc/{made.ensure_running().pid}").stat().st_uid
    assert owner != 0
    assert owner == account.server_account().uid


def test_addresses_hold_no_password_when_shown(made: PrivateCluster):
    shown = repr(made.ensure_running())
    assert made.home.passwords()["gisreg"] not in shown


def test_survives_the_servers_death_and_keeps_its_port_and_data(made: PrivateCluster):
    before = made.ensure_running()
    with closing(psycopg2.connect(libpq_uri(before.admin_url))) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE public.kept AS SELECT 7 AS seven")
        connection.commit()
    kill_and_wait(before.pid)
    after = made.ensure_running()
    assert after.pid != before.pid
    assert after.port == before.port
    assert ask(after.admin_url, "SELECT seven FROM public.kept") == 7


def test_a_busy_orphan_of_a_killed_server_is_ended_first(made: PrivateCluster):
    address = made.ensure_running()
    connection = psycopg2.connect(libpq_uri(address.admin_url))

    def never_looks_up() -> None:
        with pytest.raises(psycopg2.Error), connection.cursor() as cursor:
            cursor.execute("DO $$ DECLARE n bigint := 0; BEGIN LOOP n := n + 1; END LOOP; END $$")

    busy = threading.Thread(target=never_looks_up)
    busy.start()
    time.sleep(0.5)
    kill_and_wait(address.pid)
    assert ask(made.ensure_running().app_url, "SELECT 1") == 1
    busy.join(timeout=10)
    assert not busy.is_alive()


def test_a_stale_lock_file_whose_pid_is_anothers_is_no_server(made: PrivateCluster):
    address = made.ensure_running()
    pid_file = made.home.data / "postmaster.pid"
    text = pid_file.read_text()
    made.stop()
    pid_file.write_text(re.sub(r"^\d+", str(os.getpid()), text))
    account.server_account().take(pid_file)
    assert made.status().running is False
    assert made.ensure_running().pid not in (os.getpid(), address.pid)


def test_leftovers_of_a_killed_init_are_dropped(short_home: Path):
    leftover = short_home / "data.new-killed" / "data"
    leftover.mkdir(parents=True)
    (leftover / "PG_VERSION").write_text("15\n")
    PrivateCluster(short_home, QUICK).ensure_running()
    assert not leftover.parent.exists()


def test_killed_between_init_and_roles_goes_on_where_it_stopped(made: PrivateCluster):
    made.ensure_running()
    made.home.prepared.unlink()
    assert ask(made.ensure_running().app_url, "SELECT postgis_lib_version() IS NOT NULL") is True
    assert made.home.prepared.exists()


def test_killed_in_the_middle_of_init(short_home: Path):
    starter = subprocess.Popen([sys.executable, "-c", START, str(short_home)], stdout=subprocess.PIPE, text=True)
    while starter.poll() is None and not list(short_home.glob("data.new-*/data/base")):
        time.sleep(0.01)
    starter.kill()
    starter.communicate()
    assert ask(PrivateCluster(short_home, QUICK).ensure_running().app_url, "SELECT 1") == 1
    assert not list(short_home.glob("data.new-*"))


def test_another_major_version_is_refused_with_its_number(short_home: Path):
    (short_home / "data").mkdir()
    (short_home / "data" / "PG_VERSION").write_text("9\n")
    with pytest.raises(programs.OtherMajorVersionError) as caught:
        PrivateCluster(short_home).ensure_running()
    assert "PostgreSQL 9" in caught.value.line("en")
    assert "postgresql-9-postgis-3" in caught.value.line("en")


def test_of_two_installed_majors_the_one_that_made_the_data_is_taken(monkeypatch: pytest.MonkeyPatch):
    both = [programs.Programs(Path("/new/bin"), 17), programs.Programs(Path("/old/bin"), 15)]
    monkeypatch.setattr(programs, "installed", lambda: both)
    monkeypatch.setattr(programs.Programs, "has_postgis", lambda _self: True)
    assert programs.choose(15).major == 15
    assert programs.choose(None).major == 17


def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(programs, "installed", list)
    with pytest.raises(programs.PostgresqlMissingError, match="postgresql-15-postgis-3"):
        programs.choose(None)
    monkeypatch.setattr(programs, "installed", lambda: [programs.Programs(Path("/x/bin"), 15)])
    monkeypatch.setattr(programs.Programs, "has_postgis", lambda _self: False)
    with pytest.raises(programs.PostgisMissingError, match="postgresql-15-postgis-3"):
        programs.choose(None)


def test_a_taken_port_is_left_to_its_holder(made: PrivateCluster):
    port = made.ensure_running().port
    made.stop()
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", port))
        holder.listen()
        assert made.ensure_running().port != port
    made.stop()


def test_a_port_taken_between_look_and_start_is_tried_elsewhere(made: PrivateCluster, monkeypatch: pytest.MonkeyPatch):
    made.stop()
    real, asked = postmaster.pick_port, []

    def first_a_taken_one(remembered: int | None, taken: frozenset[int]) -> int:
        asked.append(taken)
        return holder.getsockname()[1] if len(asked) == 1 else real(remembered, taken)

    monkeypatch.setattr(postmaster, "pick_port", first_a_taken_one)
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        address = made.ensure_running()
        assert holder.getsockname()[1] in asked[1]
    assert ask(address.app_url, "SELECT 1") == 1


def test_a_failed_start_shows_the_servers_last_words(made: PrivateCluster):
    made.stop()
    own = made.home.data / "local.conf"
    own.write_text("shared_buffers = 'a lot'\n")
    try:
        with pytest.raises(postmaster.ServerDidNotStartError, match="shared_buffers"):
            made.ensure_running()
    finally:
        own.unlink()


def test_a_kill_while_an_unlogged_table_is_made_needs_no_second_start_by_hand(made: PrivateCluster):
    address = made.ensure_running()
    with (
        closing(psycopg2.connect(libpq_uri(address.admin_url))) as importing,
        closing(psycopg2.connect(libpq_uri(address.admin_url))) as another,
        importing.cursor() as staging,
        another.cursor() as work,
    ):
        staging.execute("CREATE UNLOGGED TABLE public.staged AS SELECT generate_series(1, 1000) AS n")
        work.execute("CREATE TABLE public.kept_too AS SELECT 8 AS eight")
        another.commit()
        kill_and_wait(address.pid)
    assert ask(made.ensure_running().admin_url, "SELECT eight FROM public.kept_too") == 8


@pytest.mark.parametrize(("failures", "starts"), [(1, 2), (2, 2)])
def test_a_failed_recovery_is_tried_once_more(
    short_home: Path, monkeypatch: pytest.MonkeyPatch, failures: int, starts: int
):
    short_home.mkdir(exist_ok=True)
    asked = []

    def start_once(*_where: object) -> tuple[postmaster.Postmaster | None, str]:
        asked.append(1)
        if len(asked) > failures:
            return postmaster.Postmaster(1, 1, short_home, ready=True), ""
        (short_home / "postgresql-Mon.log").write_text(
            'FATAL:  could not create file "base/16387/21153": File exists\n'
            "LOG:  startup process (PID 7) exited with exit code 1\n"
            "LOG:  shutting down due to startup process failure\n"
            "LOG:  database system is shut down\n"
        )
        return None, "pg_ctl: could not start server"

    monkeypatch.setattr(postmaster, "_start_once", start_once)
    wanted = (programs.Programs(short_home, 15), account.server_account(), short_home, short_home)
    if failures == 1:
        assert postmaster.start(*wanted).ready
    else:
        with pytest.raises(postmaster.ServerDidNotStartError, match="File exists"):
            postmaster.start(*wanted)
    assert len(asked) == starts


def test_own_settings_win_over_the_tuned_ones(made: PrivateCluster):
    made.stop()
    own = made.home.data / "local.conf"
    own.write_text("work_mem = '5MB'\n")
    own.chmod(0o644)
    assert ask(made.ensure_running().app_url, "SHOW work_mem") == "5MB"
    made.stop()
    own.unlink()


def test_a_home_too_deep_for_a_socket_gets_a_short_directory(short_home: Path):
    deep = short_home / ("深" * 40)
    cluster = PrivateCluster(deep, QUICK)
    address = cluster.ensure_running()
    try:
        assert len(os.fsencode(address.socket_dir / f".s.PGSQL.{address.port}")) <= SOCKET_PATH_LIMIT
        assert ask(address.app_url, "SELECT 1") == 1
    finally:
        cluster.destroy()


@pytest.mark.parametrize("mode", [0o700, 0o750])
def test_a_home_that_the_servers_account_cannot_enter_is_named(short_home: Path, mode: int):
    closed = short_home / "closed"
    (closed / "home").mkdir(parents=True)
    closed.chmod(mode)
    another = account.Account("somebody", uid=os.geteuid() + 4711, gid=os.getegid() + 4711, switch=True)
    with pytest.raises(account.HomeOutOfReachError, match="closed"):
        another.check_reach(closed / "home")


def test_a_home_of_somebody_else_is_refused(short_home: Path):
    another = account.Account("somebody", uid=os.geteuid() + 4711, gid=os.getegid(), switch=False)
    with pytest.raises(account.HomeNotOursError, match="somebody"):
        account.check_owner(short_home, another)


def test_a_home_of_another_user_is_named_before_its_doors_are_tried(short_home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    for use in (PrivateCluster(short_home).ensure_running, PrivateCluster(short_home).status):
        with pytest.raises(account.HomeNotOursError, match="4711"):
            use()


def test_a_link_that_somebody_laid_in_the_way_is_not_followed(short_home: Path):
    link = short_home / "run"
    link.symlink_to(short_home)
    with pytest.raises(account.HomeNotOursError, match="run"):
        account.server_account().make_directory(link, 0o700)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("initdb: error: could not write: No space left on device", DiskFull),
        ("initdb: error: could not look up user", private.InitdbFailedError),
    ],
)
def test_a_failed_init_leaves_nothing_and_says_why(
    short_home: Path, monkeypatch: pytest.MonkeyPatch, said: str, kind: type[Exception]
):
    initdb = short_home / "initdb"
    initdb.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 1\n")
    initdb.chmod(0o755)
    monkeypatch.setattr(private, "choose", lambda _made_by: programs.Programs(short_home, 15))
    with pytest.raises(kind):
        PrivateCluster(short_home / "home").ensure_running()
    assert not list((short_home / "home").glob("data*"))


def test_another_process_at_work_is_waited_for_but_not_for_ever(short_home: Path):
    home = ClusterHome(short_home)
    with home.locked(), pytest.raises(Exception, match="another gisreg process"), home.locked(patience_s=0.2):
        pass


def test_settings_follow_the_machine():
    small, large = tuning.tuned(2 * tuning.GIB, 2), tuning.tuned(64 * tuning.GIB, 16)
    assert (small["shared_buffers"], large["shared_buffers"]) == ("512MB", "8192MB")
    assert (small["work_mem"], large["work_mem"]) == ("8MB", "128MB")
    assert (small["max_parallel_workers"], large["max_parallel_workers_per_gather"]) == ("2", "4")
