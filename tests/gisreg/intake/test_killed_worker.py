"""One of the processes that load a large file is killed in the middle of it."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from gisreg.demo.load import load_demo
from gisreg.demo.survey import write_survey_file
from gisreg.settings import Settings

PROJECT = Path(__file__).resolve().parents[3]
ROWS, THERE = 60_000, 60
PATIENCE_S = 120
STAGED_BYTES = """
SELECT coalesce(sum(pg_relation_size(format('%I.%I', schemaname, tablename)::regclass)), 0)
FROM pg_tables WHERE schemaname = 'staging'
"""


@pytest.fixture
def survey(engine: Engine, tmp_path: Path) -> Path:
    """A survey beside a small registry."""
    load_demo(engine, parcels=THERE, seed=7)
    file = tmp_path / "survey.shp"
    assert write_survey_file(file, ROWS, 7, skip=2_000) == ROWS
    return file


@contextlib.contextmanager
def importing(settings: Settings, file: Path) -> Iterator["subprocess.Popen[str]"]:
    """``gisreg parcels import`` as its users run it."""
    given = {f"GISREG_{name.upper()}": str(value) for name, value in settings.model_dump(exclude_defaults=True).items()}
    command = [sys.executable, "-m", "gisreg.cli.main", "parcels", "import", str(file), "--kind", "idle_land"]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), **given, "GISREG_LOAD_WORKERS": "2"}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def loading_processes(parent: int) -> list[int]:
    """The children that read and load, without Python's own helper."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(pid) for pid in children if b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()]


def wait_until_rows_arrive(engine: Engine, running: "subprocess.Popen[str]") -> None:
    until = time.monotonic() + PATIENCE_S
    while number(engine, STAGED_BYTES) < 2_000_000:
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < until
        time.sleep(0.01)


def number(engine: Engine, statement: str) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text(statement)).scalar_one())


def test_nothing_is_half_in_and_the_next_import_is_whole(survey: Path, engine: Engine, settings: Settings) -> None:
    versions = number(engine, "SELECT count(*) FROM parcel_version")
    batches = number(engine, "SELECT count(*) FROM batch")
    with importing(settings, survey) as running:
        wait_until_rows_arrive(engine, running)
        processes = loading_processes(running.pid)
        assert len(processes) == 2
        os.kill(processes[0], signal.SIGKILL)
        out, err = running.communicate(timeout=PATIENCE_S)
    assert (running.returncode, out, err.count("\n")) == (8, "", 1), err
    assert err.startswith("错误 [worker_died]")
    assert not any(Path(f"/proc/{pid}").exists() for pid in processes)
    assert number(engine, "SELECT count(*) FROM parcel") == THERE
    assert number(engine, "SELECT count(*) FROM parcel_version") == versions
    assert number(engine, "SELECT count(*) FROM batch") == batches
    assert number(engine, "SELECT count(*) FROM pg_tables WHERE schemaname = 'staging'") == 0
    with importing(settings, survey) as again:
        out, err = again.communicate(timeout=PATIENCE_S)
    assert (again.returncode, err) == (0, ""), err
    assert number(engine, "SELECT count(*) FROM parcel") > THERE + ROWS * 0.9
