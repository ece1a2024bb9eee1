"""The servers that ours is measured beside: each in an environment of its own, on the read model with every column."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import clusters
from sqlalchemy import make_url

FOLDER = Path(__file__).parent / "peers"
BUILD = Path(__file__).parents[2] / "build" / "bench"
START_SECONDS = 60
VIEW = "gisreg.parcel_current"


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    base: str
    pid: int


def beside(
    measure: Callable[[str, str, int, Path], list[dict[str, Any]]], sizes: Sequence[int]
) -> list[dict[str, Any]]:
    """What is measured on a cluster of its own for each size; everybody reaches the database by the same way."""
    found: list[dict[str, Any]] = []
    for n in sizes:
        with clusters.private_cluster(n) as cluster, tempfile.TemporaryDirectory() as home:
            app, admin = (cluster.url(role, "bench", tcp=True) for role in ("app", "admin"))
            found += measure(app, admin, n, Path(home))
    return found


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(name: str) -> Path:
    """The programs of ``peers/NAME.txt``, installed at the first use and again when the list changes."""
    home, wanted = BUILD / name, FOLDER / f"{name}.txt"
    stamp = home / "installed.txt"
    if not stamp.exists() or stamp.read_bytes() != wanted.read_bytes():
        shutil.rmtree(home, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        subprocess.run([str(home / "bin/pip"), "install", "-q", "-r", str(wanted)], check=True)
        shutil.copyfile(wanted, stamp)
    return home / "bin"


@contextmanager
def running(command: list[str], probe: str, port: int, added: dict[str, str]) -> Iterator[Server]:
    """A server in a process group of its own, from its first answer to the end of the block."""
    base = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        command, env={**os.environ, **added}, start_new_session=True, stdout=subprocess.DEVNULL
    )  # fmt: skip
    try:
        _wait(base + probe, process)
        yield Server(base, process.pid)
    finally:
        with suppress(ProcessLookupError):  # it has ended by itself
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def _wait(address: str, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            urlopen(address, timeout=30).close()  # noqa: S310 - an address of ours
        except OSError:
            if process.poll() is not None or time.monotonic() > end:
                raise
            time.sleep(0.3)
        else:
            return


@contextmanager
def gisreg(app_url: str, home: Path) -> Iterator[Server]:
    """Ours, as `gisreg serve` starts it."""
    port = free_port()
    command = [sys.executable, "-m", "gisreg.cli.main", "serve", "--port", str(port)]
    with running(command, "/ready", port, {"GISREG_DATABASE_URL": app_url, "GISREG_HOME": str(home)}) as server:
        yield server


@contextmanager
def tipg(url: str) -> Iterator[Server]:
    """tipg, one worker."""
    port = free_port()
    command = [
        str(environment("tipg") / "uvicorn"), "tipg.main:app", "--host", "127.0.0.1", "--port", str(port),
        "--log-level", "warning",
    ]  # fmt: skip
    added = {
        "DATABASE_URL": make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        + f"?options={quote('-c search_path=gisreg,public')}",
        "TIPG_DB_SCHEMAS": '["gisreg"]',
        "TIPG_DB_TABLES": f'["{VIEW}"]',
        "TIPG_DB_EXCLUDE_FUNCTION_SCHEMAS": '["public","gisreg"]',
        "TIPG_TABLE_CONFIG__gisreg_parcel_current__pk": "id",
        "TIPG_TABLE_CONFIG__gisreg_parcel_current__geomcol": "boundary",
    }
    with running(command, f"/collections/{VIEW}", port, added) as server:
        yield server


@contextmanager
def pygeoapi(url: str, home: Path) -> Iterator[Server]:
    """pygeoapi under gunicorn, one worker of four threads."""
    port, programs, parts = free_port(), environment("pygeoapi"), make_url(url)
    settings, document = home / "pygeoapi.yml", home / "pygeoapi-openapi.yml"
    values = {
        "PORT": port, "HOST": parts.host, "DATABASE_PORT": parts.port, "DATABASE": parts.database,
        "USER": parts.username, "PASSWORD": parts.password or "none",
    }  # fmt: skip
    settings.write_text(Template((FOLDER / "pygeoapi.yml").read_text()).substitute(values))
    added = {"PYGEOAPI_CONFIG": str(settings), "PYGEOAPI_OPENAPI": str(document)}
    subprocess.run(
        [str(programs / "pygeoapi"), "openapi", "generate", str(settings), "--output-file", str(document)],
        check=True, env={**os.environ, **added}, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    command = [
        str(programs / "gunicorn"), "-w", "1", "--threads", "4", "-b", f"127.0.0.1:{port}", "--log-level", "error",
        "pygeoapi.flask_app:APP",
    ]  # fmt: skip
    with running(command, "/collections/parcels?f=json", port, added) as server:
        yield server
