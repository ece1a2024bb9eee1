"""What a test run that was killed left behind is removed, and nothing that another run still uses."""

import subprocess
import sys
from pathlib import Path

import pytest

HOLDING = (
    "import fcntl, sys; file = open(sys.argv[1], 'w'); fcntl.flock(file, fcntl.LOCK_EX); print(1, flush=True); input()"
)


@pytest.fixture
def shared(pytestconfig: pytest.Config):
    """The fixtures' own module."""
    found = pytestconfig.pluginmanager.get_plugin(str(Path(__file__).parent / "conftest.py"))
    assert found is not None
    return found


def test_a_cluster_is_abandoned_when_nobody_holds_its_lock(shared, tmp_path: Path, monkeypatch) -> None:
    """The owner's process number says nothing: here it is one that does not exist."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    used, left = (tmp_path / f"gisreg-test-99999999-{name}" for name in ("aaaaaa", "bbbbbb"))
    for home in (
        used,
        left,
        tmp_path / f"{used.name}-x1",
        tmp_path / f"{left.name}-x1",
        tmp_path / "gisreg-test-1-old",
    ):
        home.mkdir()
    shared.lock_of(left).touch()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(shared.lock_of(used))], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    shared.destroy_abandoned_clusters()
    there = sorted(path.name for path in tmp_path.iterdir() if path.is_dir())
    assert there == ["gisreg-test-1-old", used.name, f"{used.name}-x1"], "without a lock nobody knows whose it is"
    holder.communicate(b"\n")
    shared.destroy_abandoned_clusters()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gisreg-test-1-old"]
