"""What the set-up leans on: locks that are whole, agree with each other and name no registry."""

import json
import re
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
LOCKS = sorted((PROJECT / "requirements").glob("*.txt"))
# Written so that this file does not name them either.
HOSTS = [
    ".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("registry", "npmjs"), ("deb", "debian"))
]


def pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", lock.read_text(), re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_pinned_package_has_hashes(lock: Path):
    entries = re.split(r"\n(?=[a-z0-9])", lock.read_text().strip())
    assert entries
    assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)


def test_the_tests_lock_holds_the_run_time_lock():
    runtime, test = pins(PROJECT / "requirements/runtime.txt"), pins(PROJECT / "requirements/test.txt")
    assert runtime.items() <= test.items()


@pytest.mark.parametrize("name", ["runtime", "test", "build", "fuzz", "node"])
def test_every_wanted_package_is_locked(name: str):
    wanted = re.findall(r"^[a-zA-Z][\w.-]*", (PROJECT / f"requirements/{name}.in").read_text(), re.MULTILINE)
    locked = pins(PROJECT / f"requirements/{name if name in ('fuzz', 'node') else 'test'}.txt")
    assert {one.lower() for one in wanted} <= locked.keys()


def test_the_browser_codes_lock_has_checksums_and_no_addresses():
    packages = json.loads((PROJECT / "package-lock.json").read_text())["packages"]
    installed = {name: facts for name, facts in packages.items() if name}
    assert installed
    assert all(facts["integrity"].startswith("sha512-") and "resolved" not in facts for facts in installed.values())


def test_no_committed_file_names_a_registry_host():
    patterns = [word for host in HOSTS for word in ("-e", host)]
    found = subprocess.run(
        ["git", "grep", "-nIiF", *patterns], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert (found.returncode, found.stdout) == (1, "")


@pytest.mark.parametrize("script", sorted((PROJECT / "scripts").glob("*.sh")), ids=lambda script: script.name)
def test_scripts_parse_and_stop_at_the_first_failure(script: Path):
    assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0
    assert "set -euo pipefail" in script.read_text()
    assert script.stat().st_mode & 0o111


def test_without_apt_the_missing_packages_are_named(tmp_path: Path):
    """A path with the shell's own tools only: no apt, no PostgreSQL client, no browser, no GDAL."""
    for tool in ("bash", "env", "dirname", "cat", "id", "grep", "sed"):
        found = subprocess.run(["bash", "-c", f"type -P {tool}"], capture_output=True, text=True, check=True)
        (tmp_path / tool).symlink_to(found.stdout.strip())
    done = subprocess.run(
        [str(tmp_path / "bash"), str(PROJECT / "scripts/setup.sh"), "test"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 9
    assert "chromium" in done.stderr
    assert "python3-venv" in done.stderr
    assert done.stderr.count("\n") == 1
