"""Fixtures for all tests: one private cluster, a template database made by the migrations, a clone per test."""

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TextIO

import pytest
from sqlalchemy import Engine

from gisreg.cluster import DatabaseAddress, PrivateCluster
from gisreg.cluster.prepare import admin_cursor, create_database, create_postgis, drop_database, has_database
from gisreg.db.engine import make_engine
from gisreg.db.upgrade import upgrade
from gisreg.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

RUN_LOCK = pytest.StashKey[TextIO]()
PROJECT = Path(__file__).resolve().parent.parent
HOME_VARIABLE = "GISREG_TEST_CLUSTER_HOME"
HOMES = "gisreg-test-"
TEMPLATE = "gisreg_template"
# A crash of the test cluster may lose everything; many small databases, little memory.
FAST_AND_SMALL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "256MB",
    "maintenance_work_mem": "128MB",
    "work_mem": "16MB",
    "max_wal_size": "1GB",
}


def pytest_configure(config: pytest.Config) -> None:
    """The controller chooses the cluster's home; xdist's workers inherit the variable and share the cluster.

    Not under pytest's own temporary directory: that is closed to the account the server runs as when root tests.
    """
    if not hasattr(config, "workerinput"):
        destroy_abandoned_clusters()
        home = Path(tempfile.gettempdir()) / f"{HOMES}{os.getpid()}-{uuid.uuid4().hex[:6]}"
        config.stash[RUN_LOCK] = owned = lock_of(home).open("w")
        fcntl.flock(owned, fcntl.LOCK_EX)
        os.environ[HOME_VARIABLE] = str(home)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The controller, which ends last, removes the cluster if any test made it."""
    if not hasattr(config, "workerinput") and HOME_VARIABLE in os.environ:
        home = Path(os.environ.pop(HOME_VARIABLE))
        PrivateCluster(home).destroy()
        lock_of(home).unlink(missing_ok=True)
        config.stash[RUN_LOCK].close()


def lock_of(home: Path) -> Path:
    """The file that a run holds a lock on as long as it lives: its number would mean another process in a container."""
    return home.with_name(f".{home.name}.lock")


def destroy_abandoned_clusters() -> None:
    """Clusters of test runs that were killed: nobody holds their locks any more."""
    for lock in Path(tempfile.gettempdir()).glob(f".{HOMES}*.lock"):
        # held by a run, another's, or taken away by another run that tidies up at the same time
        with contextlib.suppress(BlockingIOError, PermissionError, FileNotFoundError), lock.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for home in lock.parent.glob(f"{lock.stem.removeprefix('.')}*"):  # those of single tests too
                PrivateCluster(home).destroy()
            lock.unlink(missing_ok=True)


@pytest.fixture(scope="session")
def cluster() -> PrivateCluster:
    """The running cluster of this test session."""
    made = PrivateCluster(Path(os.environ[HOME_VARIABLE]), overrides=FAST_AND_SMALL)
    made.ensure_running()
    return made


@pytest.fixture(scope="session")
def template_database(cluster: PrivateCluster) -> str:
    """A database migrated once by the real migrations; tests clone it."""
    maintenance = cluster.url("admin", "postgres")
    making = f"{TEMPLATE}_making"
    with locked(cluster.home.path / "template.lock"), admin_cursor(maintenance) as cursor:
        if not has_database(cursor, TEMPLATE):
            drop_database(maintenance, making)
            create_database(maintenance, making)
            create_postgis(cluster.url("admin", making))
            upgrade(cluster.url("admin", making))
            cursor.execute(f"ALTER DATABASE {making} RENAME TO {TEMPLATE}")
    return TEMPLATE


@pytest.fixture
def database(cluster: PrivateCluster, template_database: str) -> Iterator[DatabaseAddress]:
    """An own migrated database for one test, empty but for what migrations put in."""
    with cloned(cluster, template_database) as address:
        yield address


@pytest.fixture(scope="module")
def module_database(cluster: PrivateCluster, template_database: str) -> Iterator[DatabaseAddress]:
    """One database for all tests of a module, for data that is dear to load and only read."""
    with cloned(cluster, template_database) as address:
        yield address


@contextlib.contextmanager
def cloned(cluster: PrivateCluster, template: str) -> Iterator[DatabaseAddress]:
    """A clone that goes away afterwards, together with connections left open."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    maintenance = cluster.url("admin", "postgres")
    create_database(maintenance, name, template)
    try:
        yield DatabaseAddress(cluster.url("app", name), cluster.url("admin", name))
    finally:
        drop_database(maintenance, name)


@pytest.fixture
def engine(database: DatabaseAddress) -> Iterator[Engine]:
    """The application's engine on this test's database."""
    made = make_engine(database.app_url)
    yield made
    made.dispose()


@pytest.fixture
def settings(database: DatabaseAddress, tmp_path: Path) -> Settings:
    """Settings that point to this test's database."""
    return Settings(
        home=tmp_path / "home",
        database_url=database.app_url,
        admin_database_url=database.admin_url,
        language="zh",
        actor="tester",
    )


@dataclass(frozen=True)
class Ran:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str


class RunCli(Protocol):
    """Runs ``gisreg ARGUMENTS``; keyword ``env`` adds or replaces variables."""

    def __call__(
        self, *arguments: object, env: Mapping[str, str] | None = None, timeout: float = 300, cwd: Path = PROJECT
    ) -> Ran:
        """Run to the end."""


@pytest.fixture
def run_cli(settings: Settings) -> RunCli:
    """``gisreg`` as its users run it, in a process of its own, on this test's database."""
    return runner(environment_of(settings))


@pytest.fixture
def cli_with() -> Callable[[Mapping[str, str]], RunCli]:
    """Makes a ``run_cli`` for GISREG_… variables of the test's own."""
    return runner


def environment_of(settings: Settings) -> dict[str, str]:
    """The GISREG_… variables that give these settings."""
    given = settings.model_dump(exclude_defaults=True, mode="json")
    return {f"GISREG_{name.upper()}": str(value) for name, value in given.items() if value is not None}


def runner(variables: Mapping[str, str]) -> RunCli:
    """A function that runs ``gisreg`` with these variables and no other GISREG_… ones."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("GISREG_")}

    def run(*arguments: object, env: Mapping[str, str] | None = None, timeout: float = 300, cwd: Path = PROJECT) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "gisreg.cli.main", *map(str, arguments)],
            cwd=cwd,
            env={**outside, "PYTHONPATH": str(PROJECT), **variables, **(env or {})},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def short_home() -> Iterator[Path]:
    """A home for a cluster of the test's own: short enough for a socket, open to the server's account."""
    home = Path(tempfile.mkdtemp(prefix=f"{Path(os.environ[HOME_VARIABLE]).name}-"))
    home.chmod(0o755)
    yield home
    PrivateCluster(home).destroy()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Headless Chromium, the system's where playwright brought none. One for all: playwright allows no second."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - most tests need no browser

    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--enable-unsafe-swiftshader"])
        yield made
        made.close()


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process at a time."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
